//! Finds the household's other devices on the local network by multicast DNS, and is found by them.
//!
//! Says nothing but that a device of this id listens here; what is found may be forged, and is no
//! more than an address to try: whoever answers there must prove that it is the device.

use std::net::{IpAddr, SocketAddr};

use kinfolio_chain::DeviceId;
use kinfolio_transport::Contact;
use mdns_sd::{Receiver, ResolvedService, ServiceDaemon, ServiceEvent, ServiceInfo};

/// What devices announce themselves as (RFC 6763).
const SERVICE: &str = "_kinfolio._tcp.local.";

/// Announces this device and listens for others, until it is dropped.
pub(crate) struct Discovery {
    daemon: ServiceDaemon,
    found: Receiver<ServiceEvent>,
}

impl Discovery {
    /// Announces that `device` listens at `local`. Nothing, where that is loopback, which leads
    /// nowhere from elsewhere, or where the system has no multicast.
    pub(crate) fn start(device: DeviceId, local: SocketAddr) -> Option<Self> {
        if local.ip().is_loopback() {
            return None;
        }
        let announced = Self::announce(device, local);
        announced
            .inspect_err(|error| {
                tracing::warn!(%error, "other devices on this network cannot be found by themselves; give their addresses in library.toml");
            })
            .ok()
    }

    fn announce(device: DeviceId, local: SocketAddr) -> Result<Self, mdns_sd::Error> {
        let daemon = ServiceDaemon::new()?;
        let (name, ip, port) = (device.to_string(), local.ip(), local.port());
        let host = format!("kinfolio-{}.local.", &name[..8]);
        let all = ip.is_unspecified();
        let ips = if all { Vec::new() } else { vec![ip] };
        let no_properties: &[(&str, &str)] = &[];
        let mut info = ServiceInfo::new(SERVICE, &name, &host, &ips[..], port, no_properties)?;
        if all {
            // The daemon follows the machine's addresses, and announces them anew.
            info = info.enable_addr_auto();
        }
        daemon.register(info)?;
        let found = daemon.browse(SERVICE)?;
        Ok(Self { daemon, found })
    }

    /// The next device that was found; never, once the daemon has ended.
    pub(crate) async fn next(&self) -> Contact {
        while let Ok(event) = self.found.recv_async().await {
            if let ServiceEvent::ServiceResolved(service) = event
                && let Some(contact) = contact(&service)
            {
                return contact;
            }
        }
        std::future::pending().await
    }
}

impl Drop for Discovery {
    fn drop(&mut self) {
        // Nobody waits for the goodbye to be heard.
        let _ = self.daemon.shutdown();
    }
}

/// What an announcement says, if it is one of ours.
fn contact(service: &ResolvedService) -> Option<Contact> {
    let name = service.fullname.strip_suffix(SERVICE)?.strip_suffix('.')?;
    let device = name.parse().ok()?;
    let addresses = service.addresses.iter().map(mdns_sd::ScopedIp::to_ip_addr);
    // A link-local address leads nowhere without its zone.
    let fits = |ip: &IpAddr| !matches!(ip, IpAddr::V6(v6) if v6.is_unicast_link_local());
    let mut addresses: Vec<_> = addresses
        .filter(fits)
        .map(|ip| SocketAddr::new(ip, service.port))
        .collect();
    addresses.sort_by_key(|address| (address.ip().is_loopback(), address.is_ipv6()));
    Some(Contact { device, addresses })
}
