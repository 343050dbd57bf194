//! The links to the other devices, as the event loop uses them: who is let in, who is dialled and
//! where.

mod clocks;
mod conditions;
mod door;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use ed25519_dalek::SigningKey;
use kinfolio_chain::config::device_id;
use kinfolio_chain::{Configuration, DeviceId};
use kinfolio_transport::{
    Condition, Contact, DialError, Dialer, Entry, Identity, LinkEvent, Links, PeerMessage,
    RejectReason, Replies,
};
use tokio::sync::mpsc;
use tokio_util::sync::DropGuard;

use crate::contacts::{Contacts, reachable_at};
use crate::discovery::Discovery;
use crate::engine::Event;
use crate::error::NodeError;
use crate::pairing::Doorkeeper;
use conditions::Conditions;
pub use door::Door;
use door::{EntryQueue, Frame, Known};

/// Events that may wait for the loop before readers stop reading.
const EVENTS_MAX: usize = 4096;

/// How often strangers that are turned away are written of in the log.
const TELL_AGAIN: Duration = Duration::from_secs(1);

/// Entries that a program brought, and the way back to it.
pub(crate) type Brought = (Vec<Entry>, Replies);

/// What comes in from the network.
pub(crate) enum News {
    Link(LinkEvent),
    Brought(Brought),
    Found(Contact),
}

/// A moment, or never.
async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment.into()).await,
        None => std::future::pending().await,
    }
}

/// The next device that is found on the network.
async fn found(discovery: Option<&Discovery>) -> Contact {
    match discovery {
        Some(discovery) => discovery.next().await,
        None => std::future::pending().await,
    }
}

/// The links, and what happens on them.
pub(crate) struct Network {
    me: DeviceId,
    links: Links,
    events: mpsc::Receiver<LinkEvent>,
    entries: mpsc::UnboundedReceiver<Brought>,
    known: Arc<RwLock<Known>>,
    admitted: Configuration,
    contacts: Contacts,
    conditions: Conditions,
    /// How far the clocks are ahead that are off, in milliseconds.
    clocks_off: BTreeMap<DeviceId, i64>,
    /// When a stranger was last written of in the log.
    told_at: Option<Instant>,
    /// Nothing, where no other device is to be spoken to.
    frame: Option<Frame>,
    dialers: BTreeMap<DeviceId, (Vec<SocketAddr>, Dialer)>,
    listening: Option<(SocketAddr, DropGuard)>,
    discovery: Option<Discovery>,
}

impl Network {
    /// Listens and dials, on the current runtime, if there is a door.
    pub(crate) fn open(
        root: &Path,
        door: Option<Door>,
        key: &SigningKey,
        configuration: &Configuration,
        removed: BTreeSet<DeviceId>,
        doorkeeper: Doorkeeper,
    ) -> Result<Self, NodeError> {
        let (news, events) = mpsc::channel(EVENTS_MAX);
        let (queue, entries) = mpsc::unbounded_channel();
        let members = configuration.members().map(|member| member.id).collect();
        let known = Known { members, removed };
        let mut listener = None;
        let mut given = Vec::new();
        let mut frame = None;
        if let Some(door) = door {
            (listener, given) = (door.listener, door.peers);
            frame = Some(Frame {
                identity: Arc::new(Identity::new(key)?),
                news,
                entries: Arc::new(EntryQueue(queue)),
                files: door.files,
                token: door.token,
                doorkeeper: Arc::new(doorkeeper),
            });
        }
        let mut network = Self {
            me: device_id(&key.verifying_key()),
            links: Links::default(),
            events,
            entries,
            known: Arc::new(RwLock::new(known)),
            admitted: configuration.clone(),
            contacts: Contacts::read(root, given),
            conditions: Conditions::default(),
            clocks_off: BTreeMap::new(),
            told_at: None,
            frame,
            dialers: BTreeMap::new(),
            listening: None,
            discovery: None,
        };
        if let Some(listener) = listener {
            network.listen(root, listener)?;
        }
        network.dial();
        Ok(network)
    }

    /// Listens for the other devices, unless it does already.
    pub(crate) fn listen(&mut self, root: &Path, listener: TcpListener) -> Result<(), NodeError> {
        if let (Some(frame), None) = (&self.frame, &self.listening) {
            let (local, guard) = frame.listen(root, listener, &self.known)?;
            self.listening = Some((local, guard));
            self.discovery = Discovery::start(self.me, local);
            self.introduce();
        }
        Ok(())
    }

    /// What happens next on the links, or, if they may be, which entries are brought; never,
    /// where there is no door.
    pub(crate) async fn next(&mut self, entries: bool) -> News {
        loop {
            let due = self.conditions.due();
            tokio::select! {
                biased;
                Some(event) = self.events.recv() => return News::Link(event),
                Some(brought) = self.entries.recv(), if entries => return News::Brought(brought),
                contact = found(self.discovery.as_ref()) => return News::Found(contact),
                () = until(due) => self.tell_condition(),
            }
        }
    }

    /// What has happened on the links already.
    pub(crate) fn try_event(&mut self) -> Option<LinkEvent> {
        self.events.try_recv().ok()
    }

    /// The entries that were brought already.
    pub(crate) fn try_brought(&mut self) -> Option<Brought> {
        self.entries.try_recv().ok()
    }

    /// What an event on the links means for the ledger. Every new link is greeted on, as
    /// whoever is at its other end may live anew.
    pub(crate) fn translate(&mut self, event: LinkEvent) -> Option<Event> {
        match event {
            LinkEvent::Up { device, link } => {
                tracing::info!(%device, "a device is within reach");
                self.links.up(link);
                self.send(device, &self.introduction());
                self.send(device, &PeerMessage::Condition(self.conditions.own()));
                Some(Event::Up(device))
            }
            LinkEvent::Received {
                device,
                message: PeerMessage::Contacts(contacts),
            } => {
                self.hear(device, contacts);
                None
            }
            LinkEvent::Received {
                device,
                message: PeerMessage::Condition(condition),
            } => {
                let voters = condition.misses.clone();
                self.conditions.hear(device, condition);
                self.compare_clocks();
                Some(Event::Misses { device, voters })
            }
            LinkEvent::Received { device, message } => Some(Event::Received {
                from: device,
                message,
            }),
            LinkEvent::Unreadable { device, error } => Some(Event::Unreadable {
                from: device,
                detail: error.to_string(),
            }),
            LinkEvent::Down {
                device,
                link_id,
                reason,
            } => {
                let gone = self.links.down(device, link_id);
                tracing::info!(%device, %reason, gone, "a link is down");
                self.dial();
                self.compare_clocks();
                gone.then_some(Event::Down(device))
            }
            LinkEvent::Rejected {
                device: Some(device),
                reason: RejectReason::Dial(DialError::Removed { .. }),
                ..
            } => Some(Event::ToldRemoved(device)),
            LinkEvent::Rejected {
                device,
                addr,
                reason,
            } => {
                let came_here = !matches!(reason, RejectReason::Dial(_));
                if came_here && !self.may_tell() {
                    return Some(Event::Rejected);
                }
                tracing::warn!(?device, %addr, %reason, "a link did not come about");
                came_here.then_some(Event::Rejected)
            }
        }
    }

    /// Whether a stranger may be written of in the log: not of each one, when they are many.
    fn may_tell(&mut self) -> bool {
        let quiet = self.told_at.is_none_or(|at| at.elapsed() >= TELL_AGAIN);
        if quiet {
            self.told_at = Some(Instant::now());
        }
        quiet
    }

    /// Says something; what cannot be said is lost, as any message may be.
    pub(crate) fn send(&self, device: DeviceId, message: &PeerMessage) {
        let sent = match message {
            // By it a process whose folder was copied finds out that a later one shows its key.
            PeerMessage::Hello(_) => self.links.send_on_all(device, message),
            _ => self.links.send(device, message),
        };
        if let Err(error) = sent {
            tracing::debug!(%device, %error, "a message was not sent");
        }
    }

    /// Ends what is up with devices that are no members any more, and lets new ones in. Whether
    /// anything changed.
    pub(crate) fn admit(
        &mut self,
        configuration: &Configuration,
        removed: impl Iterator<Item = DeviceId>,
    ) -> bool {
        if *configuration == self.admitted {
            return false;
        }
        self.admitted = configuration.clone();
        let members: BTreeSet<_> = configuration.members().map(|member| member.id).collect();
        let up: Vec<_> = self.links.devices().collect();
        for device in up.into_iter().filter(|device| !members.contains(device)) {
            self.links.close(device);
        }
        let removed = removed.collect();
        let known = Known { members, removed };
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = known;
        self.dial();
        true
    }

    /// Takes in where others are said to listen.
    fn hear(&mut self, from: DeviceId, mut contacts: Vec<Contact>) {
        contacts.retain(|contact| contact.device != self.me);
        if !self.contacts.hear(from, contacts) {
            return;
        }
        // Two who have both moved find each other through a third that has not.
        self.introduce();
        if let Err(error) = self.contacts.keep() {
            tracing::warn!(%error, "the addresses of the other devices could not be noted");
        }
        self.dial();
    }

    /// Takes in what was found on the network. Strangers there are nobody's concern.
    pub(crate) fn find(&mut self, contact: &Contact) {
        let is_other = contact.device != self.me;
        let is_member = self.admitted.member(contact.device).is_some();
        if is_other && is_member && self.contacts.find(contact) {
            tracing::info!(device = %contact.device, "a device was found on the network");
            self.dial();
        }
    }

    /// Keeps a link to each member whose address is known, and to nobody else. A device that is
    /// within reach is not dialled anew because it has a new address.
    fn dial(&mut self) {
        let Some(frame) = &self.frame else {
            return;
        };
        let admitted = &self.admitted;
        self.dialers
            .retain(|device, _| admitted.member(*device).is_some());
        let up: BTreeSet<_> = self.links.devices().collect();
        for member in admitted.members().filter(|member| member.id != self.me) {
            let addresses = self.contacts.addresses(member.id);
            let dialled = self.dialers.get(&member.id);
            let stays = dialled.is_some_and(|(at, _)| *at == addresses || up.contains(&member.id));
            if !stays && !addresses.is_empty() {
                let dialer = frame.dial(member.id, addresses.clone());
                self.dialers.insert(member.id, (addresses, dialer));
            }
        }
    }

    /// Tells everyone within reach where this device listens.
    fn introduce(&self) {
        let introduction = self.introduction();
        for device in self.links.devices() {
            self.send(device, &introduction);
        }
    }

    fn introduction(&self) -> PeerMessage {
        let own = self.listens_at().map(|local| Contact {
            device: self.me,
            addresses: reachable_at(local),
        });
        PeerMessage::Contacts(self.known_contacts().into_iter().chain(own).collect())
    }

    /// So many edits of this device wait for a block.
    pub(crate) fn waits(&mut self, pending: u64) {
        self.conditions.waits(pending);
    }

    /// So many bytes are free on this device's disk; whether it takes nothing more.
    pub(crate) fn has_room(&mut self, free_bytes: u64, disk_full: bool) {
        self.conditions.has_room(free_bytes, disk_full);
    }

    /// Looks whose clock is off, and writes of it in the log once.
    fn compare_clocks(&mut self) {
        let others = self.conditions.ahead(self.links.devices());
        let off = clocks::off(self.me, &others);
        for (device, ahead_ms) in &off {
            if !self.clocks_off.contains_key(device) {
                let name = self.admitted.member(*device).map(|member| &member.name);
                let ahead_s = ahead_ms / 1000;
                tracing::warn!(%device, ?name, ahead_s, "a device's clock differs from the others': set the wrong one right");
            }
        }
        self.clocks_off = off;
    }

    /// How far the clocks are ahead that are off, in milliseconds.
    pub(crate) fn clocks_off(&self) -> &BTreeMap<DeviceId, i64> {
        &self.clocks_off
    }

    /// This device has not heard of these voters for so long that they may stop counting.
    pub(crate) fn misses(&mut self, voters: BTreeSet<DeviceId>) {
        self.conditions.misses(voters);
    }

    fn tell_condition(&mut self) {
        let condition = PeerMessage::Condition(self.conditions.own());
        for device in self.links.devices() {
            self.send(device, &condition);
        }
        self.conditions.is_told();
    }

    /// How each of the others is, as far as it has said so.
    pub(crate) fn conditions(&self) -> &BTreeMap<DeviceId, Condition> {
        self.conditions.others()
    }

    /// Where other members are known to listen.
    pub(crate) fn known_contacts(&self) -> Vec<Contact> {
        let others = self.admitted.members().map(|member| member.id);
        self.contacts.of(others.filter(|&device| device != self.me))
    }

    /// What this device's listener is bound to.
    pub(crate) fn listens_at(&self) -> Option<SocketAddr> {
        self.listening.as_ref().map(|(local, _)| *local)
    }

    /// Whether there is a way in or out.
    pub(crate) fn meets(&self) -> bool {
        self.listening.is_some() || !self.dialers.is_empty()
    }

    /// Speaks with nobody any more: another process shows this device's key, and what is said to one
    /// of the two does not reach the other.
    pub(crate) fn withdraw(&mut self) {
        self.frame = None;
        self.discovery = None;
        self.listening = None;
        self.dialers.clear();
        let up: Vec<_> = self.links.devices().collect();
        for device in up {
            self.links.close(device);
        }
    }

    /// The devices that can be spoken to.
    pub(crate) fn up(&self) -> Vec<DeviceId> {
        self.links.devices().collect()
    }
}
