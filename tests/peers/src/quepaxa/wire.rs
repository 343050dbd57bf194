//! Frames: a length and as many bytes; whatever waits is written at once.

use std::io;

use bytes::{BufMut, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;

/// Most frames that are written at once.
const FRAMES_MAX: usize = 1024;

/// Writes frames as they come, until nobody sends any more.
pub(crate) async fn write_all(
    mut to: OwnedWriteHalf,
    mut frames: mpsc::UnboundedReceiver<Bytes>,
) -> io::Result<()> {
    let mut waiting = Vec::new();
    while frames.recv_many(&mut waiting, FRAMES_MAX).await > 0 {
        let mut bytes = BytesMut::new();
        for frame in waiting.drain(..) {
            let length = u32::try_from(frame.len()).map_err(io::Error::other)?;
            bytes.put_u32_le(length);
            bytes.put_slice(&frame);
        }
        to.write_all(&bytes).await?;
    }
    Ok(())
}

/// Reads frames until the other side closes.
pub(crate) struct Frames {
    from: OwnedReadHalf,
    read: BytesMut,
}

impl Frames {
    pub(crate) fn of(from: OwnedReadHalf) -> Self {
        Self {
            from,
            read: BytesMut::new(),
        }
    }

    pub(crate) async fn next(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            if let Some(head) = self.read.first_chunk::<4>() {
                let length = u32::from_le_bytes(*head) as usize;
                if self.read.len() >= 4 + length {
                    let mut frame = self.read.split_to(4 + length).freeze();
                    return Ok(Some(frame.split_off(4)));
                }
            }
            if self.from.read_buf(&mut self.read).await? == 0 {
                return Ok(None);
            }
        }
    }
}
