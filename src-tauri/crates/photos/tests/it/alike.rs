//! Encodings and sizes of one photo look alike, different photos do not.

use image::imageops::FilterType;
use kinfolio_photos::alike::{ALIKE_MAX, distance};
use kinfolio_photos::sample::{SampleOptions, photo};
use turbojpeg::{Compressor, Image, PixelFormat};

use crate::fixtures::*;

fn encoded_at(picture: &image::RgbImage, quality: i32) -> Vec<u8> {
    let (width, height) = picture.dimensions();
    let mut compressor = Compressor::new().unwrap();
    compressor.set_quality(quality).unwrap();
    compressor
        .compress_to_vec(Image {
            pixels: picture.as_raw().as_slice(),
            width: width as usize,
            pitch: width as usize * 3,
            height: height as usize,
            format: PixelFormat::RGB,
        })
        .unwrap()
}

#[test]
fn encodings_and_sizes_of_one_photo_are_alike() {
    let house = House::new();
    let hash = |bytes: &[u8]| house.import_one("a.jpg", bytes).metadata.phash.unwrap();
    let options = SampleOptions {
        pixels: 800 * 600,
        ..SampleOptions::new(40, 11)
    };
    let mut hashes = Vec::new();
    for n in 0..40 {
        let (_, bytes) = photo(n, &options).unwrap();
        let picture = image::load_from_memory(&bytes).unwrap().into_rgb8();
        let (width, height) = picture.dimensions();
        let half = image::imageops::resize(&picture, width / 2, height / 2, FilterType::Triangle);
        let best = hash(&encoded_at(&picture, 95));
        for other in [encoded_at(&picture, 50), encoded_at(&half, 90)] {
            let bits = distance(best, hash(&other));
            assert!(bits <= ALIKE_MAX, "{n}: {bits} bits");
        }
        hashes.push(best);
    }
    let pairs = (0..40).flat_map(|a| (0..a).map(move |b| (a, b)));
    let far = pairs
        .filter(|&(a, b)| distance(hashes[a], hashes[b]) > 16)
        .count();
    assert!(
        far * 100 > 40 * 39 / 2 * 90,
        "{far} of {} pairs",
        40 * 39 / 2
    );
}

#[test]
fn flat_pictures_are_like_nothing() {
    let house = House::new();
    for value in [0, 128, 255] {
        let flat = image::RgbImage::from_pixel(320, 240, image::Rgb([value; 3]));
        let prepared = house.import_one("flat.jpg", &encoded_at(&flat, 80));
        assert!(!prepared.metadata.thumbhash.is_empty());
        assert_eq!(prepared.metadata.phash, None);
    }
    assert_eq!(
        house.import_one("notes.txt", b"no picture").metadata.phash,
        None
    );
}
