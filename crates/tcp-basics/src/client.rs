//! The client: sending and receiving, independently of each other.
//!
//! One thread reads answers and prints them, the other sends. Were they one, it
//! would have to guess whether the server or the user speaks next, and with
//! enough input both ends would wait for the other to read first.

use std::{
    net::Shutdown,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use common::{
    ending::{LINGER, is_marker},
    escape::escape,
    exit::{Failure, reason},
    frame::Framing,
    input::Line,
    messages::{ConversationError, MessageReader, MessageWriter, Settings, is_our_limit},
    net::Stream,
    output::Output,
    stop::Stop,
};
use crossbeam_channel::{Receiver, Sender, after, bounded, never, select};

use crate::more::{send_only, verdict::Broken};

/// How to talk.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether somebody types: lines are then asked for with `>>> `, one after
    /// each answer, and an empty line is no message.
    pub prompt: bool,
    /// Whether to leave answers unread.
    pub send_only: bool,
    /// How the conversation is held.
    pub settings: Settings,
}

/// Sends every line of `input` and prints every answer.
///
/// # Errors
///
/// [`Failure`] when answers are missing or no text, a line cannot be sent, or
/// the output cannot be written.
pub fn run(
    mut stream: Stream,
    input: &Receiver<Line>,
    options: &Options,
    output: &Output,
    stop: &Stop,
) -> Result<(), Failure> {
    stream
        .configure(options.settings.stream)
        .map_err(|error| Failure::new("cannot set up the connection", reason(&error)))?;
    let talk = Talk {
        stream: Arc::new(stream),
        options,
        output,
        sent: AtomicU64::new(0),
        answered: AtomicU64::new(0),
        lines: AtomicU64::new(0),
    };
    // A blocked write or read hears no stop; the end of the connection it does.
    let _wake = talk.stream.end_on(stop, Duration::ZERO);
    if options.send_only {
        let result = send_only::run(&talk, input, stop);
        return talk.verdict(result, Ok(()), stop);
    }
    // One place is enough: the news is only "look at the counters".
    let (announce, news) = bounded(1);
    // ANCHOR: threads
    thread::scope(|scope| {
        let reader = thread::Builder::new()
            .spawn_scoped(scope, {
                let talk = &talk;
                // Moved in: when the reader ends, the news end.
                move || talk.read_answers(&announce)
            })
            .map_err(|error| Failure::new("cannot start a thread", reason(&error)))?;
        let sent = talk.send(input, &news, stop);
        // Wakes the reader, whatever it waits for.
        let _ = talk.stream.shutdown(Shutdown::Both);
        let read = reader.join().unwrap_or(Err(Broken::Panic));
        talk.verdict(sent, read, stop)
    })
    // ANCHOR_END: threads
}

/// One conversation, as both threads see it.
pub(crate) struct Talk<'a> {
    pub(crate) stream: Arc<Stream>,
    pub(crate) options: &'a Options,
    output: &'a Output,
    /// Lines taken from the input.
    lines: AtomicU64,
    /// Messages sent, written by the sender.
    sent: AtomicU64,
    /// Messages that were answered, written by the reader. In raw mode one read
    /// may answer any number of them.
    pub(crate) answered: AtomicU64,
}

impl Talk<'_> {
    /// The reader's thread.
    fn read_answers(&self, announce: &Sender<()>) -> Result<(), Broken> {
        let settings = &self.options.settings;
        // No idle limit: only the sender knows whether an answer is due.
        let mut reader = MessageReader::new(self.stream.clone(), settings, None);
        let mut more = true;
        loop {
            while let Some(answer) = reader.take()? {
                let text = settings.codec.decode(answer)?;
                self.output.line(escape(&text))?;
                match settings.framing {
                    Framing::Raw => self.answered.store(self.sent(), Ordering::SeqCst),
                    _ => _ = self.answered.fetch_add(1, Ordering::SeqCst),
                }
                let _ = announce.try_send(());
            }
            if !more {
                return Ok(());
            }
            more = reader.fill()?;
        }
    }

    /// The sender's part: lines, as long as there are any, and the time that
    /// answers may take.
    fn send(&self, input: &Receiver<Line>, news: &Receiver<()>, stop: &Stop) -> Result<(), Broken> {
        let mut writer = MessageWriter::new(self.stream.clone(), &self.options.settings);
        let no_input = never();
        let mut open = true;
        let mut asked = false;
        // When the time for an answer began: with the first message that is
        // due, and again with every answer.
        let mut since = Instant::now();
        loop {
            let due = self.due();
            let may_send = open && (due == 0 || !self.options.prompt);
            if may_send && self.options.prompt && !asked {
                self.output.prompt(">>> ")?;
                asked = true;
            }
            let limit = match (due, open) {
                (0, true) => None,
                (0, false) => Some(LINGER),
                _ => self.options.settings.timeout,
            };
            let over =
                limit.map_or_else(never, |limit| after(limit.saturating_sub(since.elapsed())));
            select! {
                recv(if may_send { input } else { &no_input }) -> line => {
                    asked = false;
                    if due == 0 {
                        since = Instant::now();
                    }
                    // ANCHOR: half_close
                    open = match line {
                        // After a marker it is the server that closes.
                        Ok(line) => self.send_line(line, &mut writer)?,
                        Err(_) => {
                            // Half-close: we are done, the server need not be.
                            let _ = self.stream.shutdown(Shutdown::Write);
                            false
                        }
                    };
                    // ANCHOR_END: half_close
                }
                recv(news) -> still_reading => match still_reading {
                    Ok(()) => since = Instant::now(),
                    Err(_) if open => return Err(Broken::Closed { unsent: !input.is_empty() }),
                    Err(_) => return Ok(()),
                },
                recv(stop.channel()) -> _ => return Err(Broken::Stopped),
                recv(over) -> _ => match limit {
                    // After a pause of the machine both may be ready; and while
                    // nobody takes our output, we take no answers.
                    _ if self.output.is_printing() || news.try_recv().is_ok() => {
                        since = Instant::now();
                    }
                    Some(limit) if due > 0 => return Err(Broken::NoAnswer(limit)),
                    _ => return Ok(()),
                },
            }
        }
    }

    /// Sends one line. `false` after a marker, behind which nothing may follow.
    pub(crate) fn send_line(&self, line: Line, writer: &mut MessageWriter) -> Result<bool, Broken> {
        let number = self.lines.fetch_add(1, Ordering::SeqCst) + 1;
        let unusable = |why: &dyn std::fmt::Display| Broken::Line(number, why.to_string());
        let line = line.map_err(|error| unusable(&error))?;
        if line.is_empty() && self.options.prompt {
            return Ok(true);
        }
        let codec = &self.options.settings.codec;
        let bytes = codec
            .encode_typed(&line)
            .map_err(|error| unusable(&error))?;
        let marker = is_marker(&bytes);
        if !marker {
            // Before the message is on its way: its answer may be fast.
            self.sent.fetch_add(1, Ordering::SeqCst);
        }
        match writer.put(&bytes).and_then(|()| writer.flush()) {
            Ok(()) => Ok(!marker),
            // What the server still had to say decides what to report.
            Err(ConversationError::Io(error)) if !is_our_limit(&error) => Err(Broken::Lost(error)),
            Err(error) => Err(unusable(&error)),
        }
    }

    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::SeqCst)
    }

    /// Messages whose answer is awaited and has not come.
    pub(crate) fn due(&self) -> u64 {
        if self.options.send_only {
            return 0;
        }
        self.sent()
            .saturating_sub(self.answered.load(Ordering::SeqCst))
    }
}
