//! `--ui menu`: one thing at a time, as on a telephone.
//!
//! What comes in is kept until it is asked for, so nobody is interrupted, and
//! the menu never waits for the network: a "receive" that waits for the next
//! message would keep the user from sending, perhaps for ever.

use std::{
    collections::VecDeque,
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use common::{
    escape::escape_bytes,
    exit::tell,
    input::Line,
    output::{Output, OutputError},
};
use crossbeam_channel::{Receiver, Sender, bounded};

/// Lines that are kept for the next `1`; then the oldest are dropped, and
/// counted.
const KEPT: usize = 1000;

/// A menu between the keyboard and a conversation: to the conversation it is
/// what a terminal would be.
#[derive(Debug)]
pub struct Menu {
    /// The lines to be sent; disconnected when the user leaves.
    pub input: Receiver<Line>,
    /// What is printed here is kept until the user asks for it.
    pub output: Output,
    letters: Letters,
}

impl Menu {
    /// Shows the menu on `screen` and takes its choices from `keys`.
    ///
    /// # Errors
    ///
    /// The system's, when it has no thread left.
    pub fn open(keys: Receiver<Line>, screen: Output) -> io::Result<Self> {
        let letters = Letters::default();
        let (lines, input) = bounded(1);
        thread::Builder::new().name("menu".to_owned()).spawn({
            let letters = letters.clone();
            move || {
                // If the screen is gone, so is the user.
                let _ = choose(&keys, &screen, &letters, &lines);
            }
        })?;
        Ok(Menu {
            input,
            output: Output::to(letters.clone()),
            letters,
        })
    }
}

impl Drop for Menu {
    fn drop(&mut self) {
        let unread = self.letters.lock().lines.len();
        if unread > 0 {
            tell("note", &format_args!("left unread: {unread}"));
        }
    }
}

/// Asks until the user leaves.
fn choose(
    keys: &Receiver<Line>,
    screen: &Output,
    letters: &Letters,
    lines: &Sender<Line>,
) -> Result<(), OutputError> {
    loop {
        let waiting = match letters.lock().lines.len() {
            0 => String::new(),
            count => format!(" ({count} waiting)"),
        };
        screen.prompt(&format!("1 receive{waiting}, 2 send, q leave: "))?;
        let choice = match keys.recv() {
            Ok(Ok(choice)) => choice,
            Ok(error) => {
                let _ = lines.send(error);
                return Ok(());
            }
            Err(_) => return Ok(()),
        };
        match choice.as_slice() {
            b"1" => letters.show(screen)?,
            b"2" => {
                screen.prompt("your message: ")?;
                let Ok(line) = keys.recv() else {
                    return Ok(());
                };
                if lines.send(line).is_err() {
                    return Ok(());
                }
            }
            b"q" => return Ok(()),
            other => {
                let other = escape_bytes(other);
                screen.line(format_args!(
                    "'{other}' is none of these: 1 shows what has come, 2 sends one line, q leaves"
                ))?;
            }
        }
    }
}

/// What has come and was not read.
#[derive(Debug, Clone, Default)]
struct Letters(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    lines: VecDeque<String>,
    dropped: u64,
}

impl Letters {
    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Prints and forgets everything.
    fn show(&self, screen: &Output) -> Result<(), OutputError> {
        // Not under the lock: who prints here must not wait for a slow screen.
        let Kept { lines, dropped } = std::mem::take(&mut *self.lock());
        if dropped > 0 {
            screen.line(format_args!("({dropped} older lines were dropped)"))?;
        }
        if lines.is_empty() {
            screen.line("nothing new")?;
        }
        lines.iter().try_for_each(|line| screen.line(line))
    }
}

impl Write for Letters {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut kept = self.lock();
        for line in String::from_utf8_lossy(bytes).lines() {
            if kept.lines.len() == KEPT {
                kept.lines.pop_front();
                kept.dropped += 1;
            }
            kept.lines.push_back(line.to_owned());
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_so_much_is_kept_and_the_oldest_goes_first() {
        let mut letters = Letters::default();
        for number in 0..KEPT + 5 {
            letters
                .write_all(format!("{number}\n").as_bytes())
                .expect("kept");
        }
        let kept = letters.lock();
        assert_eq!((kept.lines.len(), kept.dropped), (KEPT, 5));
        assert_eq!(kept.lines.front().map(String::as_str), Some("5"));
    }
}
