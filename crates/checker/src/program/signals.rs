//! Signals to a program, and how much memory it takes: what Unix tells.
#![cfg(unix)]

#[cfg(target_os = "linux")]
use std::fs;
use std::{
    process::Child,
    time::{Duration, Instant},
};

use rustix::process::Pid;

use super::{Program, SOON};

/// What a stop is asked for with.
#[derive(Debug, Clone, Copy)]
pub enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// `kill`.
    Terminate,
}

pub(super) fn send(child: &Child, signal: Signal) {
    let signal = match signal {
        Signal::Interrupt => rustix::process::Signal::INT,
        Signal::Terminate => rustix::process::Signal::TERM,
    };
    let process = Pid::from_child(child);
    rustix::process::kill_process(process, signal).expect("it lives");
}

impl Program {
    /// Sends a signal.
    ///
    /// # Panics
    ///
    /// If it has ended.
    pub fn signal(&self, signal: Signal) {
        send(&self.child, signal);
    }

    /// Signals until the program ends: how often does not matter, since two
    /// signals in quick succession may count as one.
    ///
    /// # Panics
    ///
    /// If that takes longer than [`SOON`].
    pub fn signal_until_it_ends(&mut self, signal: Signal) -> i32 {
        let begun = Instant::now();
        while self.child.try_wait().expect("it is our child").is_none() {
            assert!(begun.elapsed() < SOON, "it does not end");
            self.signal(signal);
            let text = self.stderr.text.lock().expect("no panic");
            drop(
                self.stderr
                    .news
                    .wait_timeout(text, Duration::from_millis(20)),
            );
        }
        self.wait()
    }

    /// Most memory it has had resident, in bytes.
    ///
    /// # Panics
    ///
    /// If it has ended.
    #[cfg(target_os = "linux")]
    pub fn peak_memory(&self) -> u64 {
        self.status("VmHWM:")
    }

    /// How much memory it has resident now, in bytes.
    ///
    /// # Panics
    ///
    /// If it has ended.
    #[cfg(target_os = "linux")]
    pub fn memory(&self) -> u64 {
        self.status("VmRSS:")
    }

    #[cfg(target_os = "linux")]
    fn status(&self, name: &str) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(path).expect("it lives");
        let value = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = value.and_then(|value| value.split_whitespace().next()?.parse::<u64>().ok());
        kib.expect("a number of kB") * 1024
    }
}
