//! Machines that a test makes itself: network namespaces on one switch, each with a cable that can
//! be pulled.

use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

/// A switch with machines on it; gone when dropped.
pub struct Switch {
    name: String,
    machines: Vec<String>,
}

impl Switch {
    /// A switch with `count` machines, numbered from 0, at 10.77.0.1 and so on; nothing, where this
    /// process may not make network namespaces.
    #[must_use]
    pub fn with(count: u8) -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("kf{}x{number}", std::process::id());
        if !works(&["netns", "add", &name]) {
            return None;
        }
        let mut switch = Self {
            machines: Vec::new(),
            name,
        };
        switch.ip(&[
            "link",
            "add",
            "bridge",
            "type",
            "bridge",
            "forward_delay",
            "0",
        ]);
        switch.ip(&["link", "set", "bridge", "up"]);
        for n in 0..count {
            let machine = format!("{}m{n}", switch.name);
            let port = format!("port{n}");
            let made = works(&["netns", "add", &machine]);
            assert!(made, "a namespace was made before, and is not now");
            switch.machines.push(machine.clone());
            let pair = ["link", "add", &port, "type", "veth", "peer", "name", "eth0"];
            switch.ip(&[&pair[..], &["netns", &machine]].concat());
            switch.ip(&["link", "set", &port, "master", "bridge", "up"]);
            let own = |args: &[&str]| must(&[&["-n", &machine][..], args].concat());
            own(&["addr", "add", &format!("{}/24", address(n)), "dev", "eth0"]);
            own(&["link", "set", "eth0", "up"]);
            own(&["link", "set", "lo", "up"]);
            own(&["route", "add", "224.0.0.0/4", "dev", "eth0"]);
        }
        Some(switch)
    }

    /// Pulls a machine's cable at the switch: the machine itself does not notice.
    pub fn pull(&self, machine: u8) {
        self.ip(&["link", "set", &format!("port{machine}"), "down"]);
    }

    /// Plugs it in again.
    pub fn plug(&self, machine: u8) {
        self.ip(&["link", "set", &format!("port{machine}"), "up"]);
    }

    /// Gives a machine another address, as a router does.
    pub fn move_to(&self, machine: u8, address: &str) {
        let own = &self.machines[usize::from(machine)];
        must(&["-n", own, "addr", "flush", "dev", "eth0"]);
        must(&[
            "-n",
            own,
            "addr",
            "add",
            &format!("{address}/24"),
            "dev",
            "eth0",
        ]);
        must(&["-n", own, "route", "add", "224.0.0.0/4", "dev", "eth0"]);
    }

    /// `command`, on a machine.
    #[must_use]
    pub fn on(&self, machine: u8, command: &Command) -> Command {
        let mut there = Command::new("ip");
        there.args(["netns", "exec", &self.machines[usize::from(machine)]]);
        there.arg(command.get_program()).args(command.get_args());
        there.env_remove("KINFOLIO_DATA");
        there
    }

    fn ip(&self, args: &[&str]) {
        must(&[&["-n", &self.name][..], args].concat());
    }
}

impl Drop for Switch {
    fn drop(&mut self) {
        for name in self.machines.iter().chain([&self.name]) {
            works(&["netns", "del", name]);
        }
    }
}

/// Where a machine is at first.
#[must_use]
pub fn address(machine: u8) -> String {
    format!("10.77.0.{}", machine + 1)
}

fn works(args: &[&str]) -> bool {
    ip(args).status.success()
}

fn ip(args: &[&str]) -> Output {
    let ran = Command::new("ip").args(args).output();
    ran.expect("iproute2 is installed")
}

fn must(args: &[&str]) {
    let ran = ip(args);
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "ip {}: {said}", args.join(" "));
}
