//! Where the event loop and whoever carries its questions to the household's bucket meet.
//!
//! This room does not know what a bucket is: it is given [`Registers`], and runs upon them the very
//! acceptor that a device runs upon its log.

mod acceptor;

use std::fmt;

use bytes::Bytes;
use kinfolio_chain::register::RegisterError;
use kinfolio_chain::{DeviceId, Height};
use kinfolio_consensus::Message;
use kinfolio_transport::Ledger;
use tokio::sync::mpsc;
use tokio::time::{Duration, sleep};

use crate::engine::{Event, Question};
use crate::node::Node;
pub use acceptor::Acceptor;

/// How often it is asked whether it is still there, while it is asked nothing else.
const IDLE: Duration = Duration::from_secs(60);

/// Questions that may wait: each device asks the same again until it is answered.
const QUESTIONS_MAX: usize = 16;

/// What a bucket votes with: objects that change only by compare-and-swap and are never deleted,
/// beside the blocks of the ledger. What is written, every reader sees from then on.
pub trait Registers: Send + Sync {
    /// Which state of a register was read or written; another one for every other state.
    type Version: Clone + Send + Sync;
    /// What may be wrong with the store, in words for people.
    type Error: fmt::Display + Send;

    /// A register's contents and version; nothing, if it was never written.
    fn read(
        &self,
        name: &str,
    ) -> impl Future<Output = Result<Option<(Bytes, Self::Version)>, Self::Error>> + Send;

    /// Replaces a register's contents, if they are still as `expected` was read (nothing: if it was
    /// never written). The new version; nothing, if they are not. After an error they may have been
    /// replaced, or may yet be.
    fn swap(
        &self,
        name: &str,
        bytes: Bytes,
        expected: Option<Self::Version>,
    ) -> impl Future<Output = Result<Option<Self::Version>, Self::Error>> + Send;

    /// Sees to it that the store holds the ledger's blocks of this device up to `height`.
    fn keep(&self, height: Height) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// The height above the highest block that the store holds, whoever stored it.
    fn end(&self) -> impl Future<Output = Result<Height, Self::Error>> + Send;
}

/// Why the bucket has not voted.
#[derive(Debug, thiserror::Error)]
pub enum VoteError<E: fmt::Display> {
    /// Its store failed.
    #[error("{0}")]
    Store(E),
    /// What it has voted cannot be read.
    #[error(
        "what it has voted at block {height} ({name}) cannot be used: {reason}; if it keeps older versions of its objects, put the last good one back"
    )]
    Unreadable {
        /// Which register.
        name: String,
        /// Of which height.
        height: Height,
        /// What is wrong with it.
        reason: RegisterError,
    },
    /// One ballot names two blocks.
    #[error("at block {height} one device has asked it for two different blocks under one ballot")]
    TwoBlocks {
        /// At which height.
        height: Height,
    },
}

/// What is said to the event loop.
pub(crate) enum Word {
    Up(DeviceId, mpsc::Sender<Question>),
    Said(DeviceId, Message<Ledger>),
    Down(DeviceId, Option<String>),
}

/// The event loop's side.
pub(crate) struct Booth {
    words: mpsc::UnboundedReceiver<Word>,
    serving: Option<(DeviceId, mpsc::Sender<Question>)>,
}

impl Booth {
    pub(crate) fn new() -> (mpsc::UnboundedSender<Word>, Self) {
        let (sender, words) = mpsc::unbounded_channel();
        let serving = None;
        (sender, Self { words, serving })
    }

    /// What comes next; never, when nobody can say anything any more.
    pub(crate) async fn next(&mut self) -> Word {
        match self.words.recv().await {
            Some(word) => word,
            None => std::future::pending().await,
        }
    }

    /// What a word means for the ledger.
    pub(crate) fn translate(&mut self, word: Word) -> Event {
        match word {
            Word::Up(bucket, questions) => {
                self.serving = Some((bucket, questions));
                Event::BucketUp(bucket)
            }
            Word::Said(bucket, message) => Event::BucketSaid(bucket, message),
            Word::Down(bucket, trouble) => {
                self.serving = None;
                Event::BucketDown(bucket, trouble)
            }
        }
    }

    /// The bucket that can be asked.
    pub(crate) fn up(&self) -> Option<DeviceId> {
        self.serving.as_ref().map(|(bucket, _)| *bucket)
    }

    /// Asks it; a question that finds no room is lost, as any message may be.
    pub(crate) fn ask(&self, question: Question) {
        if let Some((_, questions)) = &self.serving {
            drop(questions.try_send(question));
        }
    }
}

/// Tells the event loop when nobody carries its questions any more.
struct Carrier {
    words: mpsc::UnboundedSender<Word>,
    bucket: DeviceId,
    trouble: Option<String>,
}

impl Carrier {
    /// The event loop may have ended.
    fn say(&self, word: Word) {
        drop(self.words.send(word));
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        let trouble = self.trouble.take();
        self.say(Word::Down(self.bucket, trouble));
    }
}

impl Node {
    /// The bucket that has a vote in the household, or is to get one. [`Node::watch_household`] tells
    /// when that changes.
    #[must_use]
    pub fn bucket_voter(&self) -> Option<DeviceId> {
        self.published.bucket()
    }

    /// Shows why the household's bucket cannot be asked.
    pub fn bucket_is_away(&self, bucket: DeviceId, trouble: String) {
        let words = self.words.clone();
        let trouble = Some(trouble);
        drop(Carrier {
            words,
            bucket,
            trouble,
        });
    }

    /// Carries this device's questions to the household's bucket and its votes back, until that fails
    /// or the future is dropped.
    ///
    /// # Errors
    /// What is wrong with its store, or with what lies there.
    pub async fn vote_for<R: Registers>(
        &self,
        bucket: DeviceId,
        registers: R,
    ) -> Result<(), VoteError<R::Error>> {
        let mut acceptor = Acceptor::new(bucket, registers);
        acceptor.is_there().await?;
        let (asked, mut questions) = mpsc::channel(QUESTIONS_MAX);
        let mut carrier = Carrier {
            words: self.words.clone(),
            bucket,
            trouble: None,
        };
        carrier.say(Word::Up(bucket, asked));
        loop {
            let question = tokio::select! {
                question = questions.recv() => question,
                () = sleep(IDLE) => match acceptor.is_there().await {
                    Ok(()) => continue,
                    Err(error) => {
                        carrier.trouble = Some(error.to_string());
                        return Err(error);
                    }
                },
            };
            let Some(question) = question else {
                return Ok(());
            };
            for question in latest(question, &mut questions) {
                match acceptor.answer(&question).await {
                    Ok(Some(message)) => carrier.say(Word::Said(bucket, message)),
                    Ok(None) => {}
                    Err(error) => {
                        carrier.trouble = Some(error.to_string());
                        return Err(error);
                    }
                }
            }
        }
    }
}

/// Of all questions that wait the last one about a vote and the last one of a read: what was asked
/// before them nobody waits for, or asks again.
fn latest(first: Question, more: &mut mpsc::Receiver<Question>) -> impl Iterator<Item = Question> {
    let (mut vote, mut read) = (None, None);
    let mut next = Some(first);
    while let Some(question) = next {
        match question.message {
            Message::Ask { .. } => read = Some(question),
            _ => vote = Some(question),
        }
        next = more.try_recv().ok();
    }
    vote.into_iter().chain(read)
}
