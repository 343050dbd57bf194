//! One frame of a video (or an AVIF) through the `ffmpeg` program, when it is
//! installed. It runs apart, with a time limit, and its silence is not taken for
//! success: past the end of a video it writes nothing and reports nothing.

use std::env;
use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::pixels::Pixels;
use super::{DECODED_MAX, Reason, check_size};
use crate::budget::Budget;

const TIME_MAX: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(5);

/// Where the program lies, when it is installed.
pub(super) fn find_ffmpeg() -> Option<PathBuf> {
    let name = if cfg!(windows) {
        "ffmpeg.exe"
    } else {
        "ffmpeg"
    };
    env::split_paths(&env::var_os("PATH")?)
        .map(|dir| dir.join(name))
        .find(|path| path.is_file())
}

/// A frame about one second in, earlier in shorter videos.
pub(super) fn frame<'a>(
    ffmpeg: Option<&Path>,
    path: &Path,
    duration_ms: Option<u64>,
    budget: &'a Budget,
) -> Result<Pixels<'a>, Reason> {
    let ffmpeg = ffmpeg.ok_or("ffmpeg is not installed, so videos have none")?;
    let at_ms = duration_ms.map_or(1000, |duration| (duration / 10).min(1000));
    run(ffmpeg, path, at_ms, budget).or_else(|reason| {
        if at_ms > 0 {
            run(ffmpeg, path, 0, budget)
        } else {
            Err(reason)
        }
    })
}

/// The picture of an AVIF. `declared` is the size that the file claims; a frame
/// of another size is only a tile of it.
pub(super) fn still<'a>(
    ffmpeg: Option<&Path>,
    path: &Path,
    declared: Option<(u32, u32)>,
    budget: &'a Budget,
) -> Result<Pixels<'a>, Reason> {
    let ffmpeg = ffmpeg.ok_or("ffmpeg is not installed, so AVIF pictures have none")?;
    if let Some((width, height)) = declared {
        check_size(width, height, u64::from(width) * u64::from(height) * 3)?;
    }
    let pixels = run(ffmpeg, path, 0, budget)?;
    let size = (pixels.width, pixels.height);
    if declared.is_some_and(|(w, h)| (w, h) != size && (h, w) != size) {
        return Err("ffmpeg reads only a tile of this AVIF".to_owned());
    }
    // ffmpeg 5 leaves the turning to us, later ones do it.
    let turned = declared.is_some_and(|(w, h)| w != h && (h, w) == size);
    Ok(Pixels {
        upright: turned,
        ..pixels
    })
}

fn run<'a>(
    ffmpeg: &Path,
    path: &Path,
    at_ms: u64,
    budget: &'a Budget,
) -> Result<Pixels<'a>, Reason> {
    let mut input = OsString::from("file:");
    input.push(path);
    let mut child = Command::new(ffmpeg)
        .args([
            "-nostdin",
            "-hide_banner",
            "-loglevel",
            "error",
            "-threads",
            "1",
        ])
        .args([
            "-protocol_whitelist",
            "file,pipe",
            "-ss",
            &format!("{}.{:03}", at_ms / 1000, at_ms % 1000),
        ])
        .arg("-i")
        .arg(input)
        .args([
            "-frames:v",
            "1",
            "-an",
            "-sn",
            "-dn",
            "-f",
            "image2pipe",
            "-c:v",
            "ppm",
            "pipe:1",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("ffmpeg could not be started: {error}"))?;
    let output = child.stdout.take();
    let reading = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        output.map(|output| output.take(DECODED_MAX).read_to_end(&mut bytes));
        bytes
    });
    let finished = wait(&mut child);
    let bytes = reading
        .join()
        .map_err(|_| "reading from ffmpeg failed".to_owned())?;
    if !finished {
        return Err(format!("ffmpeg took longer than {} s", TIME_MAX.as_secs()));
    }
    let (width, height, data) = parse_ppm(&bytes).ok_or("ffmpeg found no picture in it")?;
    check_size(width, height, data.len() as u64)?;
    let grant = budget.take(data.len() as u64);
    Ok(Pixels {
        width,
        height,
        channels: 3,
        data: data.to_vec(),
        full: (width, height),
        icc: None,
        upright: true,
        fault: None,
        _grant: Some(grant),
    })
}

/// Waits until the program ends, or ends it. True when it ended by itself.
fn wait(child: &mut Child) -> bool {
    let deadline = Instant::now() + TIME_MAX;
    loop {
        match child.try_wait() {
            Ok(Some(_)) => return true,
            Ok(None) if Instant::now() < deadline => std::thread::sleep(POLL),
            Ok(None) | Err(_) => {
                // Either it runs too long or cannot be watched.
                let _ = child.kill();
                let _ = child.wait();
                return false;
            }
        }
    }
}

/// `P6 <width> <height> 255` and the pixels.
fn parse_ppm(bytes: &[u8]) -> Option<(u32, u32, &[u8])> {
    let mut rest = bytes.strip_prefix(b"P6")?;
    let mut number = || {
        rest = rest.trim_ascii_start();
        let end = rest.iter().position(|byte| !byte.is_ascii_digit())?;
        let number: u32 = std::str::from_utf8(&rest[..end]).ok()?.parse().ok()?;
        rest = &rest[end..];
        Some(number)
    };
    let (width, height, depth) = (number()?, number()?, number()?);
    let data = rest.get(1..)?;
    let size = usize::try_from(u64::from(width) * u64::from(height) * 3).ok()?;
    (depth == 255 && size > 0).then_some((width, height, data.get(..size)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portable_pixmaps_are_parsed() {
        fn check(bytes: &[u8], expect: Option<(u32, u32, &[u8])>) {
            assert_eq!(parse_ppm(bytes), expect);
        }
        check(b"P6\n2 1\n255\nabcdef", Some((2, 1, b"abcdef")));
        check(b"P6\n2 1\n255\nabc", None);
        check(b"P6\n2 1\n65535\nabcdef", None);
        check(b"P6\n99999 99999\n255\n", None);
        check(b"", None);
    }
}
