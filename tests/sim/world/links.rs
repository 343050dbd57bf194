//! The network: links between pairs of devices that come and go, and what they do to messages.
//!
//! A link keeps the order of what is said on it, as the product's streams do, until it is reset;
//! what is under way is then lost. In disorderly plans single messages are lost, come twice or
//! overtake each other too, which no stream does; only the greeting comes first and once.

use kinfolio_chain::DeviceId;
use kinfolio_node::engine::Event;
use kinfolio_transport::PeerMessage;

use super::{Due, World};
use crate::plan::{MILLIS, SECONDS, Time};
use crate::transcript::told_message;

/// A link between two devices, the lower number first.
#[derive(Debug, Default)]
pub(super) struct Link {
    /// Its number; none while it is down.
    up: Option<u64>,
    /// Whether it is about to come up.
    coming: bool,
    /// When the last message arrives at the lower and the higher end.
    last_arrival: [Time; 2],
    /// When the greeting arrives there.
    greeting: [Time; 2],
    /// Which ends have missed that it is down.
    missed: [bool; 2],
}

fn pair(one: usize, other: usize) -> (usize, usize) {
    (one.min(other), one.max(other))
}

impl World {
    /// Takes links down that may not be, and has those come up that may be and are not.
    pub(super) fn refresh_links(&mut self) {
        for low in 0..self.devices.len() {
            for high in low + 1..self.devices.len() {
                self.refresh_link((low, high));
            }
        }
    }

    fn refresh_link(&mut self, pair: (usize, usize)) {
        let may_be = self.may_link(pair);
        let cut = self.is_blocked(pair.0, pair.1) && self.is_blocked(pair.1, pair.0);
        let link = self.links.entry(pair).or_default();
        if link.up.is_some() && !may_be {
            self.take_down(pair);
        }
        if !may_be {
            self.tell_missed(pair);
        }
        let blocked = self.is_blocked(pair.0, pair.1) || self.is_blocked(pair.1, pair.0);
        let link = self.links.entry(pair).or_default();
        if link.up.is_none() && may_be && !cut && !blocked && !link.coming {
            link.coming = true;
            let after = self.dice.between(MILLIS, 60 * MILLIS);
            self.due(after, Due::Link { pair });
        }
    }

    /// No other link follows the one that went down: whoever has missed that learns it now.
    fn tell_missed(&mut self, pair: (usize, usize)) {
        let link = self.links.entry(pair).or_default();
        let missed = std::mem::take(&mut link.missed);
        let (low_id, high_id) = (self.devices[pair.0].id, self.devices[pair.1].id);
        if missed[0] {
            self.hand(pair.0, Event::Down(high_id));
        }
        if missed[1] {
            self.hand(pair.1, Event::Down(low_id));
        }
    }

    fn may_link(&self, (low, high): (usize, usize)) -> bool {
        let (one, other) = (&self.devices[low], &self.devices[high]);
        one.is_up() && other.is_up() && one.admits(other.id) && other.admits(one.id)
    }

    pub(super) fn is_linked(&self, one: usize, other: usize) -> bool {
        let link = self.links.get(&pair(one, other));
        link.is_some_and(|link| link.up.is_some())
    }

    fn is_blocked(&self, from: usize, to: usize) -> bool {
        self.blocked.contains(&(from, to))
    }

    pub(super) fn link_up(&mut self, pair: (usize, usize)) {
        let (low, high) = pair;
        let free = !self.is_blocked(low, high) && !self.is_blocked(high, low);
        let may_be = self.may_link(pair) && free;
        let link = self.links.entry(pair).or_default();
        link.coming = false;
        if !may_be || link.up.is_some() {
            return;
        }
        self.next_link += 1;
        link.up = Some(self.next_link);
        link.last_arrival = [self.now; 2];
        link.greeting = [self.now; 2];
        link.missed = [false; 2];
        let (low_id, high_id) = (self.devices[low].id, self.devices[high].id);
        self.hand(low, Event::Up(high_id));
        self.hand(high, Event::Up(low_id));
    }

    /// Ends a link. An end may miss that it is down and only see the next one come up.
    pub(super) fn take_down(&mut self, pair: (usize, usize)) {
        let Some(link) = self.links.get_mut(&pair) else {
            return;
        };
        if link.up.take().is_none() {
            return;
        }
        let (low, high) = pair;
        let (low_id, high_id) = (self.devices[low].id, self.devices[high].id);
        let returns = self.may_link(pair);
        for (side, (end, other)) in [(low, high_id), (high, low_id)].into_iter().enumerate() {
            if !(returns && self.dice.permille(300)) {
                self.hand(end, Event::Down(other));
            } else if let Some(link) = self.links.get_mut(&pair) {
                link.missed[side] = true;
            }
        }
    }

    /// A link on which one end hears nothing is given up after a while.
    pub(super) fn link_timed_out(&mut self, pair: (usize, usize), number: u64) {
        let blocked = self.is_blocked(pair.0, pair.1) || self.is_blocked(pair.1, pair.0);
        if blocked && self.links.get(&pair).and_then(|link| link.up) == Some(number) {
            self.take_down(pair);
            self.tell_missed(pair);
        }
    }

    pub(super) fn reset_link(&mut self, one: usize, other: usize) {
        self.take_down(pair(one, other));
        self.refresh_link(pair(one, other));
    }

    /// From now on nothing gets through these ways.
    pub(super) fn block(&mut self, ways: Vec<(usize, usize)>, lasts: Time) {
        for &(from, to) in &ways {
            self.blocked.insert((from, to));
            let pair = pair(from, to);
            if let Some(number) = self.links.get(&pair).and_then(|link| link.up) {
                let after = self.dice.between(500 * MILLIS, 5 * SECONDS);
                self.due(after, Due::LinkTimeout { pair, link: number });
            }
        }
        self.due(lasts, Due::Unblock { ways });
    }

    /// They are open again; what was said meanwhile is lost, and with it the link.
    pub(super) fn unblock(&mut self, ways: &[(usize, usize)]) {
        for way in ways {
            if self.blocked.remove(way) {
                self.take_down(pair(way.0, way.1));
            }
        }
        self.refresh_links();
    }

    pub(super) fn send(&mut self, from: usize, to: DeviceId, message: &PeerMessage) {
        let Some(to) = self.devices.iter().position(|device| device.id == to) else {
            return;
        };
        let Some(number) = self.links.get(&pair(from, to)).and_then(|link| link.up) else {
            return;
        };
        self.tally.one("messages");
        let is_greeting = matches!(message, PeerMessage::Hello(_));
        let (lost, doubled) = match is_greeting || self.healed {
            true => (0, 0),
            false => (self.plan.lost, self.plan.doubled),
        };
        if self.is_blocked(from, to) || self.dice.permille(lost) {
            self.tally.one("messages lost");
            return;
        }
        let times = 1 + usize::from(self.dice.permille(doubled));
        if times == 2 {
            self.tally.one("messages doubled");
        }
        for _ in 0..times {
            let travel = self.about(self.plan.travel);
            let after = self.arrival(from, to, travel, is_greeting) - self.now;
            let message = Box::new(message.clone());
            self.due(
                after,
                Due::Arrive {
                    to,
                    from,
                    link: number,
                    message,
                },
            );
        }
    }

    fn arrival(&mut self, from: usize, to: usize, travel: Time, is_greeting: bool) -> Time {
        let keeps_order = self.plan.lost + self.plan.doubled == 0 || self.healed || is_greeting;
        let link = self.links.entry(pair(from, to)).or_default();
        let end = usize::from(to > from);
        let (last, greeting) = (&mut link.last_arrival[end], &mut link.greeting[end]);
        let earliest = if keeps_order { *last } else { *greeting };
        let at = (self.now + travel).max(earliest + 1);
        *last = at.max(*last);
        if is_greeting {
            *greeting = at;
        }
        at
    }

    pub(super) fn arrive(&mut self, to: usize, from: usize, number: u64, message: PeerMessage) {
        if self.links.get(&pair(from, to)).and_then(|link| link.up) != Some(number) {
            return;
        }
        let from_device = &self.devices[from];
        self.tell(|| {
            let (from, to) = (&from_device.name, &self.devices[to].name);
            format!("{from} → {to}: {}", told_message(&message, &self.devices))
        });
        let from = from_device.id;
        self.hand(to, Event::Received { from, message });
    }
}
