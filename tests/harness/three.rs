//! A household of three devices, each with the real `kinfolio serve`.

use serde_json::Value;

use crate::http::Client;
use crate::library::{Household, Node, eventually};

/// A household of three devices, all of which serve and vote.
pub struct Three {
    /// Their libraries.
    pub homes: [Household; 3],
    /// Those that run.
    pub nodes: Vec<Option<Node>>,
}

impl Three {
    /// Founds it, and waits until all vote.
    #[must_use]
    pub fn found() -> Self {
        let first = Household::found();
        let serving = first.serve();
        let second = first.joined("Laptop");
        let third = first.joined("NAS");
        let nodes = vec![Some(serving), Some(second.serve()), Some(third.serve())];
        let three = Self {
            homes: [first, second, third],
            nodes,
        };
        for n in 0..3 {
            eventually("everyone votes and sees everyone", || {
                let members = three.ledger(n)["members"].as_array()?.clone();
                let good = |one: &Value| one["role"] == "voter" && one["reachable"] == true;
                (members.len() == 3 && members.iter().all(good)).then_some(())
            });
        }
        three
    }

    /// A device that runs.
    ///
    /// # Panics
    /// It does not.
    #[must_use]
    pub fn node(&self, n: usize) -> &Node {
        self.nodes[n].as_ref().expect("it runs")
    }

    /// A client of its API.
    #[must_use]
    pub fn client(&self, n: usize) -> Client {
        self.node(n).client()
    }

    /// Its ledger's status.
    #[must_use]
    pub fn ledger(&self, n: usize) -> Value {
        self.client(n).get("/api/v1/ledger").json()
    }

    /// How many photos it finds.
    ///
    /// # Panics
    /// It does not answer.
    #[must_use]
    pub fn found_by(&self, n: usize, query: &str) -> u64 {
        let path = format!("/api/v1/search?q={query}");
        let found = self.client(n).get(&path).json();
        found["total"].as_u64().expect("a number")
    }

    /// Waits until all that run have one tip; says which.
    ///
    /// # Panics
    /// They do not come to agree.
    pub fn agree(&self) -> String {
        eventually("one tip", || {
            let running = (0..3).filter(|&n| self.nodes[n].is_some());
            let tips: Vec<_> = running.map(|n| self.ledger(n)["tip"].clone()).collect();
            let same = tips.iter().all(|tip| *tip == tips[0]);
            same.then(|| tips[0].as_str().expect("a hash").to_owned())
        })
    }

    /// Ends one as a power failure does.
    ///
    /// # Panics
    /// It does not run.
    pub fn kill(&mut self, n: usize) {
        self.nodes[n].take().expect("it runs").kill();
    }

    /// Starts one again.
    pub fn start(&mut self, n: usize) {
        self.nodes[n] = Some(self.homes[n].serve());
    }
}
