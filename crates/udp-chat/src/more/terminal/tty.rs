//! The terminal beneath the editor: its mode, its keys, and its screen.
//!
//! The editor makes the terminal raw for each line and puts back between two
//! lines what it has found. If that were the mode of a shell, a key pressed at
//! that moment would be cooked: echoed in the middle of nowhere, or, if it is
//! Ctrl-D, an end of input that nobody sees. So the mode is raw before the editor
//! looks, and stays raw until the end.

#[cfg(not(unix))]
pub(super) use elsewhere::Tty;
#[cfg(unix)]
pub(super) use unix::Tty;

/// Switch "bracketed paste", in which a terminal marks what was pasted
/// ([xterm's list](https://invisible-island.net/xterm/ctlseqs/ctlseqs.html)).
#[cfg(unix)]
const PASTES_MARKED: &[u8] = b"\x1b[?2004h";
#[cfg(unix)]
const PASTES_AS_TYPED: &[u8] = b"\x1b[?2004l";

#[cfg(unix)]
mod unix {
    use std::{
        fs::File,
        io::{self, Write as _},
        os::fd::{AsFd as _, OwnedFd},
        sync::{Arc, Mutex, PoisonError},
        thread,
    };

    use nix::unistd::{getpgrp, getsid};
    use rustix::{
        stdio::{dup2_stdin, dup2_stdout},
        termios::{
            InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr,
            tcsetattr,
        },
    };
    use signal_hook::{
        consts::{SIGCONT, SIGTSTP},
        iterator::Signals,
        low_level::emulate_default_handler,
    };

    use super::{PASTES_AS_TYPED, PASTES_MARKED};

    /// The terminal of standard input and output
    /// ([termios(3)](https://man7.org/linux/man-pages/man3/termios.3.html)),
    /// also when those lead elsewhere.
    #[derive(Debug)]
    pub(in super::super) struct Tty {
        keys: OwnedFd,
        screen: File,
        found: Termios,
        raw: Termios,
        /// From now on the mode is what was found, for good.
        is_over: Mutex<bool>,
    }

    impl Tty {
        /// Looks at the terminal, and changes nothing yet.
        pub(in super::super) fn find() -> io::Result<Self> {
            let found = tcgetattr(io::stdin())?;
            let mut raw = found.clone();
            raw.input_modes -= InputModes::BRKINT
                | InputModes::ICRNL
                | InputModes::INPCK
                | InputModes::ISTRIP
                | InputModes::IXON;
            raw.local_modes -=
                LocalModes::ECHO | LocalModes::ICANON | LocalModes::IEXTEN | LocalModes::ISIG;
            // A read waits for one key, however long.
            raw.special_codes[SpecialCodeIndex::VMIN] = 1;
            raw.special_codes[SpecialCodeIndex::VTIME] = 0;
            Ok(Tty {
                keys: io::stdin().as_fd().try_clone_to_owned()?,
                screen: io::stdout().as_fd().try_clone_to_owned()?.into(),
                found,
                raw,
                is_over: Mutex::new(false),
            })
        }

        /// Makes it raw, and sees to Ctrl-Z and `fg`. `settle` draws the line, and
        /// returns when the editor has nothing else to do: after Ctrl-Z it sends
        /// the signal and goes on at once, makes the terminal raw, and draws.
        pub(in super::super) fn take(self: &Arc<Self>, settle: impl Fn() + Send + 'static) {
            self.make_raw();
            // Without the signals the shell has to see to it, as most do.
            let Ok(mut signals) = Signals::new([SIGTSTP, SIGCONT]) else {
                return;
            };
            let tty = Arc::clone(self);
            let thread = thread::Builder::new().name("job control".to_owned());
            let _ = thread.spawn(move || {
                for signal in signals.forever() {
                    if signal == SIGCONT {
                        tty.make_raw();
                        settle();
                    } else if has_job_control() {
                        settle();
                        tty.give_back();
                        let _ = emulate_default_handler(signal);
                    }
                }
            });
        }

        fn make_raw(&self) {
            let is_over = self.is_over.lock().unwrap_or_else(PoisonError::into_inner);
            if !*is_over {
                self.change(&self.raw);
                self.draw(PASTES_MARKED);
            }
        }

        /// Puts back the mode that was found. Drawing is the last thing, since it
        /// may take for ever.
        fn give_back(&self) {
            self.change(&self.found);
            self.draw(PASTES_AS_TYPED);
        }

        /// The same for a caller that cannot wait: a screen that nobody looks at
        /// is full one day, and no call takes a blocked write back.
        pub(in super::super) fn give_back_at_once(tty: &Arc<Self>) {
            tty.change(&tty.found);
            let tty = Arc::clone(tty);
            let thread = thread::Builder::new().name("last words".to_owned());
            // Without the thread, pasted text keeps its marks.
            let _ = thread.spawn(move || tty.draw(PASTES_AS_TYPED));
        }

        /// From now on whoever reads the keys is at the end of input.
        pub(in super::super) fn end_keys(&self) {
            let _ = File::open("/dev/null").map(dup2_stdin);
        }

        /// Puts back the mode that was found, for good; what others still draw
        /// goes nowhere.
        pub(in super::super) fn end(&self) {
            let mut is_over = self.is_over.lock().unwrap_or_else(PoisonError::into_inner);
            *is_over = true;
            let nowhere = File::options().write(true).open("/dev/null");
            let _ = nowhere.map(dup2_stdout);
            self.give_back();
        }

        /// Writes on the screen, past the editor.
        pub(in super::super) fn draw(&self, bytes: &[u8]) {
            // If the terminal is gone, so is the problem; here and below.
            let _ = (&self.screen).write_all(bytes);
        }

        fn change(&self, mode: &Termios) {
            let _ = tcsetattr(&self.keys, OptionalActions::Now, mode);
        }
    }

    /// Whether somebody could continue us after Ctrl-Z: a shell with job control
    /// gives each job a process group of its own. Without one, in a window that
    /// was opened for this program alone, a stop would be for ever.
    ///
    /// In a container the session may be one from outside. Its number is 0 then
    /// ([pid_namespaces(7)](https://man7.org/linux/man-pages/man7/pid_namespaces.7.html)),
    /// which rustix takes for impossible and nix does not.
    fn has_job_control() -> bool {
        getsid(None).is_ok_and(|session| session != getpgrp())
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use std::{
        io::{self, Write as _},
        sync::Arc,
    };

    /// A Windows console goes with its settings to the next program, which sets
    /// its own; there is nothing that must be put back.
    #[derive(Debug)]
    pub(in super::super) struct Tty;

    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "as on Unix")]
    impl Tty {
        pub(in super::super) fn find() -> io::Result<Self> {
            Ok(Tty)
        }

        pub(in super::super) fn take(self: &Arc<Self>, _settle: impl Fn()) {}

        pub(in super::super) fn give_back_at_once(_tty: &Arc<Self>) {}

        pub(in super::super) fn end_keys(&self) {}

        pub(in super::super) fn end(&self) {}

        pub(in super::super) fn draw(&self, bytes: &[u8]) {
            let mut screen = io::stdout();
            let _ = screen.write_all(bytes).and_then(|()| screen.flush());
        }
    }
}
