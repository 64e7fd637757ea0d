//! `doctor`: looks at this machine, says what is missing and what to do about it.

mod network;
mod tools;

use std::io::Write;

use crate::error::{Error, Result};
use crate::style::{BAD, BOLD, DIM, GOOD, WARN};

/// How a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Good,
    /// Missing, but lesson 1 works without it.
    Optional,
    /// Lesson 1 does not work.
    Bad,
}

/// One thing looked at.
#[derive(Debug)]
struct Finding {
    name: &'static str,
    state: State,
    /// What was found, or what is missed without it.
    detail: String,
    /// What to do, if anything.
    remedy: Option<Remedy>,
}

/// What to do, by system.
#[derive(Clone, Copy, Debug)]
struct Remedy {
    debian: &'static str,
    macos: &'static str,
    windows: &'static str,
}

impl Remedy {
    /// The same everywhere.
    const fn everywhere(what: &'static str) -> Remedy {
        Remedy {
            debian: what,
            macos: what,
            windows: what,
        }
    }

    /// For the system this was built for; other Unix systems have Debian's names for most things.
    fn here(self) -> &'static str {
        if cfg!(windows) {
            self.windows
        } else if cfg!(target_os = "macos") {
            self.macos
        } else {
            self.debian
        }
    }
}

impl Finding {
    fn good(name: &'static str, detail: impl Into<String>) -> Finding {
        Finding {
            name,
            state: State::Good,
            detail: detail.into(),
            remedy: None,
        }
    }

    fn optional(name: &'static str, detail: impl Into<String>, remedy: Remedy) -> Finding {
        Finding {
            name,
            state: State::Optional,
            detail: detail.into(),
            remedy: Some(remedy),
        }
    }

    fn bad(name: &'static str, detail: impl Into<String>, remedy: Remedy) -> Finding {
        Finding {
            name,
            state: State::Bad,
            detail: detail.into(),
            remedy: Some(remedy),
        }
    }
}

/// Looks and reports.
///
/// # Errors
///
/// When something is missing that lesson 1 needs.
pub(crate) fn run(out: &mut dyn Write) -> Result<()> {
    let mut findings = vec![
        tools::rust(),
        network::loopback_v4(),
        network::loopback_v6(),
    ];
    findings.extend(network::ports());
    findings.extend([
        tools::terminal(),
        tools::python(),
        tools::netcat(),
        tools::socat(),
        tools::just(),
        tools::mdbook(),
        tools::c_compiler(),
        tools::openssl(),
    ]);
    for finding in &findings {
        show(finding, out)?;
    }
    writeln!(out)?;
    let bad: Vec<&str> = findings
        .iter()
        .filter(|finding| finding.state == State::Bad)
        .map(|finding| finding.name)
        .collect();
    if bad.is_empty() {
        writeln!(
            out,
            "Ready for lesson 1: {BOLD}cargo course demo tcp-basics{BOLD:#}"
        )?;
        return Ok(());
    }
    out.flush()?;
    Err(Error::machine("not ready for lesson 1", bad.join(", ")).next("see the remedies above"))
}

fn show(finding: &Finding, out: &mut dyn Write) -> Result<()> {
    // Words beside the colours: colour alone says nothing in a log, or to some people.
    let (word, style) = match finding.state {
        State::Good => ("ok", GOOD),
        State::Optional => ("note", WARN),
        State::Bad => ("BAD", BAD),
    };
    writeln!(
        out,
        "{style}{word:<4}{style:#}  {BOLD}{:<14}{BOLD:#} {}",
        finding.name, finding.detail
    )?;
    if let Some(remedy) = finding.remedy {
        writeln!(out, "{:21}{DIM}→ {}{DIM:#}", "", remedy.here())?;
    }
    Ok(())
}
