//! Who took a generated photo, where, when and with what; and the EXIF block
//! that says so.

use std::io::Cursor;
use std::path::PathBuf;

use exif::experimental::Writer;
use exif::{Error, Field, In, Rational, Tag, Value};

use super::{Dice, SampleOptions};

struct Camera {
    make: &'static str,
    model: &'static str,
    lens: &'static str,
    prefix: &'static str,
    focal_mm: (f64, f64),
    widest: f64,
    phone: bool,
}

const fn camera(
    make: &'static str,
    model: &'static str,
    lens: &'static str,
    prefix: &'static str,
    focal_mm: (f64, f64),
    widest: f64,
    phone: bool,
) -> Camera {
    Camera {
        make,
        model,
        lens,
        prefix,
        focal_mm,
        widest,
        phone,
    }
}

const CAMERAS: [Camera; 8] = [
    camera(
        "Canon",
        "Canon EOS 6D",
        "EF24-105mm f/4L IS USM",
        "IMG_",
        (24.0, 105.0),
        4.0,
        false,
    ),
    camera(
        "NIKON CORPORATION",
        "NIKON D750",
        "AF-S NIKKOR 24-120mm f/4G ED VR",
        "DSC_",
        (24.0, 120.0),
        4.0,
        false,
    ),
    camera(
        "SONY",
        "ILCE-7M3",
        "FE 55mm F1.8 ZA",
        "DSC0",
        (55.0, 55.0),
        1.8,
        false,
    ),
    camera(
        "FUJIFILM",
        "X-T3",
        "XF35mmF1.4 R",
        "DSCF",
        (35.0, 35.0),
        1.4,
        false,
    ),
    camera(
        "OLYMPUS CORPORATION",
        "E-M1MarkII",
        "OLYMPUS M.12-40mm F2.8",
        "P",
        (12.0, 40.0),
        2.8,
        false,
    ),
    camera(
        "Panasonic",
        "DMC-LX100",
        "LUMIX DC VARIO 24-75mm",
        "P1",
        (10.9, 34.0),
        1.7,
        false,
    ),
    camera(
        "Apple",
        "iPhone 12",
        "iPhone 12 back dual wide camera 4.2mm f/1.6",
        "IMG_",
        (4.2, 4.2),
        1.6,
        true,
    ),
    camera(
        "Google",
        "Pixel 5",
        "Pixel 5 back camera 4.38mm f/1.73",
        "PXL_",
        (4.38, 4.38),
        1.73,
        true,
    ),
];

struct Spot {
    name: &'static str,
    lat: f64,
    lon: f64,
    altitude_m: f64,
    utc_minutes: i32,
}

const fn spot(name: &'static str, lat: f64, lon: f64, altitude_m: f64, utc_minutes: i32) -> Spot {
    Spot {
        name,
        lat,
        lon,
        altitude_m,
        utc_minutes,
    }
}

const SPOTS: [Spot; 20] = [
    spot("Berlin", 52.5163, 13.3777, 34.0, 60),
    spot("Paris", 48.8584, 2.2945, 35.0, 60),
    spot("Lisbon", 38.6916, -9.2160, 12.0, 0),
    spot("Zermatt", 45.9766, 7.6585, 1608.0, 60),
    spot("Florence", 43.7731, 11.2560, 50.0, 60),
    spot("Lofoten", 68.1466, 13.6100, 5.0, 60),
    spot("Reykjavik", 64.1417, -21.9266, 30.0, 0),
    spot("Edinburgh", 55.9486, -3.1999, 110.0, 0),
    spot("Dubrovnik", 42.6410, 18.1084, 20.0, 60),
    spot("Santorini", 36.4618, 25.3753, 150.0, 120),
    spot("New York", 40.6892, -74.0445, 10.0, -300),
    spot("San Francisco", 37.8199, -122.4783, 67.0, -480),
    spot("Yosemite", 37.7456, -119.5936, 1220.0, -480),
    spot("Dead Sea", 31.5590, 35.4732, -430.0, 120),
    spot("Cape Town", -33.9628, 18.4098, 1085.0, 120),
    spot("Kyoto", 34.9671, 135.7727, 60.0, 540),
    spot("Sydney", -33.8568, 151.2153, 4.0, 600),
    spot("Queenstown", -45.0312, 168.6626, 310.0, 720),
    spot("Rio de Janeiro", -22.9519, -43.2105, 710.0, -180),
    spot("Kathmandu", 27.7149, 85.2903, 1350.0, 345),
];

/// Minutes, hours and days of one outing; photos of an outing share place and camera.
const OUTING: u64 = 12;

/// Everything about one photo but its pixels.
pub(super) struct Story {
    pub(super) dice: Dice,
    pub(super) hour: f64,
    pub(super) orientation: u16,
    pub(super) portrait: bool,
    pub(super) wide: bool,
    number: u64,
    camera: &'static Camera,
    spot: &'static Spot,
    date: jiff::civil::DateTime,
    by_event: bool,
    located: bool,
    offset_known: bool,
    subsec: Option<u16>,
}

impl Story {
    pub(super) fn invent(n: u64, options: &SampleOptions) -> Self {
        let mut outing = Dice(
            options.seed.wrapping_mul(0x0100_0000_01B3) ^ (n / OUTING).wrapping_mul(0x9E37_79B9),
        );
        let camera = outing.pick(&CAMERAS);
        let spot = outing.pick(&SPOTS);
        let days = outing.below(15 * 365 - 4) as i64;
        let start_s = outing.between(6.0, 18.0) * 3600.0;
        let by_event = outing.chance(0.4);
        let offset_known = camera.phone || outing.chance(0.3);
        let mut dice = Dice(outing.next() ^ n.wrapping_mul(0xD1B5_4A32_D192_ED03) ^ options.seed);
        let seconds =
            start_s as i64 + ((n % OUTING) as f64 * 1500.0 + dice.between(0.0, 1400.0)) as i64;
        let first_day = jiff::civil::date(2010, 1, 1).at(0, 0, 0, 0);
        let date = first_day.saturating_add(jiff::Span::new().days(days).seconds(seconds));
        let portrait = dice.chance(0.25);
        // Phones and some cameras store as the sensor lies and say how to turn it.
        let orientation = match (portrait, dice.below(20)) {
            (true, 0..=11) => 6,
            (true, 12..=14) => 8,
            (false, 0) => 3,
            (_, 19) => *dice.pick(&[2, 4, 5, 7]),
            _ => 1,
        };
        Self {
            hour: f64::from(date.hour()) + f64::from(date.minute()) / 60.0,
            orientation,
            portrait,
            wide: !portrait && dice.chance(0.15),
            number: n + 1,
            camera,
            spot,
            date,
            by_event,
            located: dice.chance(0.7),
            offset_known,
            subsec: dice.chance(0.5).then(|| dice.below(1000) as u16),
            dice,
        }
    }

    /// `2019/2019-07/IMG_0012.JPG` or `2019-07-21 Kyoto/IMG_0012.JPG`.
    pub(super) fn path(&self) -> PathBuf {
        let (date, n) = (self.date, self.number);
        let folder = if self.by_event {
            format!("{} {}", date.strftime("%Y-%m-%d"), self.spot.name)
        } else {
            date.strftime("%Y/%Y-%m").to_string()
        };
        let name = if self.camera.prefix == "PXL_" {
            format!(
                "PXL_{}{:03}_{n:04}.jpg",
                date.strftime("%Y%m%d_%H%M%S"),
                self.subsec.unwrap_or_default()
            )
        } else {
            format!("{}{n:04}.JPG", self.camera.prefix)
        };
        PathBuf::from(folder).join(name)
    }

    /// The EXIF block for a picture stored with that width and height.
    pub(super) fn exif(&self, width: u32, height: u32) -> Result<Vec<u8>, Error> {
        let mut dice = self.dice.clone();
        let mut fields = self.picture_fields(width, height, &mut dice);
        if self.located {
            fields.extend(self.position_fields(&mut dice));
        }
        let mut writer = Writer::new();
        for field in &fields {
            writer.push_field(field);
        }
        let mut out = Cursor::new(Vec::new());
        writer.write(&mut out, self.camera.make != "Canon")?;
        Ok(out.into_inner())
    }

    fn picture_fields(&self, width: u32, height: u32, dice: &mut Dice) -> Vec<Field> {
        let date = self.date.strftime("%Y:%m:%d %H:%M:%S").to_string();
        let focal = dice.between(self.camera.focal_mm.0, self.camera.focal_mm.1 + 0.001);
        let aperture = self.camera.widest
            * if self.camera.phone {
                1.0
            } else {
                *dice.pick(&[1.0, 1.4, 2.0])
            };
        let exposure = *dice.pick(&[30, 60, 125, 250, 500, 1000, 2000]);
        let iso = *dice.pick(&[50, 100, 100, 200, 400, 800, 1600, 3200]);
        let mut fields = vec![
            field(Tag::Make, text(self.camera.make)),
            field(Tag::Model, text(self.camera.model)),
            field(Tag::Orientation, Value::Short(vec![self.orientation])),
            field(Tag::Software, text("Kinfolio sample")),
            field(Tag::DateTime, text(&date)),
            field(Tag::DateTimeOriginal, text(&date)),
            field(Tag::DateTimeDigitized, text(&date)),
            field(
                Tag::ExposureTime,
                Value::Rational(vec![Rational {
                    num: 1,
                    denom: exposure,
                }]),
            ),
            field(Tag::FNumber, Value::Rational(vec![rational(aperture, 100)])),
            field(Tag::PhotographicSensitivity, Value::Short(vec![iso])),
            field(
                Tag::FocalLength,
                Value::Rational(vec![rational(focal, 100)]),
            ),
            field(Tag::LensModel, text(self.camera.lens)),
            field(Tag::PixelXDimension, Value::Long(vec![width])),
            field(Tag::PixelYDimension, Value::Long(vec![height])),
        ];
        if let Some(ms) = self.subsec {
            fields.push(field(Tag::SubSecTimeOriginal, text(&format!("{ms:03}"))));
        }
        if self.offset_known {
            let (sign, minutes) = (
                if self.spot.utc_minutes < 0 { '-' } else { '+' },
                self.spot.utc_minutes.abs(),
            );
            let offset = format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60);
            fields.push(field(Tag::OffsetTimeOriginal, text(&offset)));
        }
        fields
    }

    fn position_fields(&self, dice: &mut Dice) -> Vec<Field> {
        let lat = self.spot.lat + dice.between(-0.02, 0.02);
        let lon = self.spot.lon + dice.between(-0.02, 0.02);
        let altitude = self.spot.altitude_m + dice.between(-8.0, 8.0);
        vec![
            field(Tag::GPSLatitudeRef, text(if lat < 0.0 { "S" } else { "N" })),
            field(Tag::GPSLatitude, degrees(lat)),
            field(
                Tag::GPSLongitudeRef,
                text(if lon < 0.0 { "W" } else { "E" }),
            ),
            field(Tag::GPSLongitude, degrees(lon)),
            field(
                Tag::GPSAltitudeRef,
                Value::Byte(vec![u8::from(altitude < 0.0)]),
            ),
            field(
                Tag::GPSAltitude,
                Value::Rational(vec![rational(altitude.abs(), 10)]),
            ),
        ]
    }
}

fn field(tag: Tag, value: Value) -> Field {
    Field {
        tag,
        ifd_num: In::PRIMARY,
        value,
    }
}

fn text(text: &str) -> Value {
    Value::Ascii(vec![text.as_bytes().to_vec()])
}

fn rational(value: f64, denom: u32) -> Rational {
    Rational {
        num: (value * f64::from(denom)).round() as u32,
        denom,
    }
}

fn degrees(value: f64) -> Value {
    let value = value.abs();
    let (whole, minutes) = (value.floor(), value.fract() * 60.0);
    Value::Rational(vec![
        rational(whole, 1),
        rational(minutes.floor(), 1),
        rational(minutes.fract() * 60.0, 10_000),
    ])
}
