//! Gathers whatever is waiting into one item, so that a busy stream costs few frames and an idle
//! one costs no delay.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;

/// Bytes that one frame gathers at most, unless one item alone is larger.
pub(crate) const FRAME_BYTES_MAX: usize = 1 << 20;

/// A stream of everything that is ready at once in `inner`, in order.
#[derive(Debug)]
pub(crate) struct Coalesce<S: Stream> {
    inner: S,
    size: fn(&S::Item) -> usize,
    /// Did not fit into the frame before.
    held: Option<S::Item>,
}

impl<S: Stream> Coalesce<S> {
    /// Gathers items of which each takes `size` bytes.
    pub(crate) fn new(inner: S, size: fn(&S::Item) -> usize) -> Self {
        let held = None;
        Self { inner, size, held }
    }
}

impl<S: Stream + Unpin> Stream for Coalesce<S>
where
    S::Item: Unpin,
{
    type Item = Vec<S::Item>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let mut items = Vec::new();
        let mut bytes = 0;
        loop {
            let next = match this.held.take() {
                Some(item) => Poll::Ready(Some(item)),
                None => Pin::new(&mut this.inner).poll_next(cx),
            };
            let item = match next {
                Poll::Ready(Some(item)) => item,
                Poll::Ready(None) if items.is_empty() => return Poll::Ready(None),
                Poll::Pending if items.is_empty() => return Poll::Pending,
                Poll::Ready(None) | Poll::Pending => return Poll::Ready(Some(items)),
            };
            let size = (this.size)(&item);
            if !items.is_empty() && bytes + size > FRAME_BYTES_MAX {
                this.held = Some(item);
                return Poll::Ready(Some(items));
            }
            bytes += size;
            items.push(item);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt, StreamExt, stream};

    use super::*;

    #[test]
    fn items_share_frames_up_to_the_limit_and_a_large_one_travels_alone() {
        let check = |sizes: &[usize], expect: &[&[usize]]| {
            let inner = stream::iter(sizes.to_vec());
            let frames: Vec<Vec<usize>> = Coalesce::new(inner, |size| *size)
                .collect()
                .now_or_never()
                .unwrap();
            assert_eq!(frames, expect);
        };
        let half = FRAME_BYTES_MAX / 2;
        check(&[], &[]);
        check(&[1, 2, 3], &[&[1, 2, 3]]);
        check(&[half, half, 1], &[&[half, half], &[1]]);
        check(&[1, 3 * half, 1], &[&[1], &[3 * half], &[1]]);
    }
}
