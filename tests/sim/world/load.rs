//! The clients: writers and readers that ask one thing after the other, each time of a device
//! chosen at random, and remember what they asked and were told.

use bytes::Bytes;
use kinfolio_chain::{EpochId, Height};
use kinfolio_node::engine::Event;
use kinfolio_node::{EditState, Receipt};

use super::{Due, World};
use crate::history::Span;
use crate::plan::{SECONDS, Time};
use crate::witness::line_at;

/// How long a client waits for an answer before it asks for something else.
const PATIENCE: Time = 8 * SECONDS;

/// One client.
#[derive(Debug)]
pub(super) struct Client {
    writes: bool,
    /// What it waits for.
    request: Option<usize>,
}

impl Client {
    pub(super) fn new(writes: bool) -> Self {
        Self {
            writes,
            request: None,
        }
    }
}

/// What was asked, and what came of it.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) client: Option<usize>,
    pub(super) device: usize,
    pub(super) span: Span,
    pub(super) what: Wish,
}

#[derive(Debug)]
pub(super) enum Wish {
    /// These texts, all in one block; and how far they were said to have come.
    Append {
        texts: Vec<Bytes>,
        told: Option<EditState>,
        /// In which block of which line.
        block: Option<(EpochId, Height)>,
    },
    /// A consistent read; and up to which height it showed the chain.
    Read { up_to: Option<(EpochId, Height)> },
    /// A change of the members.
    Change,
}

impl World {
    /// A client's turn.
    pub(super) fn client(&mut self, client: usize) {
        if self.healed || self.clients[client].request.is_some() {
            return;
        }
        let running = self.running();
        match self.dice.pick(&running) {
            Some(device) if self.clients[client].writes => {
                let count = self.dice.between(1, 4) as usize;
                let request = self.write_at(device, count, Some(client));
                self.clients[client].request = Some(request);
            }
            Some(device) => {
                let request = self.read_at(device, Some(client));
                self.clients[client].request = Some(request);
            }
            None => self.due(100_000, Due::Client(client)),
        }
    }

    /// Appends new texts at a device.
    pub(super) fn write_at(&mut self, device: usize, count: usize, client: Option<usize>) -> usize {
        let request = self.requests.len();
        let texts = (0..count).map(|index| {
            let mut text = format!("text {request}.{index} ");
            let bytes = self.dice.below(self.plan.edit_bytes) as usize;
            text.extend(std::iter::repeat_n('x', bytes));
            Bytes::from(text)
        });
        let texts: Vec<_> = texts.collect();
        let payloads = texts.clone();
        let what = Wish::Append {
            texts,
            told: None,
            block: None,
        };
        self.tally.add("edits submitted", count as u64);
        self.ask(device, client, what, |ticket| Event::Submit {
            ticket,
            payloads,
        })
    }

    /// Reads at a device.
    pub(super) fn read_at(&mut self, device: usize, client: Option<usize>) -> usize {
        self.ask(device, client, Wish::Read { up_to: None }, |ticket| {
            Event::Read { ticket }
        })
    }

    /// Hands a request to a device.
    pub(super) fn ask(
        &mut self,
        device: usize,
        client: Option<usize>,
        what: Wish,
        event: impl FnOnce(u64) -> Event,
    ) -> usize {
        let request = self.requests.len();
        let span = Span {
            from: self.now,
            to: None,
        };
        self.requests.push(Asked {
            client,
            device,
            span,
            what,
        });
        let ticket = request as u64;
        self.devices[device].waiting.insert(ticket, request);
        self.hand(device, event(ticket));
        if client.is_some() {
            self.due(PATIENCE, Due::GiveUp { request });
        }
        request
    }

    /// A writer was answered.
    pub(super) fn answered(&mut self, request: usize, receipt: &Receipt) {
        let asked = &mut self.requests[request];
        let latency = self.now - asked.span.from;
        if let Wish::Append { told, block, .. } = &mut asked.what {
            *told = Some(receipt.state);
            *block = receipt.height.map(|height| {
                let lines = &self.devices[asked.device].lines.seen;
                (line_at(lines, height), height)
            });
            if receipt.state == EditState::Committed {
                asked.span.to = Some(self.now);
                self.tally
                    .add("edits acknowledged in a block", receipt.count as u64);
                self.tally.add(
                    "microseconds waited for blocks",
                    latency * receipt.count as u64,
                );
            } else {
                self.tally
                    .add("edits acknowledged as pending", receipt.count as u64);
            }
        }
        self.unanswered(request);
        let device = self.requests[request].device;
        self.round_answered(device);
    }

    /// A reader was answered.
    pub(super) fn has_read(&mut self, request: usize, height: u64) {
        let asked = &mut self.requests[request];
        if let Wish::Read { up_to } = &mut asked.what {
            let lines = &self.devices[asked.device].lines.seen;
            *up_to = lines.last().map(|begun| (begun.epoch, height));
            asked.span.to = Some(self.now);
            self.tally.one("consistent reads");
        }
        self.unanswered(request);
    }

    /// An answer came, or never will: the client goes on.
    pub(super) fn unanswered(&mut self, request: usize) {
        let Some(client) = self.requests[request].client else {
            return;
        };
        if self.clients[client].request == Some(request) {
            self.clients[client].request = None;
            let after = self.about(self.plan.think);
            self.due(after, Due::Client(client));
        }
    }

    pub(super) fn give_up(&mut self, request: usize) {
        self.unanswered(request);
    }
}
