//! Where the other devices listen: as this device's settings say, as they said themselves, and as
//! others have heard. Kept in a file, so that a device that comes back finds the others again.
//!
//! Knows no membership: what it is told of strangers is nobody's concern until they are members.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use kinfolio_chain::DeviceId;
use kinfolio_chain::config::MEMBERS_MAX;
use kinfolio_transport::{ADDRESSES_MAX, Contact};

use crate::IDENTITY_FOLDER;
use crate::error::{NodeError, io};

/// Where the addresses are kept: a line for each device, its id and then its addresses.
const FILE: &str = "household.addresses";

/// What is known of where devices listen.
#[derive(Debug)]
pub(crate) struct Contacts {
    path: PathBuf,
    /// Written by hand, tried first, never changed.
    given: BTreeMap<DeviceId, Vec<SocketAddr>>,
    heard: BTreeMap<DeviceId, Vec<SocketAddr>>,
}

impl Contacts {
    /// What was known when the node last ran; an unreadable line is nothing known.
    pub(crate) fn read(root: &Path, given: Vec<(DeviceId, Vec<SocketAddr>)>) -> Self {
        let path = root.join(IDENTITY_FOLDER).join(FILE);
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let line = |line: &str| {
            let (device, addresses) = line.split_once(' ')?;
            let addresses = addresses.split(' ').filter_map(|text| text.parse().ok());
            Some((device.parse().ok()?, addresses.collect()))
        };
        Self {
            path,
            given: given.into_iter().collect(),
            heard: text.lines().filter_map(line).take(MEMBERS_MAX).collect(),
        }
    }

    /// Where `device` may be reached, most promising first.
    pub(crate) fn addresses(&self, device: DeviceId) -> Vec<SocketAddr> {
        let given = self.given.get(&device).into_iter().flatten();
        let heard = self.heard.get(&device).into_iter().flatten();
        united(given.chain(heard))
    }

    /// Takes in what `from` says. Of itself it knows best; of others it may have heard what is new
    /// here, or old. Whether anything changed.
    pub(crate) fn hear(&mut self, from: DeviceId, contacts: Vec<Contact>) -> bool {
        let before = self.heard.clone();
        for Contact { device, addresses } in contacts {
            let known = self.heard.get(&device).into_iter().flatten();
            let addresses = match device == from {
                true => united(&addresses),
                false => united(known.chain(&addresses)),
            };
            if self.heard.contains_key(&device) || self.heard.len() < MEMBERS_MAX {
                self.heard.insert(device, addresses);
            }
        }
        self.heard != before
    }

    /// Takes in what was found on the network: fresh, but nobody vouches for it, so that what was
    /// known stays. Whether anything changed.
    pub(crate) fn find(&mut self, found: &Contact) -> bool {
        let Contact { device, addresses } = found;
        let before = self.addresses(*device);
        if addresses.iter().all(|address| before.contains(address)) {
            return false;
        }
        let known = self.heard.get(device).into_iter().flatten();
        let addresses = united(addresses.iter().chain(known));
        self.heard.insert(*device, addresses);
        true
    }

    /// What is known of `members`.
    pub(crate) fn of(&self, members: impl Iterator<Item = DeviceId>) -> Vec<Contact> {
        let contacts = members.map(|device| Contact {
            device,
            addresses: self.addresses(device),
        });
        contacts
            .filter(|contact| !contact.addresses.is_empty())
            .collect()
    }

    /// Writes down what was heard.
    pub(crate) fn keep(&self) -> Result<(), NodeError> {
        let mut text = String::new();
        for (device, addresses) in &self.heard {
            // Writing to a String cannot fail.
            let _ = write!(text, "{device}");
            for address in addresses {
                let _ = write!(text, " {address}");
            }
            text.push('\n');
        }
        let draft = self.path.with_extension("addresses.new");
        std::fs::write(&draft, text).map_err(io("could not write", &draft))?;
        std::fs::rename(&draft, &self.path).map_err(io("could not write", &self.path))
    }
}

/// Each address once, as many as are kept.
fn united<'a>(addresses: impl IntoIterator<Item = &'a SocketAddr>) -> Vec<SocketAddr> {
    let mut united = Vec::new();
    for address in addresses {
        if united.len() < ADDRESSES_MAX && !united.contains(address) {
            united.push(*address);
        }
    }
    united
}

/// Every address under which a socket that is bound to `local` can be reached: all of the
/// machine's if it is bound to none in particular, loopback last.
pub(crate) fn reachable_at(local: SocketAddr) -> Vec<SocketAddr> {
    if !local.ip().is_unspecified() {
        return vec![local];
    }
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let ips = interfaces.iter().map(if_addrs::Interface::ip);
    let fits = |ip: &IpAddr| match ip {
        IpAddr::V4(_) => true,
        // A link-local address leads nowhere without its zone, which only this machine knows.
        IpAddr::V6(v6) => local.is_ipv6() && !v6.is_unicast_link_local(),
    };
    let mut ips: Vec<_> = ips.filter(fits).collect();
    ips.sort_by_key(|ip| (ip.is_loopback(), ip.is_ipv6()));
    let addresses: Vec<_> = ips
        .into_iter()
        .map(|ip| SocketAddr::new(ip, local.port()))
        .collect();
    united(&addresses)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(device: u8, addresses: &[&str]) -> Contact {
        Contact {
            device: DeviceId([device; 16]),
            addresses: addresses.iter().map(|text| text.parse().unwrap()).collect(),
        }
    }

    #[test]
    fn a_device_knows_best_where_it_listens_itself() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(IDENTITY_FOLDER)).unwrap();
        let (one, two) = (DeviceId([1; 16]), DeviceId([2; 16]));
        let given = vec![(two, vec!["10.0.0.2:1".parse().unwrap()])];
        let mut contacts = Contacts::read(folder.path(), given.clone());
        assert!(contacts.hear(
            one,
            vec![contact(1, &["10.0.0.1:1"]), contact(2, &["10.0.0.2:2"])]
        ));
        assert!(contacts.hear(two, vec![contact(1, &["10.0.0.1:9"])]));
        assert!(!contacts.hear(two, vec![contact(1, &["10.0.0.1:9"])]));
        assert_eq!(
            contacts.addresses(one),
            contact(1, &["10.0.0.1:1", "10.0.0.1:9"]).addresses
        );
        assert!(contacts.hear(one, vec![contact(1, &["10.0.0.7:7"])]));
        contacts.keep().unwrap();
        let again = Contacts::read(folder.path(), given);
        for contacts in [contacts, again] {
            assert_eq!(
                contacts.of([one, two].into_iter()),
                [
                    contact(1, &["10.0.0.7:7"]),
                    contact(2, &["10.0.0.2:1", "10.0.0.2:2"])
                ]
            );
        }
    }

    #[test]
    fn a_socket_bound_to_all_addresses_is_reached_at_each_loopback_last() {
        let all = reachable_at("0.0.0.0:8788".parse().unwrap());
        assert_eq!(all.last(), Some(&"127.0.0.1:8788".parse().unwrap()));
        let one = "127.0.0.1:5".parse().unwrap();
        assert_eq!(reachable_at(one), [one]);
    }
}
