//! Files made for the tests, and a library to import them into.

use std::collections::HashSet;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ::exif::experimental::Writer;
use ::exif::{Field, In, Tag, Value};
use kinfolio_photos::{
    BlobId, Blobs, Cancel, Described, ImportError, Outcome, Pipeline, PipelineOptions, Prepared,
    Summary, ThumbSize, Thumbs,
};
use tokio::sync::mpsc;
use turbojpeg::{Compressor, Image, PixelFormat, Subsamp};

/// A library in a temporary folder, and a folder beside it for what is imported.
pub struct House {
    pub dir: tempfile::TempDir,
    pub blobs: Blobs,
    pub thumbs: Thumbs,
    pub known: Arc<Mutex<HashSet<BlobId>>>,
}

/// What came out of one import, in the order it came.
#[derive(Debug, Default)]
pub struct Import {
    pub ready: Vec<Prepared>,
    pub duplicates: Vec<String>,
    /// What was said of the duplicates.
    pub described: Vec<Described>,
    pub rejected: Vec<(String, String)>,
    pub progress: usize,
    pub summary: Summary,
}

impl House {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("in")).unwrap();
        let root = dir.path().join("library");
        fs::create_dir(&root).unwrap();
        Self {
            blobs: Blobs::open(&root).unwrap(),
            thumbs: Thumbs::open(&root).unwrap(),
            known: Arc::default(),
            dir,
        }
    }

    pub fn root(&self) -> PathBuf {
        self.dir.path().join("library")
    }

    /// The folder with the files to import.
    pub fn inbox(&self) -> PathBuf {
        self.dir.path().join("in")
    }

    pub fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.inbox().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    pub fn pipeline(&self) -> Pipeline {
        let known = Arc::clone(&self.known);
        let known = Arc::new(move |id: &BlobId| known.lock().unwrap().contains(id));
        Pipeline::new(
            self.blobs.clone(),
            self.thumbs.clone(),
            known,
            PipelineOptions::default(),
        )
    }

    pub fn try_import(&self, paths: &[PathBuf]) -> (Import, Result<Summary, ImportError>) {
        let (sink, mut outcomes) = mpsc::channel(4);
        let (pipeline, paths) = (self.pipeline(), paths.to_vec());
        let running = std::thread::spawn(move || pipeline.run(paths, sink, &Cancel::new()));
        let mut import = Import::default();
        while let Some(outcome) = outcomes.blocking_recv() {
            match outcome {
                Outcome::Ready(prepared) => import.ready.push(*prepared),
                Outcome::Duplicate {
                    path, described, ..
                } => {
                    import.duplicates.push(path);
                    import
                        .described
                        .extend(described.map(|described| *described));
                }
                Outcome::Rejected { path, reason } => {
                    import.rejected.push((path, reason.to_string()));
                }
                Outcome::Progress(_) => import.progress += 1,
            }
        }
        let result = running.join().unwrap();
        (import, result)
    }

    /// Imports and checks that every file found is accounted for.
    pub fn import(&self, paths: &[PathBuf]) -> Import {
        let (mut import, result) = self.try_import(paths);
        import.summary = result.unwrap();
        let summary = import.summary;
        assert_eq!(
            summary.found,
            summary.ready + summary.duplicate + summary.rejected
        );
        let counted = (
            import.ready.len(),
            import.duplicates.len(),
            import.rejected.len(),
        );
        let summed = (
            summary.ready as usize,
            summary.duplicate as usize,
            summary.rejected as usize,
        );
        assert_eq!(counted, summed);
        import
    }

    pub fn import_one(&self, name: &str, bytes: &[u8]) -> Prepared {
        let path = self.put(name, bytes);
        let mut import = self.import(&[path]);
        assert_eq!(import.ready.len(), 1, "{:?}", import.rejected);
        import.ready.remove(0)
    }

    /// A stored preview, decoded.
    pub fn preview(&self, prepared: &Prepared, size: ThumbSize) -> image::RgbImage {
        let jpeg = self
            .thumbs
            .get(&prepared.id, size)
            .unwrap()
            .expect("there is a preview");
        image::load_from_memory(&jpeg).unwrap().into_rgb8()
    }
}

/// The one of that name.
pub fn named<'a>(import: &'a Import, name: &str) -> &'a Prepared {
    let mut all = import.ready.iter();
    let found = all.find(|prepared| prepared.name == name);
    found.unwrap_or_else(|| unreachable!("{name} is not among {:?}", names(import)))
}

/// The names of all that is ready, sorted.
pub fn names(import: &Import) -> Vec<&str> {
    let mut names: Vec<_> = import.ready.iter().map(|p| p.name.as_str()).collect();
    names.sort_unstable();
    names
}

/// The rejected name (its last part) and reason.
pub fn rejected(import: &Import) -> Vec<(String, String)> {
    let last = |path: &String| path.rsplit('/').next().unwrap_or_default().to_owned();
    let mut all: Vec<_> = import
        .rejected
        .iter()
        .map(|(path, why)| (last(path), why.clone()))
        .collect();
    all.sort();
    all
}

/// Four quarters in four colours: red and green above, blue and white below.
pub fn quarters(width: usize, height: usize) -> Vec<u8> {
    let color = |x: usize, y: usize| match (x < width / 2, y < height / 2) {
        (true, true) => [220, 20, 20],
        (false, true) => [20, 220, 20],
        (true, false) => [20, 20, 220],
        (false, false) => [240, 240, 240],
    };
    (0..height)
        .flat_map(|y| (0..width).flat_map(move |x| color(x, y)))
        .collect()
}

/// Which of the four colours is seen in the corners, row by row.
pub fn corners(picture: &image::RgbImage) -> String {
    let (w, h) = picture.dimensions();
    let name = |x: u32, y: u32| match picture.get_pixel(x, y).0 {
        [r, g, b] if r > 180 && g > 180 && b > 180 => 'w',
        [r, g, b] if r > 120 && g < 100 && b < 100 => 'r',
        [r, g, b] if r < 100 && g > 120 && b < 100 => 'g',
        [r, g, b] if r < 100 && g < 100 && b > 120 => 'b',
        _ => '?',
    };
    [
        (w / 8, h / 8),
        (w - 1 - w / 8, h / 8),
        (w / 8, h - 1 - h / 8),
        (w - 1 - w / 8, h - 1 - h / 8),
    ]
    .into_iter()
    .map(|(x, y)| name(x, y))
    .collect()
}

pub fn jpeg(rgb: &[u8], width: usize, height: usize) -> Vec<u8> {
    jpeg_with(rgb, width, height, PixelFormat::RGB, Subsamp::Sub2x2, false)
}

pub fn jpeg_with(
    pixels: &[u8],
    width: usize,
    height: usize,
    format: PixelFormat,
    subsamp: Subsamp,
    progressive: bool,
) -> Vec<u8> {
    let mut compressor = Compressor::new().unwrap();
    compressor.set_quality(92).unwrap();
    compressor.set_subsamp(subsamp).unwrap();
    compressor.set_progressive(progressive).unwrap();
    let pitch = width * format.size();
    compressor
        .compress_to_vec(Image {
            pixels,
            width,
            pitch,
            height,
            format,
        })
        .unwrap()
}

/// A small upright JPEG with those EXIF fields.
pub fn jpeg_with_fields(fields: &[Field]) -> Vec<u8> {
    with_exif(&jpeg(&quarters(64, 48), 64, 48), &exif_block(fields))
}

pub fn exif_block(fields: &[Field]) -> Vec<u8> {
    let mut writer = Writer::new();
    for field in fields {
        writer.push_field(field);
    }
    let mut out = Cursor::new(Vec::new());
    writer.write(&mut out, true).unwrap();
    out.into_inner()
}

pub fn field(tag: Tag, value: Value) -> Field {
    Field {
        tag,
        ifd_num: In::PRIMARY,
        value,
    }
}

pub fn text(tag: Tag, text: &str) -> Field {
    field(tag, Value::Ascii(vec![text.as_bytes().to_vec()]))
}

pub fn with_exif(jpeg: &[u8], exif: &[u8]) -> Vec<u8> {
    segment(jpeg, 0xE1, &[b"Exif\0\0", exif].concat())
}

/// Puts an application segment behind the beginning of a JPEG.
pub fn segment(jpeg: &[u8], marker: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xFF, marker], &length, body, &jpeg[2..]].concat()
}

/// A PNG that claims any size and holds next to nothing.
pub fn png_claiming(width: u32, height: u32) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, 2, 0, 0, 0]);
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let deflated = [0x78, 0x9C, 0x63, 0, 0, 0, 1, 0, 1];
    for (name, body) in [
        (b"IHDR", header.as_slice()),
        (b"IDAT", &deflated),
        (b"IEND", &[]),
    ] {
        out.extend((body.len() as u32).to_be_bytes());
        let named = [name.as_slice(), body].concat();
        out.extend(&named);
        out.extend(crc32(&named).to_be_bytes());
    }
    out
}

pub fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| {
        if crc & 1 == 1 {
            (crc >> 1) ^ 0xEDB8_8320
        } else {
            crc >> 1
        }
    };
    !bytes
        .iter()
        .fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

/// Encodes through the `image` crate.
pub fn encoded(picture: &image::DynamicImage, format: image::ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, format).unwrap();
    out.into_inner()
}

/// All files below a folder, relative, sorted.
pub fn files_below(dir: &Path) -> Vec<String> {
    let mut all: Vec<String> = walkdir::WalkDir::new(dir)
        .into_iter()
        .flatten()
        .filter(|entry| !entry.file_type().is_dir())
        .map(|entry| {
            entry
                .path()
                .strip_prefix(dir)
                .unwrap()
                .display()
                .to_string()
        })
        .collect();
    all.sort();
    all
}
