//! Real cameras' files, where a folder of them lies beside the project: compared
//! with what exiftool reads. They are not the project's to ship.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use kinfolio_photos::{TakenSource, ThumbSize};

use crate::fixtures::House;

/// Tab-separated values of these tags by path; `-` where there is none.
fn exiftool(folder: &Path) -> Option<HashMap<String, [String; 3]>> {
    let output = Command::new("exiftool")
        .args(["-r", "-n", "-q", "-f", "-p"])
        .arg("$Directory/$FileName\t$EXIF:DateTimeOriginal\t$Composite:GPSLatitude\t$Composite:GPSLongitude")
        .arg(folder)
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = |line: &str| {
        let mut parts = line.split('\t').map(str::to_owned);
        Some((parts.next()?, [parts.next()?, parts.next()?, parts.next()?]))
    };
    Some(text.lines().filter_map(line).collect())
}

#[test]
fn dates_and_positions_agree_with_exiftool() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/photos");
    let Ok(folder) = folder.canonicalize() else {
        println!("skipped: no folder of real photos here");
        return;
    };
    let house = House::new();
    let import = house.import(std::slice::from_ref(&folder));
    assert_eq!(import.rejected, []);
    let Some(expected) = exiftool(&folder) else {
        println!("skipped: no exiftool here");
        return;
    };
    let (mut dated, mut located) = (0, 0);
    for prepared in &import.ready {
        let name = prepared.path.display().to_string();
        let Some([date, lat, lon]) = expected.get(&name) else {
            continue;
        };
        let taken = prepared.metadata.taken;
        if date != "-" {
            let stamp = jiff::Timestamp::from_millisecond(taken.at.wall_ms).unwrap();
            assert_eq!(taken.source, TakenSource::ExifOriginal, "{name}");
            assert_eq!(
                stamp.strftime("%Y:%m:%d %H:%M:%S").to_string(),
                *date,
                "{name}"
            );
            dated += 1;
        }
        let degrees = |text: &String| text.parse::<f64>().ok();
        if let (Some(lat), Some(lon)) = (degrees(lat), degrees(lon)) {
            let found = prepared.metadata.position.expect(&name);
            assert!(
                (found.lat - lat).abs() < 1e-5 && (found.lon - lon).abs() < 1e-5,
                "{name}"
            );
            located += 1;
        }
    }
    assert!(
        dated >= 50 && located >= 15,
        "{dated} dated, {located} located"
    );
    // The folder `orientation` holds one picture in all eight ways.
    let turned = import
        .ready
        .iter()
        .filter(|prepared| prepared.folder.ends_with("orientation"));
    for prepared in turned {
        let preview = house.preview(prepared, ThumbSize::Small);
        assert_eq!(
            preview.height() > preview.width(),
            prepared.name.starts_with("portrait"),
            "{}",
            prepared.name
        );
    }
}
