//! The load generator (`--clients N --messages M`): many clients in one program,
//! each in a thread of its own, and how long their answers took.
//!
//! A mean hides the slow answers, and the slow ones are those that people
//! notice. So what is printed are percentiles, and the shape of the whole.

use std::{
    convert::Infallible,
    num::NonZeroUsize,
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use clap::Args;
use common::{
    exit::{Failure, reason, tell},
    messages::Settings,
    net::Stream,
    output::Output,
    stop::Stop,
};
use crossbeam_channel::{bounded, unbounded};
use indicatif::ProgressBar;

use super::times::Times;
use crate::client::Talk;

/// Times that a client keeps until it hands them in: so few that nobody notices
/// their memory, and so many that few wait for each other.
const BATCH: usize = 64;

/// The options of the load generator.
#[derive(Debug, Clone, Copy, Args)]
pub struct Load {
    /// Measure instead: so many clients at once, each waiting for the answer to
    /// one name before it sends the next
    #[arg(long, value_name = "N", conflicts_with = "names")]
    pub clients: Option<NonZeroUsize>,

    /// Names that each of the clients sends
    // With names given, clap no longer says that --clients is missing.
    #[arg(
        long,
        value_name = "M",
        default_value = "1000",
        requires = "clients",
        conflicts_with = "names"
    )]
    pub messages: NonZeroUsize,
}

/// Connects all clients, then lets them go at the same moment, and prints what
/// was measured.
///
/// # Errors
///
/// [`Failure`] when a client could not connect, was sent away, or missed an
/// answer; the others are measured all the same. Wrong usage, before anything
/// is connected, when there are more names in all than a number can say.
pub fn run(
    clients: NonZeroUsize,
    messages: NonZeroUsize,
    connect: impl Fn() -> Result<Stream, Failure> + Sync,
    settings: &Settings,
    output: &Output,
    stop: &Stop,
) -> Result<(), Failure> {
    let Some(all) = clients.checked_mul(messages) else {
        let why = format_args!("{messages} names from each of {clients} clients cannot be counted");
        return Err(Failure::usage("--messages", why));
    };
    let clients = clients.get();
    let work = Work {
        names: messages.get(),
        stop,
        bar: ProgressBar::new(all.get() as u64),
        sum: Mutex::default(),
    };
    let (here, everybody) = unbounded();
    // Nothing is ever sent through it: being closed is the signal to start.
    let (shut, gate) = bounded::<Infallible>(0);
    let mut started = Instant::now();
    thread::scope(|scope| {
        for number in 0..clients {
            let (here, gate) = (here.clone(), gate.clone());
            let (work, connect) = (&work, &connect);
            let client = move || {
                let talk = greeted(connect, settings);
                drop(here);
                let _ = gate.recv();
                work.measure(talk, number);
            };
            let thread = thread::Builder::new().name(format!("client {number}"));
            if let Err(error) = thread.spawn_scoped(scope, client) {
                let why = reason(&error);
                work.add(&[], Err(Failure::new("cannot start a thread", why)));
            }
        }
        drop(here);
        // Disconnected when everybody is connected, or has failed to be.
        let _: Result<Infallible, _> = everybody.recv();
        started = Instant::now();
        drop(shut);
    });
    let elapsed = started.elapsed();
    work.bar.finish_and_clear();
    let sum = work
        .sum
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    print(&sum.times, clients, elapsed, output)?;
    match sum.failure {
        _ if stop.is_set() => {
            tell("stopped", &"before every name was sent");
            Ok(())
        }
        Some(first) => Err(Failure::new(
            format_args!("{} of {clients} clients", sum.failed),
            first,
        )),
        None => Ok(()),
    }
}

/// What every client does, and where it puts what it measured.
struct Work<'a> {
    names: usize,
    stop: &'a Stop,
    bar: ProgressBar,
    sum: Mutex<Sum>,
}

impl Work<'_> {
    fn measure(&self, talk: Result<Talk, Failure>, client: usize) {
        // All in one record: one for each client would take 200 KiB apiece.
        let mut times = Vec::with_capacity(BATCH);
        let result = talk.and_then(|mut talk| {
            let _wake = talk.stream.end_on(self.stop, Duration::ZERO);
            (0..self.names).try_for_each(|number| {
                let name = format!("client-{client}-name-{number}");
                let asked = Instant::now();
                let answer = talk.ask(name.as_bytes())?;
                times.push(asked.elapsed());
                if times.len() == BATCH {
                    self.add(&times, Ok(()));
                    times.clear();
                }
                self.bar.inc(1);
                // Whatever the server's template: its own name, and no other.
                if answer.contains(&name) {
                    Ok(())
                } else {
                    Err(mixed_up(&name, &answer))
                }
            })
        });
        self.add(&times, result);
    }

    fn add(&self, times: &[Duration], result: Result<(), Failure>) {
        let mut sum = self.sum.lock().unwrap_or_else(PoisonError::into_inner);
        times.iter().for_each(|time| sum.times.record(*time));
        if let Err(failure) = result {
            sum.failed += 1;
            sum.failure.get_or_insert(failure);
        }
    }
}

/// A client that has been greeted.
fn greeted(
    connect: &impl Fn() -> Result<Stream, Failure>,
    settings: &Settings,
) -> Result<Talk, Failure> {
    let mut talk = Talk::begin(connect()?, settings)?;
    talk.greeting()?;
    Ok(talk)
}

fn mixed_up(name: &str, answer: &str) -> Failure {
    Failure::new(
        format_args!("the answer to '{name}' is not for it"),
        format_args!("'{answer}'"),
    )
}

/// What the clients measured together.
#[derive(Default)]
struct Sum {
    times: Times,
    /// Clients that did not get all their answers, and why the first did not.
    failed: usize,
    failure: Option<Failure>,
}

fn print(times: &Times, clients: usize, elapsed: Duration, output: &Output) -> Result<(), Failure> {
    let rate = times.count() as f64 / elapsed.as_secs_f64().max(f64::EPSILON);
    output.line(format_args!("clients        {clients}"))?;
    output.line(format_args!("answers        {}", times.count()))?;
    output.line(format_args!(
        "time           {:.3} s",
        elapsed.as_secs_f64()
    ))?;
    output.line(format_args!("throughput     {rate:.0} answers/s"))?;
    times
        .lines()
        .into_iter()
        .try_for_each(|line| output.line(line))?;
    Ok(())
}
