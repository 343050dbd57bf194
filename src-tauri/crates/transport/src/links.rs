//! Which links are up, and which one to use: the newest of each device.

use std::collections::BTreeMap;

use kinfolio_chain::DeviceId;

use crate::convert::Encoded;
use crate::link::LinkId;
use crate::message::PeerMessage;
use crate::outbox::{LinkSender, SendError};

/// The links of a node, as its [`LinkEvent`](crate::LinkEvent)s tell of them.
#[derive(Debug, Default)]
pub struct Links {
    /// Ordered by the links' ids, oldest first; never empty.
    up: BTreeMap<DeviceId, Vec<LinkSender>>,
}

impl Links {
    /// Takes note of a link. Says whether it is the first to its device.
    pub fn up(&mut self, link: LinkSender) -> bool {
        let links = self.up.entry(link.device()).or_default();
        links.push(link);
        links.sort_by_key(LinkSender::id);
        links.len() == 1
    }

    /// Forgets a link. Says whether it was the last to its device.
    pub fn down(&mut self, device: DeviceId, link_id: LinkId) -> bool {
        let Some(links) = self.up.get_mut(&device) else {
            return false;
        };
        links.retain(|link| link.id() != link_id);
        let gone = links.is_empty();
        if gone {
            self.up.remove(&device);
        }
        gone
    }

    /// Closes every link to `device`, which is no member any more.
    pub fn close(&mut self, device: DeviceId) {
        self.up.remove(&device);
    }

    /// Says something to `device`.
    ///
    /// # Errors
    /// [`SendError`]; the message is lost, as any message may be.
    pub fn send(&self, device: DeviceId, message: &PeerMessage) -> Result<(), SendError> {
        self.send_encoded(device, message.encode()?)
    }

    /// Says something that was encoded before to `device`.
    ///
    /// # Errors
    /// As [`Links::send`].
    pub fn send_encoded(&self, device: DeviceId, message: Encoded) -> Result<(), SendError> {
        match self.up.get(&device).and_then(|links| links.last()) {
            Some(link) => link.send_encoded(message),
            None => Err(SendError::Closed { device }),
        }
    }

    /// Says something on every link to `device`, where it may not be the same process that is at the
    /// other end of each: a copy of it, say.
    ///
    /// # Errors
    /// As [`Links::send`], where one of them did not take it.
    pub fn send_on_all(&self, device: DeviceId, message: &PeerMessage) -> Result<(), SendError> {
        let message = message.encode()?;
        let Some(links) = self.up.get(&device) else {
            return Err(SendError::Closed { device });
        };
        let mut sent = Ok(());
        for link in links {
            sent = sent.and(link.send_encoded(message.clone()));
        }
        sent
    }

    /// Every device that can be talked to, in the order of their ids.
    pub fn devices(&self) -> impl Iterator<Item = DeviceId> + '_ {
        self.up.keys().copied()
    }
}
