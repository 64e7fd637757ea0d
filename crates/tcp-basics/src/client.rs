//! The client: sending and receiving, independently of each other.
//!
//! One thread reads answers and prints them, the other sends. Were they one, it
//! would have to guess whether the server or the user speaks next, and with
//! enough input both ends would wait for the other to read first.

use std::{
    fmt,
    net::Shutdown,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use common::{
    escape::escape,
    exit::{Failure, complain, reason},
    frame::Framing,
    input::Line,
    messages::{ConversationError, MessageReader, MessageWriter, ReadLimits},
    net::{Limit, Stream, StreamOptions},
    output::{Output, OutputError},
    stop::Stop,
    text::{TextCodec, TextError},
    wire::Wire,
};
use crossbeam_channel::{Receiver, Sender, after, bounded, never, select};

use crate::protocol;

/// How long a server may take to close after our last byte, with nothing due.
const LINGER: Duration = Duration::from_secs(1);

/// How to talk.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether somebody types: lines are then asked for with `>>> `, one after
    /// each answer, and an empty line is no message.
    pub prompt: bool,
    /// Whether to leave answers unread.
    pub send_only: bool,
    /// How messages are told apart.
    pub framing: Framing,
    /// How bytes and characters belong together.
    pub codec: TextCodec,
    /// How the connection behaves.
    pub stream: StreamOptions,
    /// How long to wait for an answer, and for its end once it has begun.
    pub timeout: Limit,
    /// Where to show the bytes.
    pub wire: Wire,
}

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Messages sent, a marker not counted.
    pub sent: u64,
    /// Answers received.
    pub answers: u64,
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sent: {}, answers: {}", self.sent, self.answers)
    }
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
) -> Result<Totals, Failure> {
    stream
        .configure(options.stream)
        .map_err(|error| Failure::new("cannot set up the connection", reason(&error)))?;
    let talk = Talk {
        stream: Arc::new(stream),
        options,
        output,
        sent: AtomicU64::new(0),
        answers: AtomicU64::new(0),
        settled: AtomicU64::new(0),
    };
    if options.send_only {
        let result = talk.send_only(input, stop);
        return talk.verdict(result, Ok(()));
    }
    // One place is enough: the news is only "look at the counters".
    let (announce, news) = bounded(1);
    // ANCHOR: threads
    thread::scope(|scope| {
        let reader = scope.spawn({
            let talk = &talk;
            // Moved in: when the reader ends, the news end.
            move || talk.read_answers(&announce)
        });
        let sent = talk.send(input, &news, stop);
        if sent.is_err() {
            // Wakes the reader, whatever it waits for.
            let _ = talk.stream.shutdown(Shutdown::Both);
        }
        let read = reader.join().unwrap_or(Ok(()));
        talk.verdict(sent, read)
    })
    // ANCHOR_END: threads
}

/// One conversation, as both threads see it.
struct Talk<'a> {
    stream: Arc<Stream>,
    options: &'a Options,
    output: &'a Output,
    /// Messages sent, written by the sender.
    sent: AtomicU64,
    /// Answers printed, written by the reader.
    answers: AtomicU64,
    /// Messages whose answer is no longer awaited, written by the reader. More
    /// than `answers` in raw mode, where one read may hold several.
    settled: AtomicU64,
}

/// Why sending ended before the input did.
#[derive(Debug)]
enum NotSent {
    /// The user wants to leave.
    Stopped,
    /// An answer was due for this long.
    NoAnswer(Duration),
    /// The server closed the connection, with lines still waiting or not.
    Closed {
        waiting: bool,
    },
    /// A line cannot be read, or not be sent.
    Line(String),
    Output(OutputError),
}

/// Why reading ended before the server did.
#[derive(Debug)]
enum NotRead {
    Conversation(ConversationError),
    Text(TextError),
    Output(OutputError),
}

impl Talk<'_> {
    /// The reader's thread.
    fn read_answers(&self, announce: &Sender<()>) -> Result<(), NotRead> {
        let limits = ReadLimits {
            // Only the sender knows whether an answer is due: it keeps the time.
            idle: None,
            message: self.options.timeout,
        };
        let framing = self.options.framing;
        let wire = self.options.wire.clone();
        let mut reader = MessageReader::new(self.stream.clone(), framing, limits, wire);
        let mut more = true;
        loop {
            while let Some(answer) = reader.take().map_err(NotRead::Conversation)? {
                let text = self.options.codec.decode(answer).map_err(NotRead::Text)?;
                self.output.line(escape(&text)).map_err(NotRead::Output)?;
                self.answers.fetch_add(1, Ordering::SeqCst);
                match framing {
                    Framing::Raw => self.settled.store(self.sent(), Ordering::SeqCst),
                    _ => _ = self.settled.fetch_add(1, Ordering::SeqCst),
                }
                let _ = announce.try_send(());
            }
            if !more {
                return Ok(());
            }
            more = reader.fill().map_err(NotRead::Conversation)?;
        }
    }

    /// The sender's part: lines, as long as there are any, and the time that
    /// answers may take.
    fn send(
        &self,
        input: &Receiver<Line>,
        news: &Receiver<()>,
        stop: &Stop,
    ) -> Result<(), NotSent> {
        let mut writer = self.writer();
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
                self.output.write(">>> ").map_err(NotSent::Output)?;
                asked = true;
            }
            let limit = match (due, open) {
                (0, true) => None,
                (0, false) => Some(LINGER),
                _ => self.options.timeout,
            };
            let over =
                limit.map_or_else(never, |limit| after(limit.saturating_sub(since.elapsed())));
            select! {
                recv(if may_send { input } else { &no_input }) -> line => {
                    asked = false;
                    if due == 0 {
                        since = Instant::now();
                    }
                    open = match line {
                        // After a marker it is the server that closes.
                        Ok(line) => self.send_line(line, &mut writer)?,
                        Err(_) => {
                            // Half-close: we are done, the server need not be.
                            let _ = self.stream.shutdown(Shutdown::Write);
                            false
                        }
                    };
                }
                recv(news) -> still_reading => match still_reading {
                    Ok(()) => since = Instant::now(),
                    Err(_) if open => return Err(NotSent::Closed { waiting: !input.is_empty() }),
                    Err(_) => return Ok(()),
                },
                recv(stop.channel()) -> _ => return Err(NotSent::Stopped),
                recv(over) -> _ => match limit {
                    Some(limit) if due > 0 => return Err(NotSent::NoAnswer(limit)),
                    _ => return Err(NotSent::Closed { waiting: false }),
                },
            }
        }
    }

    /// Sends everything and reads nothing.
    fn send_only(&self, input: &Receiver<Line>, stop: &Stop) -> Result<(), NotSent> {
        let mut writer = self.writer();
        loop {
            let more = select! {
                recv(input) -> line => match line {
                    Ok(line) => self.send_line(line, &mut writer)?,
                    Err(_) => false,
                },
                recv(stop.channel()) -> _ => return Err(NotSent::Stopped),
            };
            if !more {
                // Not simply closing: answers that nobody read would turn the
                // close into a reset, and a reset overtakes what we sent.
                self.stream.finish(LINGER);
                self.settled.store(self.sent(), Ordering::SeqCst);
                return Ok(());
            }
        }
    }

    /// Sends one line. `false` after a marker, behind which nothing may follow.
    fn send_line(&self, line: Line, writer: &mut MessageWriter) -> Result<bool, NotSent> {
        let line = line.map_err(|error| NotSent::Line(error.to_string()))?;
        if line.is_empty() && self.options.prompt {
            return Ok(true);
        }
        let text = TextCodec::default().decode(&line);
        let bytes = text
            .as_ref()
            .map_err(Clone::clone)
            .and_then(|text| self.options.codec.encode(text))
            .map_err(|error| NotSent::Line(error.to_string()))?;
        let marker = protocol::is_marker(&bytes);
        if !marker {
            // Before the message is on its way: its answer may be fast.
            self.sent.fetch_add(1, Ordering::SeqCst);
        }
        match writer.put(&bytes).and_then(|()| writer.flush()) {
            Ok(()) => Ok(!marker),
            Err(ConversationError::Frame(error)) => Err(NotSent::Line(error.to_string())),
            // What the server still had to say decides what to report.
            Err(_) => Err(NotSent::Closed { waiting: true }),
        }
    }

    fn writer(&self) -> MessageWriter {
        let wire = self.options.wire.clone();
        MessageWriter::new(self.stream.clone(), self.options.framing, wire)
    }

    fn sent(&self) -> u64 {
        self.sent.load(Ordering::SeqCst)
    }

    /// Messages whose answer has not come.
    fn due(&self) -> u64 {
        self.sent()
            .saturating_sub(self.settled.load(Ordering::SeqCst))
    }

    /// What to tell the user in the end.
    fn verdict(
        &self,
        sent: Result<(), NotSent>,
        read: Result<(), NotRead>,
    ) -> Result<Totals, Failure> {
        let totals = Totals {
            sent: self.sent(),
            answers: self.answers.load(Ordering::SeqCst),
        };
        let closed = "the server closed the connection";
        match (sent, read) {
            (Err(NotSent::Output(error)), _) | (_, Err(NotRead::Output(error))) => {
                Err(error.into())
            }
            (Err(NotSent::Stopped), _) => Ok(totals),
            (Err(NotSent::Line(why)), _) => Err(Failure::new("cannot send the line", why)),
            (Err(NotSent::NoAnswer(limit)), _) => Err(Failure::new(
                "no answer",
                format_args!("nothing came for {} s", limit.as_secs_f64()),
            )),
            (_, Err(NotRead::Text(error))) => Err(Failure::new("the answer is no text", error)),
            (_, Err(NotRead::Conversation(error)))
                if !matches!(error, ConversationError::Io(_)) =>
            {
                Err(Failure::new("cannot read the answer", error))
            }
            _ if self.due() > 0 => {
                let missing = format!("{} of {} answers are missing", self.due(), totals.sent);
                Err(Failure::new(closed, missing))
            }
            (Err(NotSent::Closed { waiting: true }), _) => {
                Err(Failure::new(closed, "not every line was sent"))
            }
            (Err(NotSent::Closed { .. }), _) if self.options.prompt => {
                complain("note", &closed);
                Ok(totals)
            }
            _ => Ok(totals),
        }
    }
}
