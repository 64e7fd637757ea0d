//! How the terminal was before the editor took it.

use std::io;
#[cfg(unix)]
use std::io::Write as _;

/// Ends "bracketed paste", in which a terminal marks what was pasted
/// ([xterm's list](https://invisible-island.net/xterm/ctlseqs/ctlseqs.html)).
#[cfg(unix)]
const PASTES_AS_TYPED: &[u8] = b"\x1b[?2004l";

/// The settings of the terminal
/// ([termios(3)](https://man7.org/linux/man-pages/man3/termios.3.html)). The
/// editor puts them back after each line; but a program can also end while a
/// line is being typed, and would leave behind a shell that shows no keys.
#[derive(Debug)]
pub(super) struct Mode {
    #[cfg(unix)]
    settings: rustix::termios::Termios,
}

#[cfg(unix)]
impl Mode {
    /// Remembers the settings of the terminal on standard input.
    pub(super) fn save() -> io::Result<Self> {
        let settings = rustix::termios::tcgetattr(io::stdin())?;
        Ok(Mode { settings })
    }

    pub(super) fn restore(&self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        // If the terminal is gone, so is the problem.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.settings);
        let mut screen = io::stdout();
        let _ = screen
            .write_all(PASTES_AS_TYPED)
            .and_then(|()| screen.flush());
    }
}

/// A Windows console goes with its settings to the next program, which sets
/// its own; there is nothing that must be put back.
#[cfg(not(unix))]
impl Mode {
    #[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
    pub(super) fn save() -> io::Result<Self> {
        Ok(Mode {})
    }

    #[expect(clippy::unused_self, reason = "as on Unix")]
    pub(super) fn restore(&self) {}
}
