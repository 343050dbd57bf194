//! Of all devices that were restored from one bucket, one goes on with the household: the first whose
//! epoch the bucket is told of. Whoever comes later is told who that is.
//!
//! Nor does one go on where somebody still writes in the ledger that it would leave: that device is not
//! lost.
//!
//! What the bucket had been told of when this device was made from it does not count: whoever restores
//! once more, after a device that was restored is lost too, has seen that.

use std::io;
use std::path::{Path, PathBuf};

use kinfolio_bucket::Bucket;
use kinfolio_node::{Anew, Answer, Height, Leave};

use super::origin::Noted;
use crate::bucket::{Entry, Part, What, create_epoch, epoch, gone_on, last_segment, read_segment};
use crate::error::LibraryError;
use crate::layout::Layout;

/// Asks the bucket that the library in `root` was made from.
pub(crate) struct BucketLeave {
    root: PathBuf,
}

impl BucketLeave {
    pub(crate) fn of(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
        }
    }

    async fn reserve(&self, anew: Anew) -> Result<(), String> {
        let unasked = |error: LibraryError| {
            format!(
                "before this restored device changes anything, the bucket that it was made from has to be asked whether another one has gone on with the household: {error}. If that bucket is gone for good, `kinfolio devices recover` goes on without asking"
            )
        };
        let (noted, bucket) = self.open().await.map_err(unasked)?;
        let since = written_since(&noted, &bucket, &anew).await;
        if let Some(height) = since.map_err(unasked)? {
            return Err(format!(
                "a device of this household is at work: after this one was restored, it has written up to block {height}. Nothing is changed here, or there would be two ledgers. To use this PC with it, run `kinfolio invite` there and `kinfolio join` here, in an empty folder; if it is lost by now, `kinfolio devices recover` goes on here all the same"
            ));
        }
        let other = first_other(&noted, &bucket, &anew).await;
        match other.map_err(unasked)? {
            None => Ok(()),
            Some(other) => Err(gone_on(&other.name)),
        }
    }

    async fn open(&self) -> Result<(Noted, Bucket), LibraryError> {
        let layout = Layout::new(&self.root);
        let Some(noted) = Noted::read(&layout)? else {
            let gone = io::ErrorKind::NotFound.into();
            return Err(LibraryError::io("read", &layout.restored_from(), gone));
        };
        let bucket = noted.open(&self.root).await?;
        Ok((noted, bucket))
    }
}

impl Leave for BucketLeave {
    fn ask(&self, anew: Anew) -> Answer<'_> {
        Box::pin(self.reserve(anew))
    }
}

/// The last block that somebody wrote in the ledger which this device would leave, after it was
/// restored.
async fn written_since(
    noted: &Noted,
    bucket: &Bucket,
    anew: &Anew,
) -> Result<Option<Height>, LibraryError> {
    let line = Part {
        line: anew.before,
        from: 0,
        to: None,
    };
    let last = match last_segment(bucket, &line, None).await? {
        Some(last) => read_segment(bucket, &line, last).await?,
        None => None,
    };
    let height = last.map_or(0, |last| last.end().saturating_sub(1));
    let height = height.max(anew.fork);
    Ok((height > noted.height).then_some(height))
}

/// Tells the bucket of this epoch, unless it was told of another device's since: then of which.
async fn first_other(
    noted: &Noted,
    bucket: &Bucket,
    anew: &Anew,
) -> Result<Option<Entry>, LibraryError> {
    let mut number = noted.told;
    let device = anew.member.id.to_string();
    let own = Entry {
        household: anew.household.to_string(),
        epoch: anew.epoch.to_string(),
        device: device.clone(),
        name: anew.member.name.clone(),
        what: What::Begun {
            before: anew.before.map(|before| before.to_string()),
            fork: anew.fork,
            by: device.clone(),
            restored: true,
        },
    };
    loop {
        match epoch(bucket, number).await? {
            Some(told) if told == own => return Ok(None),
            Some(told) => {
                let begun = matches!(&told.what, What::Begun { by, .. } if *by != device);
                if begun && told.household == own.household {
                    return Ok(Some(told));
                }
                number += 1;
            }
            // Whether it was stored shows when it is read, or where somebody was faster, who it was.
            None if create_epoch(bucket, number, &own).await? => return Ok(None),
            None => {}
        }
    }
}
