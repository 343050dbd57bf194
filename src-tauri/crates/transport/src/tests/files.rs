//! Files: who gets them, from which byte on, and on which thread.

use std::io;
use std::sync::{Arc, Mutex};
use std::thread::ThreadId;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};

use super::{Listening, id, identity};
use crate::{
    Checkpoint, FetchError, FileClient, FileDoor, FileKind, FileRef, FileRefused, Files,
    INSPECTED_MAX, Inspected, OpenedFile,
};

const SIZE: usize = 3_000_000;

const ORIGINAL: FileRef = FileRef {
    kind: FileKind::Original,
    id: [5; 32],
};

/// Holds one original; its preview breaks off in the middle.
#[derive(Debug, Default)]
struct Shelf {
    asked_on: Mutex<Option<ThreadId>>,
}

fn content() -> Bytes {
    (0..SIZE).map(|n| (n % 251) as u8).collect()
}

impl Files for Shelf {
    fn open(
        &self,
        file: FileRef,
        offset: u64,
    ) -> BoxFuture<'static, Result<OpenedFile, FileRefused>> {
        *self.asked_on.lock().unwrap() = Some(std::thread::current().id());
        async move {
            if file.id != ORIGINAL.id {
                return Err(FileRefused::NotHere);
            }
            let from = usize::try_from(offset).unwrap().min(SIZE);
            let content = content().slice(from..);
            let whole = content.chunks(64 << 10).map(Bytes::copy_from_slice).map(Ok);
            let whole: Vec<_> = whole.collect();
            let pieces = match file.kind {
                FileKind::Original => stream::iter(whole).boxed(),
                FileKind::Preview256 => {
                    let torn = Err(io::Error::other("the disk has a scratch"));
                    stream::iter(whole.into_iter().take(3))
                        .chain(stream::iter([torn]))
                        .boxed()
                }
                FileKind::Preview1080 => {
                    return Err(FileRefused::Unreadable("a scratch".to_owned()));
                }
            };
            let size = SIZE as u64;
            Ok(OpenedFile { size, pieces })
        }
        .boxed()
    }

    fn inspect(&self, ids: Vec<[u8; 32]>) -> BoxStream<'static, Inspected> {
        let look = |id| Inspected {
            id,
            whole: id == ORIGINAL.id,
        };
        stream::iter(ids.into_iter().map(look)).boxed()
    }

    fn checkpoint(&self) -> Checkpoint {
        let whole = content();
        let pieces: Vec<_> = whole.chunks(50_000).map(Bytes::copy_from_slice).collect();
        stream::iter(pieces.into_iter().map(Ok)).boxed()
    }
}

async fn all(opened: OpenedFile) -> io::Result<Vec<u8>> {
    let gather = |mut all: Vec<u8>, piece: Bytes| async move {
        all.extend_from_slice(&piece);
        Ok(all)
    };
    opened.pieces.try_fold(Vec::new(), gather).await
}

#[tokio::test]
async fn members_get_files_from_any_byte_on_and_strangers_none() {
    let elsewhere = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let shelf = Arc::new(Shelf::default());
    let door = FileDoor {
        files: shelf.clone(),
        runtime: elsewhere.handle().clone(),
    };
    let a = Listening::with_files(1, &[1, 2], door).await;
    let (member, stranger, at) = (identity(2), identity(3), [a.addr]);
    let client = FileClient::connect(&member, id(1), &at).await.unwrap();
    for offset in [0, 1, 2_999_999, 3_000_000] {
        let opened = client.fetch(ORIGINAL, offset).await.unwrap();
        assert_eq!(opened.size, SIZE as u64);
        let offset = usize::try_from(offset).unwrap();
        assert!(
            all(opened).await.unwrap() == content()[offset..],
            "{offset}"
        );
    }
    let asked_on = shelf.asked_on.lock().unwrap().take();
    assert_ne!(
        asked_on,
        Some(std::thread::current().id()),
        "files pass through the thread that accepts"
    );

    let unknown = FileRef {
        id: [6; 32],
        ..ORIGINAL
    };
    let missing = client.fetch(unknown, 0).await.unwrap_err();
    assert!(matches!(missing, FetchError::NotThere), "{missing}");
    let of = |kind| FileRef { kind, ..ORIGINAL };
    let torn = client.fetch(of(FileKind::Preview256), 0).await.unwrap();
    let error = all(torn).await.unwrap_err().to_string();
    assert!(error.contains("scratch"), "{error}");
    let error = client.fetch(of(FileKind::Preview1080), 0).await;
    assert!(matches!(error, Err(FetchError::Broken(why)) if why.contains("scratch")));

    let pieces = client.checkpoint().await.unwrap();
    let whole: Vec<_> = pieces.try_collect().await.unwrap();
    assert!(whole.concat() == content());

    let asked = vec![ORIGINAL.id; INSPECTED_MAX - 1];
    let asked = [asked, vec![unknown.id]].concat();
    let found = client.inspect(&asked).await.unwrap();
    let found: Vec<_> = found.try_collect().await.unwrap();
    let whole: Vec<_> = found.iter().map(|one| (one.id, one.whole)).collect();
    let expect = asked.iter().map(|&id| (id, id == ORIGINAL.id));
    assert_eq!(whole, expect.collect::<Vec<_>>());
    let many = client.inspect(&[ORIGINAL.id; INSPECTED_MAX + 1]).await;
    assert!(matches!(many, Err(FetchError::Broken(why)) if why.contains("too many")));

    let stranger = FileClient::connect(&stranger, id(1), &at).await.unwrap();
    let refused = stranger.fetch(ORIGINAL, 0).await;
    assert!(matches!(refused, Err(FetchError::Broken(why)) if why.contains("no member")));
    let refused = stranger.inspect(&[ORIGINAL.id]).await;
    assert!(matches!(refused, Err(FetchError::Broken(why)) if why.contains("no member")));
    let refused = stranger.checkpoint().await;
    assert!(matches!(refused, Err(FetchError::Broken(why)) if why.contains("no member")));
    let other = FileClient::connect(&member, id(9), &at).await;
    assert!(matches!(other, Err(FetchError::Unreachable(_))));
    a.stop().await;
    elsewhere.shutdown_background();
}
