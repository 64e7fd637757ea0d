//! A terminal with our client in it, for a test that types and reads.

use std::{
    fs::{File, OpenOptions},
    io::{Read as _, Write as _},
    os::unix::{fs::OpenOptionsExt as _, process::CommandExt as _},
    process::{Command, ExitStatus},
    sync::{Arc, Condvar, Mutex, MutexGuard, mpsc},
    thread,
    time::Instant,
};

use checker::program::SOON;
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::OFlags,
    process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{LocalModes, Termios, Winsize, tcgetattr, tcsetwinsize},
};

/// A client in a pseudo-terminal
/// ([pty(7)](https://man7.org/linux/man-pages/man7/pty.7.html)).
pub(crate) struct Desk {
    /// What a screen and a keyboard would be connected to.
    master: File,
    /// What the client has; held open to look at its settings.
    slave: File,
    before: Termios,
    screen: Arc<(Mutex<Vec<u8>>, Condvar)>,
    client: Pid,
    end: mpsc::Receiver<ExitStatus>,
}

impl Desk {
    /// Starts a client in a terminal of so many columns.
    pub(crate) fn start(columns: u16, term: &str, args: &[&str]) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let slave = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(OFlags::NOCTTY.bits().cast_signed())
            .open(ptsname(&master, Vec::new()).unwrap().to_str().unwrap())
            .unwrap();
        resize(&master, columns);
        let before = tcgetattr(&slave).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_udp-chat-client"))
            .args(args)
            .env("TERM", term)
            .env_remove("NO_COLOR")
            // Set, it means colours, whatever the terminal is.
            .env_remove("CI")
            // As a shell does: Ctrl-Z stops the whole group.
            .process_group(0)
            .stdin(slave.try_clone().unwrap())
            .stdout(slave.try_clone().unwrap())
            .stderr(slave.try_clone().unwrap())
            .spawn()
            .unwrap();
        let client = Pid::from_child(&child);
        let (ended, end) = mpsc::channel();
        thread::spawn(move || ended.send(child.wait().unwrap()));
        let master = File::from(master);
        let screen = Arc::default();
        let desk = Desk {
            master: master.try_clone().unwrap(),
            slave,
            before,
            screen: Arc::clone(&screen),
            client,
            end,
        };
        thread::spawn(move || watch(master, &screen));
        desk
    }

    /// Presses keys.
    pub(crate) fn press(&self, keys: &str) {
        (&self.master).write_all(keys.as_bytes()).unwrap();
    }

    /// Everything that was drawn so far.
    pub(crate) fn drawn(&self) -> String {
        String::from_utf8_lossy(&self.screen.0.lock().unwrap()).into_owned()
    }

    /// Waits until `text` was drawn behind what `since` says, and gives the
    /// place behind it.
    #[track_caller]
    pub(crate) fn see(&self, text: &str, since: usize) -> usize {
        let begun = Instant::now();
        let mut drawn = self.screen.0.lock().unwrap();
        loop {
            let so_far = drawn.get(since..).unwrap_or_default();
            let found = so_far
                .windows(text.len())
                .position(|w| w == text.as_bytes());
            if let Some(place) = found {
                return since + place + text.len();
            }
            let text_so_far = String::from_utf8_lossy(so_far).into_owned();
            assert!(begun.elapsed() < SOON, "no {text:?} in {text_so_far:?}");
            drawn = self.screen.1.wait_timeout(drawn, SOON).unwrap().0;
        }
    }

    /// For as long as this is held nobody reads what is drawn, but for some
    /// thousand bytes.
    pub(crate) fn look_away(&self) -> MutexGuard<'_, Vec<u8>> {
        self.screen.0.lock().unwrap()
    }

    /// Waits until nothing more can be drawn.
    #[track_caller]
    pub(crate) fn is_full(&self) {
        let begun = Instant::now();
        while poll(
            &mut [PollFd::new(&self.slave, PollFlags::OUT)],
            Some(&Timespec::default()),
        ) == Ok(1)
        {
            assert!(begun.elapsed() < SOON, "there is still room");
            thread::yield_now();
        }
    }

    /// Another window size, as a terminal tells it.
    pub(crate) fn resize(&self, columns: u16) {
        resize(&self.master, columns);
        // It is nobody's controlling terminal, so nobody else tells the client.
        self.signal(Signal::WINCH);
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.client, signal).unwrap();
    }

    /// Waits for the client's end. The terminal must then be as it was.
    #[track_caller]
    pub(crate) fn end(&self) -> i32 {
        let status = self.end.recv_timeout(SOON).expect("it ends");
        self.is_as_found();
        status.code().expect("a code")
    }

    /// The terminal is in the mode in which the client has found it.
    #[track_caller]
    pub(crate) fn is_as_found(&self) {
        let now = tcgetattr(&self.slave).unwrap();
        let cooked = LocalModes::ICANON | LocalModes::ECHO;
        assert!(now.local_modes.contains(cooked));
        assert_eq!(now.local_modes, self.before.local_modes);
        assert_eq!(now.input_modes, self.before.input_modes);
        assert_eq!(now.output_modes, self.before.output_modes);
    }

    /// Waits until the client has stopped, as after Ctrl-Z.
    #[track_caller]
    pub(crate) fn stops(&self) {
        let (client, (stopped, stop)) = (self.client, mpsc::channel());
        thread::spawn(move || {
            let status = waitid(WaitId::Pid(client), WaitIdOptions::STOPPED);
            stopped.send(status.is_ok()).unwrap();
        });
        assert_eq!(stop.recv_timeout(SOON), Ok(true));
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // Fails if it has ended, as it should have.
        let _ = kill_process(self.client, Signal::KILL);
    }
}

fn resize(master: &impl std::os::fd::AsFd, columns: u16) {
    let size = Winsize {
        ws_row: 24,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(master, size).unwrap();
}

fn watch(mut master: File, screen: &(Mutex<Vec<u8>>, Condvar)) {
    let mut buffer = [0; 4096];
    while let Ok(count) = master.read(&mut buffer) {
        screen.0.lock().unwrap().extend_from_slice(&buffer[..count]);
        screen.1.notify_all();
    }
}
