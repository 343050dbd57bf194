//! The household's bucket in a simulated world: registers that change by compare-and-swap, and the
//! blocks of the ledger. It never forgets; what is asked of it takes time, and may be lost on the way
//! there or back, or carried out long after whoever asked was told that it failed.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use kinfolio_chain::{Block, DeviceId, Height};
use kinfolio_node::Registers;

/// Names something that was asked of the store.
pub type Errand = u64;

/// What a device may ask.
#[derive(Clone, Debug)]
enum Wish {
    Read(String),
    Swap(String, Bytes, Option<u64>),
    /// Hold these blocks, of which the first stands at the height of its own.
    Keep(Vec<Arc<Block>>),
    End,
}

#[derive(Clone, Debug)]
enum Answer {
    Found(Option<(Bytes, u64)>),
    Swapped(Option<u64>),
    Kept,
    End(Height),
    Failed(Trouble),
}

/// Why nothing came of it, as far as a device knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    NoAnswer,
    /// The bucket holds other blocks.
    OtherChain,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAnswer => "the simulated store does not answer",
            Self::OtherChain => "the simulated store holds another chain",
        })
    }
}

#[derive(Debug, Default)]
struct Inner {
    objects: BTreeMap<String, (Bytes, u64)>,
    blocks: Vec<Arc<Block>>,
    /// Whether it minds what a write expects.
    swaps: bool,
    next: Errand,
    /// What was asked and is not on its way yet.
    new: Vec<Errand>,
    wishes: BTreeMap<Errand, Wish>,
    done: BTreeMap<Errand, Answer>,
    told: BTreeMap<Errand, Answer>,
}

/// A store, and a handle of it: clones are the same store.
#[derive(Clone, Debug)]
pub struct SimStore {
    inner: Arc<Mutex<Inner>>,
}

impl SimStore {
    pub fn new(swaps: bool) -> Self {
        let inner = Inner {
            swaps,
            ..Inner::default()
        };
        let inner = Arc::new(Mutex::new(inner));
        Self { inner }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was asked since the last time.
    pub fn set_out(&self) -> Vec<Errand> {
        std::mem::take(&mut self.lock().new)
    }

    /// An errand reaches the store and is carried out.
    pub fn carry_out(&self, errand: Errand) {
        let mut inner = self.lock();
        if let Some(wish) = inner.wishes.remove(&errand) {
            let answer = inner.grant(wish);
            inner.done.insert(errand, answer);
        }
    }

    /// The answer comes back, or whoever waits gives up.
    pub fn come_back(&self, errand: Errand, is_lost: bool) {
        let mut inner = self.lock();
        let answer = match (is_lost, inner.done.get(&errand)) {
            (false, Some(answer)) => answer.clone(),
            _ => Answer::Failed(Trouble::NoAnswer),
        };
        inner.told.insert(errand, answer);
    }

    /// Stores blocks at once, as a device does that has time for it.
    pub fn keep(&self, blocks: Vec<Arc<Block>>) {
        self.lock().grant(Wish::Keep(blocks));
    }

    pub fn end(&self) -> Height {
        self.lock().blocks.len() as Height
    }

    /// The blocks from a height on.
    pub fn blocks_from(&self, height: Height) -> Vec<Arc<Block>> {
        let inner = self.lock();
        inner.blocks.iter().skip(height as usize).cloned().collect()
    }

    fn ask(&self, wish: Wish) -> Asked {
        let mut inner = self.lock();
        inner.next += 1;
        let errand = inner.next;
        inner.new.push(errand);
        inner.wishes.insert(errand, wish);
        let store = self.clone();
        Asked { store, errand }
    }
}

impl Inner {
    fn grant(&mut self, wish: Wish) -> Answer {
        match wish {
            Wish::Read(name) => Answer::Found(self.objects.get(&name).cloned()),
            Wish::Swap(name, bytes, expected) => {
                let found = self.objects.get(&name).map(|(_, version)| *version);
                if self.swaps && found != expected {
                    return Answer::Swapped(None);
                }
                let version = found.unwrap_or(0) + 1;
                self.objects.insert(name, (bytes, version));
                Answer::Swapped(Some(version))
            }
            Wish::Keep(blocks) => {
                for block in blocks {
                    let height = block.height() as usize;
                    match self.blocks.get(height) {
                        Some(known) if known.hash() != block.hash() => {
                            return Answer::Failed(Trouble::OtherChain);
                        }
                        Some(_) => {}
                        None if height == self.blocks.len() => self.blocks.push(block),
                        None => return Answer::Failed(Trouble::NoAnswer),
                    }
                }
                Answer::Kept
            }
            Wish::End => Answer::End(self.blocks.len() as Height),
        }
    }
}

/// An answer that is waited for.
struct Asked {
    store: SimStore,
    errand: Errand,
}

impl Future for Asked {
    type Output = Answer;

    /// The world asks again whenever something has come back.
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Answer> {
        match self.store.lock().told.remove(&self.errand) {
            Some(answer) => Poll::Ready(answer),
            None => Poll::Pending,
        }
    }
}

/// What a device reads its own blocks with.
pub type OwnBlocks = Arc<dyn Fn(Height) -> Option<Block> + Send + Sync>;

/// The registers of one voter, as one device reaches them.
#[derive(Clone)]
pub struct Counter {
    pub store: SimStore,
    pub voter: DeviceId,
    pub own: OwnBlocks,
}

impl Registers for Counter {
    type Version = u64;
    type Error = Trouble;

    async fn read(&self, name: &str) -> Result<Option<(Bytes, u64)>, Trouble> {
        let name = format!("{}/{name}", self.voter);
        match self.store.ask(Wish::Read(name)).await {
            Answer::Found(found) => Ok(found),
            other => Err(trouble(&other)),
        }
    }

    async fn swap(
        &self,
        name: &str,
        bytes: Bytes,
        expected: Option<u64>,
    ) -> Result<Option<u64>, Trouble> {
        let name = format!("{}/{name}", self.voter);
        match self.store.ask(Wish::Swap(name, bytes, expected)).await {
            Answer::Swapped(version) => Ok(version),
            other => Err(trouble(&other)),
        }
    }

    async fn keep(&self, height: Height) -> Result<(), Trouble> {
        let end = match self.store.ask(Wish::End).await {
            Answer::End(end) => end,
            other => return Err(trouble(&other)),
        };
        // The last block that both have stands for all below it.
        let from = end.saturating_sub(1).min(height);
        let blocks = (from..=height).map(|height| (self.own)(height).map(Arc::new));
        let blocks = blocks.collect::<Option<Vec<_>>>();
        let blocks = blocks.ok_or(Trouble::NoAnswer)?;
        match self.store.ask(Wish::Keep(blocks)).await {
            Answer::Kept => Ok(()),
            other => Err(trouble(&other)),
        }
    }

    async fn end(&self) -> Result<Height, Trouble> {
        match self.store.ask(Wish::End).await {
            Answer::End(end) => Ok(end),
            other => Err(trouble(&other)),
        }
    }
}

fn trouble(answer: &Answer) -> Trouble {
    match answer {
        Answer::Failed(trouble) => *trouble,
        _ => Trouble::NoAnswer,
    }
}
