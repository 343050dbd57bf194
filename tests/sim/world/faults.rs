//! The faults: each puts one thing wrong, and where it does not pass by itself, puts it right
//! again after a while.

use super::{Due, World};
use crate::disk::Torn;
use crate::plan::{Fault, MILLIS, SECONDS};
use crate::witness::Violation;

impl World {
    pub(super) fn next_fault(&mut self) -> Result<(), Violation> {
        if self.healed {
            return Ok(());
        }
        let after = self.about(self.plan.fault_every);
        self.due(after, Due::Fault);
        let faults = self.plan.faults.clone();
        let running = self.running();
        let (Some(fault), Some(device)) = (self.dice.pick(&faults), self.dice.pick(&running))
        else {
            return Ok(());
        };
        if self.inflict(fault, device, &running)? {
            self.tell(|| format!("fault {fault:?} at {}", self.devices[device].name));
            self.tally.one(format!("faults: {fault:?}"));
        }
        Ok(())
    }

    /// Whether it could be done.
    fn inflict(
        &mut self,
        fault: Fault,
        device: usize,
        running: &[usize],
    ) -> Result<bool, Violation> {
        let lasts = self.dice.between(50 * MILLIS, 3 * SECONDS);
        match fault {
            Fault::Crash => return Ok(self.crash(device)),
            Fault::PowerCut => {
                for &one in running {
                    self.crash(one);
                }
            }
            Fault::Kill => {
                self.stop(device);
                self.due(lasts, Due::Start { device });
            }
            Fault::Quit => self.quit(device),
            Fault::Pause => {
                self.devices[device].paused = true;
                let life = self.devices[device].life;
                self.due(lasts, Due::Resume { device, life });
            }
            Fault::ClockJump => {
                self.devices[device].ahead += self.dice.below(20 * SECONDS);
                self.devices[device].wall_off_ms =
                    self.dice.below(1_000_000_000) as i64 - 500_000_000;
                self.set_alarm(device);
            }
            Fault::Partition => {
                let side = self.dice.number();
                let is_left = |index: usize| side >> (index % 64) & 1 == 1;
                let all = 0..self.devices.len();
                let ways = all
                    .clone()
                    .flat_map(|from| all.clone().map(move |to| (from, to)));
                let ways = ways.filter(|&(from, to)| is_left(from) != is_left(to));
                self.block(ways.collect(), lasts);
            }
            Fault::OneWay => {
                let to = running[self.dice.index(running.len())];
                if to == device {
                    return Ok(false);
                }
                self.block(vec![(device, to)], lasts);
            }
            Fault::LinkReset => {
                let other = running[self.dice.index(running.len())];
                if other == device {
                    return Ok(false);
                }
                self.reset_link(device, other);
            }
            Fault::DiskFull => {
                let room = self.dice.below(20_000);
                self.devices[device].disk.fill(Some(room));
                self.due(lasts, Due::EndOf { fault, device });
            }
            Fault::SyncFails => self.devices[device].disk.fail_syncs(1),
            Fault::SlowDisk => {
                self.devices[device].slowness = self.dice.between(5, 100);
                self.due(lasts, Due::EndOf { fault, device });
            }
            Fault::BucketAway => self.bucket_goes_away(device, lasts),
            Fault::BitRot => return Ok(self.rot(device)),
            Fault::DiskRestored => return Ok(self.put_back(device)),
        }
        Ok(true)
    }

    /// The machine loses power, and has it again later.
    fn crash(&mut self, index: usize) -> bool {
        // Pages out of order look like rot, which may cost the household the device.
        let expendable = self.is_expendable(index);
        let mut dice = self.dice.fork();
        let torn = self.devices[index].disk.crash(&mut dice, expendable);
        match torn {
            Torn::Whole => {}
            Torn::Within => self.tally.one("torn writes"),
            Torn::Holes => {
                self.tally.one("torn writes with holes");
                self.devices[index].injured = true;
            }
        }
        self.stop(index);
        let after = self.dice.between(50 * MILLIS, 3 * SECONDS);
        match torn {
            Torn::Holes => self.due(0, Due::Start { device: index }),
            _ => self.due(after, Due::Start { device: index }),
        }
        true
    }

    /// A clean exit.
    fn quit(&mut self, index: usize) {
        if let Some(engine) = &mut self.devices[index].engine {
            // A disk that is full or fails leaves the log without its seal.
            drop(engine.seal());
        }
        self.stop(index);
        let after = self.dice.between(50 * MILLIS, SECONDS);
        self.due(after, Due::Start { device: index });
    }

    fn rot(&mut self, index: usize) -> bool {
        if !self.is_expendable(index) {
            return false;
        }
        let mut dice = self.dice.fork();
        let Some(place) = self.devices[index].disk.rot(&mut dice) else {
            return false;
        };
        self.devices[index].injured = true;
        self.tell(|| format!("{}: {place} is flipped", self.devices[index].name));
        // Opened again, it shows at once whether the device is lost.
        self.stop(index);
        self.due(0, Due::Start { device: index });
        true
    }

    /// Keeps a copy of a disk; the next time puts it in the place of the disk. Where a sentinel
    /// outside the ledger tells, the device knows that it may have forgotten votes.
    fn put_back(&mut self, index: usize) -> bool {
        let Some((copy, folder)) = self.devices[index].snapshot.take() else {
            let device = &mut self.devices[index];
            device.snapshot = Some((device.disk.snapshot(), device.folder.clone()));
            return false;
        };
        if !self.is_expendable(index) {
            return false;
        }
        self.stop(index);
        let sentinel = self.plan.sentinel;
        let device = &mut self.devices[index];
        device.disk.restore(&copy);
        device.folder = folder;
        device.damaged = None;
        device.restored = true;
        device.injured = true;
        device.warned = sentinel;
        self.due(100 * MILLIS, Due::Start { device: index });
        true
    }

    pub(super) fn resume(&mut self, index: usize, life: u64) {
        let device = &mut self.devices[index];
        if device.life != life || !device.paused {
            return;
        }
        device.paused = false;
        device.turn_due = true;
        self.due(
            0,
            Due::Turn {
                device: index,
                life,
            },
        );
    }

    pub(super) fn end_of(&mut self, fault: Fault, index: usize) {
        let device = &mut self.devices[index];
        match fault {
            Fault::DiskFull => device.disk.fill(None),
            Fault::SlowDisk => device.slowness = 1,
            Fault::BucketAway => {
                self.bucket_away.remove(&index);
            }
            _ => {}
        }
    }
}
