//! The program and everything it starts, as one thing that can be ended.
//!
//! A program under check may hang, fork or ignore signals. It runs in a
//! process group of its own (a job object on Windows), and the group is ended
//! as a whole, so that nothing survives a check: not for a moment either, because
//! the next check may want the same port.

#[cfg(target_os = "linux")]
mod strays;
#[cfg(all(unix, not(target_os = "linux")))]
#[path = "group/no_strays.rs"]
mod strays;
#[cfg_attr(unix, path = "group/unix.rs")]
#[cfg_attr(windows, path = "group/windows.rs")]
mod system;

use std::fmt;

pub(crate) use system::{Group, command, wait_without_reaping};

/// A signal that asks a program to stop.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stop {
    /// Ctrl-C: SIGINT.
    Interrupt,
    /// `kill` and service managers: SIGTERM.
    Terminate,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stop::Interrupt => "SIGINT",
            Stop::Terminate => "SIGTERM",
        })
    }
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Code(i32),
    #[cfg_attr(
        windows,
        expect(dead_code, reason = "no program ends by a signal there")
    )]
    Signal(i32),
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Exit::Code(code) => write!(f, "exit code {code}"),
            Exit::Signal(signal) => write!(f, "signal {signal}"),
        }
    }
}

/// Ends every program under check with all it started. For a process that is
/// about to end itself and has no time to unwind.
pub fn end_all() {
    system::end_all();
}
