//! The acceptor of a bucket: for each question its state is read, the [`Synod`] that every device
//! runs takes the one message, and what it wants durable is swapped in; only then it is answered.
//!
//! Any number of devices may do so at the same time: a swap succeeds only upon the very state that
//! the answer was made from, so that all of them act as one acceptor. Whether a swap took place is
//! unknown after an error. Then the state is read again, and the same message put to it: where the
//! swap did take place, the answer is the one that was meant, and nothing is written.

use kinfolio_chain::register::{Register, Seat};
use kinfolio_chain::{DeviceId, Height, Incarnation, store};
use kinfolio_consensus::{Message, Output, Proposer, Record, Synod};
use kinfolio_transport::Ledger;

use super::{Registers, VoteError};
use crate::engine::{Question, ballot_in, ballot_out};

/// How often a question is put to it again after another device was faster, or after an error.
const ATTEMPTS: usize = 5;

/// The state of a register, as it was read or written last.
type Known<V> = Option<(Register, V)>;

/// One device's way to a bucket's votes.
pub struct Acceptor<R: Registers> {
    bucket: DeviceId,
    registers: R,
    /// The last register that was in use, so that it need not be read before each swap.
    known: Option<(Seat, Known<R::Version>)>,
}

/// What the acceptor makes of a question.
struct Step {
    answer: Vec<Output<Ledger>>,
    synod: Synod<Ledger>,
    /// What must be durable before the answer is given, and its number.
    write: Option<(u64, Register)>,
}

impl<R: Registers> Acceptor<R> {
    /// The votes of this bucket, in these registers.
    pub fn new(bucket: DeviceId, registers: R) -> Self {
        Self {
            bucket,
            registers,
            known: None,
        }
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// If it does not.
    pub async fn is_there(&self) -> Result<(), VoteError<R::Error>> {
        self.registers
            .end()
            .await
            .map(drop)
            .map_err(VoteError::Store)
    }

    /// The answer to a question, once everything that it vouches for is in the store. None, where
    /// other devices were always faster: it will be asked again.
    ///
    /// # Errors
    /// What is wrong with the store, or with what lies there.
    pub async fn answer(
        &mut self,
        question: &Question,
    ) -> Result<Option<Message<Ledger>>, VoteError<R::Error>> {
        if let Message::Ask { read } = question.message {
            let height = self.highest(question.seat).await?;
            return Ok(Some(Message::Seen { read, height }));
        }
        let seat = question.seat;
        let mut failure = None;
        if let Message::Accept { height, ballot, .. } = &question.message {
            // Votes imply history (invariant V): what comes before is in the store before the vote is.
            let kept = self.registers.keep(height - 1).await;
            kept.map_err(VoteError::Store)?;
            if ballot.round == 0 && !self.knows(seat) {
                // Nobody can have voted yet, most likely; if anybody has, the swap fails.
                self.known = Some((seat, None));
            }
        }
        for _ in 0..ATTEMPTS {
            let known = match self.known.take().filter(|(of, _)| *of == seat) {
                Some((_, known)) => known,
                None => match self.read(seat).await {
                    Ok(known) => known,
                    Err(VoteError::Store(error)) => {
                        failure = Some(error);
                        continue;
                    }
                    Err(error) => return Err(error),
                },
            };
            let step = self.step(question, known.as_ref().map(|(register, _)| register))?;
            let Some((number, register)) = step.write else {
                self.known = Some((seat, known));
                return Ok(first_said(step.answer));
            };
            let bytes = register.encode(seat).into();
            let expected = known.map(|(_, version)| version);
            match self.registers.swap(&name(seat), bytes, expected).await {
                Ok(Some(version)) => {
                    self.known = Some((seat, Some((register, version))));
                    let (mut synod, mut answer) = (step.synod, Vec::new());
                    synod.synced(number, &mut answer);
                    return Ok(first_said(answer));
                }
                Ok(None) => {}
                Err(error) => failure = Some(error),
            }
        }
        match failure {
            Some(error) => Err(VoteError::Store(error)),
            None => Ok(None),
        }
    }

    fn knows(&self, seat: Seat) -> bool {
        self.known.as_ref().is_some_and(|(of, _)| *of == seat)
    }

    /// A height at or above every one at which anything was accepted, and at which, or below the one
    /// above it, everything is decided but for what was accepted there. Before a vote at a height the
    /// block below it is stored; so no vote can be above the end of what is stored.
    async fn highest(&self, seat: Seat) -> Result<Height, VoteError<R::Error>> {
        let end = self.registers.end().await.map_err(VoteError::Store)?;
        let register = self
            .read(Seat {
                height: end,
                ..seat
            })
            .await?;
        let accepted = register.is_some_and(|(register, _)| register.accepted.is_some());
        Ok(match accepted {
            true => end,
            false => end.saturating_sub(1),
        })
    }

    async fn read(&self, seat: Seat) -> Result<Known<R::Version>, VoteError<R::Error>> {
        let name = name(seat);
        let found = self.registers.read(&name).await;
        let Some((bytes, version)) = found.map_err(VoteError::Store)? else {
            return Ok(None);
        };
        match Register::decode(seat, bytes) {
            Ok(register) => Ok(Some((register, version))),
            Err(reason) => Err(VoteError::Unreadable {
                name,
                height: seat.height,
                reason,
            }),
        }
    }

    /// Puts a question to what the bucket has voted before.
    fn step(
        &self,
        question: &Question,
        before: Option<&Register>,
    ) -> Result<Step, VoteError<R::Error>> {
        let mut begin = question.begin.clone();
        begin.promised = before.map(|register| ballot_in(register.promised));
        let accepted = before.and_then(|register| register.accepted.clone());
        begin.accepted = accepted.map(|(ballot, block)| (ballot_in(ballot), block));
        let incarnation = Incarnation {
            counter: 0,
            nonce: 0,
        };
        let mut synod = Synod::new(Proposer {
            device: self.bucket,
            incarnation,
        });
        synod.begin(begin);
        let mut answer = Vec::new();
        let from = match &question.message {
            Message::Prepare { ballot, .. } | Message::Accept { ballot, .. } => {
                ballot.proposer.device
            }
            _ => self.bucket,
        };
        synod.receive(from, question.message.clone(), &mut answer);
        let mut write = None;
        for output in &answer {
            match output {
                Output::Persist(number, record) => {
                    write = Some((*number, after(before, record)));
                }
                Output::Alarm { height, .. } => {
                    return Err(VoteError::TwoBlocks { height: *height });
                }
                _ => {}
            }
        }
        Ok(Step {
            answer,
            synod,
            write,
        })
    }
}

/// What the bucket has voted once `record` is durable.
fn after(before: Option<&Register>, record: &Record<Ledger>) -> Register {
    match record {
        Record::Promise { ballot, .. } => Register {
            promised: ballot_out(*ballot),
            accepted: before.and_then(|register| register.accepted.clone()),
        },
        Record::Accepted { ballot, block } => {
            let ballot: store::Ballot = ballot_out(*ballot);
            Register {
                promised: ballot,
                accepted: Some((ballot, block.clone())),
            }
        }
    }
}

fn first_said(answer: Vec<Output<Ledger>>) -> Option<Message<Ledger>> {
    answer.into_iter().find_map(|output| match output {
        Output::Send { message, .. } => Some(message),
        _ => None,
    })
}

/// What a register is called. Heights of another epoch are other heights.
fn name(seat: Seat) -> String {
    format!("{}/{:020}", seat.line.epoch, seat.height)
}

#[cfg(test)]
mod tests;
