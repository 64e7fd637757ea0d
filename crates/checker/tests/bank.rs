//! The judge is judged: every wrong program fails where it is wrong, for the
//! reason why, and nowhere else; the right ones pass.
//!
//! A program with a core bug is run up to its first failure, which must be the
//! check that the bank names. A program with a bug beyond the core is run
//! through all checks and must fail that one only. Of the slow checks only the
//! one that is named is made; all of them for a program that is right.
//!
//! `BANK=server-raw-echo cargo test -p checker --test bank` runs the programs
//! whose names contain that text. (`--test` alone does not build them: run
//! `cargo build -p checker --examples` after changing `wrong/`.)

#[path = "../wrong/entry.rs"]
#[allow(dead_code, reason = "here it matters only what must come out")]
mod entry;
#[path = "../wrong/tcp_basics/table.rs"]
mod tcp_basics;
#[path = "../wrong/tcp_threaded/table.rs"]
mod tcp_threaded;
#[path = "../wrong/udp_basics/table.rs"]
mod udp_basics;
#[path = "../wrong/udp_chat/table.rs"]
mod udp_chat;
#[path = "../wrong/udp_timesync/table.rs"]
mod udp_timesync;

use std::collections::BTreeMap;
use std::panic::catch_unwind;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
#[cfg(unix)]
use std::sync::{Arc, atomic::AtomicBool};
use std::thread;
use std::time::Duration;

use checker::report::{self, Style};
use checker::{
    Card, Check, CommandLine, Lesson, Level, Options, Outcome, Report, Role, Target, run, suites,
};
use entry::Entry;

/// A wrong program, whichever lesson it is of.
struct Wrong {
    lesson: &'static Lesson,
    role: Role,
    name: &'static str,
    check: &'static str,
    cause: &'static str,
    story: &'static str,
}

impl Wrong {
    /// Whether it keeps the contract, be it in an unusual way.
    fn is_right(&self) -> bool {
        self.check.is_empty()
    }
}

/// Every program of every lesson, in the order in which they are listed.
fn bank() -> Vec<Wrong> {
    let mut all = of("tcp-basics", tcp_basics::BANK);
    all.extend(of("tcp-threaded", tcp_threaded::BANK));
    all.extend(of("udp-basics", udp_basics::BANK));
    all.extend(of("udp-chat", udp_chat::BANK));
    all.extend(of("udp-timesync", udp_timesync::BANK));
    all
}

fn of<Bug>(lesson: &str, table: &[Entry<Bug>]) -> Vec<Wrong> {
    let lesson = suites::find(lesson).expect("it has a suite");
    let wrong = |entry: &Entry<Bug>| Wrong {
        lesson,
        role: if entry.is_server() {
            Role::Server
        } else {
            Role::Client
        },
        name: entry.name,
        check: entry.check,
        cause: entry.cause,
        story: entry.story,
    };
    table.iter().map(wrong).collect()
}

/// More than processors: most of the time is spent waiting.
const AT_ONCE: usize = 16;

/// So many may be judged again. More are no accident.
const DOUBTFUL: usize = 5;

/// A shell lets what it starts in the background ignore Ctrl-C, and whatever that
/// starts inherits it: then a program that Ctrl-C should kill stays. What is handled
/// is not inherited.
#[cfg(unix)]
fn heed_ctrl_c() {
    let at_once = Arc::new(AtomicBool::new(true));
    signal_hook::flag::register_conditional_shutdown(signal_hook::consts::SIGINT, 130, at_once)
        .expect("a handler");
}

#[test]
fn every_wrong_program_fails_its_check_with_its_cause_and_the_right_ones_pass() {
    #[cfg(unix)]
    heed_ctrl_c();
    let chosen = std::env::var("BANK").unwrap_or_default();
    let bank = bank();
    // Backwards, since those of the first lessons take least, and nothing long should
    // be left for the end.
    let entries = bank
        .iter()
        .rev()
        .filter(|entry| entry.name.contains(&chosen) && !is_right_here(entry));
    assert!(
        entries.clone().next().is_some(),
        "BANK={chosen} is in the name of no program"
    );
    let queue = Mutex::new(entries);
    let doubtful = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().expect("no thread panics").next();
                    let Some(entry) = next else { return };
                    if let Err(complaint) = judge_safely(entry) {
                        let mut doubtful = doubtful.lock().expect("no thread panics");
                        doubtful.push((entry, complaint));
                    }
                }
            });
        }
    });
    // So many at once are more than a student's machine ever has to do. Some programs
    // are wrong in a way that depends on the moment, and are judged again alone.
    let doubtful = doubtful.into_inner().expect("no thread panics");
    let many = doubtful.len() > DOUBTFUL;
    let again = doubtful.into_iter().filter_map(|(entry, first)| {
        if many {
            return Some(first);
        }
        eprintln!("judged again, alone: {first}");
        judge_safely(entry).err()
    });
    let complaints: Vec<_> = again.collect();
    assert!(
        complaints.is_empty(),
        "{} of {} programs were misjudged\n\n{}",
        complaints.len(),
        bank.len(),
        complaints.join("\n")
    );
}

#[test]
fn every_check_has_a_wrong_program_and_every_core_check_two() {
    let bank = bank();
    let mut missing = BTreeMap::new();
    let lessons: BTreeMap<_, _> = bank.iter().map(|w| (w.lesson.number, w.lesson)).collect();
    for lesson in lessons.into_values() {
        for check in lesson.checks {
            let enough = match check.level {
                Level::Core => 2,
                Level::More | Level::Slow => 1,
            };
            missing.insert((lesson.name, check.role.to_string(), check.name), enough);
        }
    }
    for entry in bank.iter().filter(|entry| !entry.is_right()) {
        let key = (entry.lesson.name, entry.role.to_string(), entry.check);
        let Some(count) = missing.get_mut(&key) else {
            panic!("{}: there is no check {key:?}", entry.name);
        };
        *count -= 1;
    }
    missing.retain(|_, count| *count > 0);
    assert!(missing.is_empty(), "without wrong programs: {missing:?}");
}

#[test]
fn names_are_unique_and_causes_exist() {
    let bank = bank();
    let mut names: Vec<_> = bank.iter().map(|entry| entry.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), bank.len());
    for entry in bank.iter().filter(|entry| !entry.is_right()) {
        let known = checker::CAUSES.iter().any(|cause| cause.id == entry.cause);
        assert!(known, "{}: no cause {}", entry.name, entry.cause);
    }
}

#[test]
fn the_program_lists_the_bank() {
    let output = Command::new(wrong()).arg("--list").output();
    let output = output.expect("the bank starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(text.lines().count(), bank().len());
    for (line, entry) in text.lines().zip(bank()) {
        let columns: Vec<_> = line.split('\t').collect();
        let (lesson, role) = (entry.lesson.name, entry.role.to_string());
        let (name, check, cause) = (entry.name, entry.check, entry.cause);
        assert_eq!(columns, [name, lesson, &role, check, cause, entry.story]);
    }
}

/// Bugs that are none elsewhere: Windows restarts without SO_REUSEADDR, and knows
/// no signals to die of.
fn is_right_here(entry: &Wrong) -> bool {
    let ends = ["server-no-reuse", "client-crashes-on-bytes"];
    // Only where all of 127.0.0.0/8 is this machine there is a second address.
    let needs_second = entry.cause == "cookie-any-address";
    cfg!(windows) && ends.iter().any(|end| entry.name.ends_with(end))
        || cfg!(not(target_os = "linux")) && needs_second
}

/// The bank, built beside this test: `target/debug/examples/wrong`.
fn wrong() -> PathBuf {
    let mut path = std::env::current_exe().expect("a test has a path");
    path.pop();
    path.pop();
    path.push("examples");
    path.push(format!("wrong{}", std::env::consts::EXE_SUFFIX));
    assert!(
        path.exists(),
        "{} is missing: cargo build -p checker --examples",
        path.display()
    );
    path
}

fn judge_safely(entry: &Wrong) -> Result<(), String> {
    let verdict = catch_unwind(|| judge(entry));
    verdict.unwrap_or(Err(format!("{}: panic", entry.name)))
}

fn judge(entry: &Wrong) -> Result<(), String> {
    let places = match entry.role {
        Role::Server => "{port}",
        Role::Client => "{host} {port}",
    };
    let options = entry.lesson.client_options.iter();
    let options = options.filter(|_| entry.role == Role::Client);
    let told: String = options.map(|word| format!(" {{{word}}}")).collect();
    let command = format!("'{}' {} {places}{told}", wrong().display(), entry.name);
    let target = Target {
        command: CommandLine::parse(&command)?,
        role: entry.role,
        port: None,
        dir: None,
    };
    let named = entry.lesson.check(target.role, entry.check);
    let core = named.is_some_and(|check| check.level == Level::Core);
    let options = Options {
        all: !core,
        keep_going: !core,
        check_timeout: match entry.name {
            // They are always in time for the next byte, and never done.
            "server-trickles" | "server-never-quiet" => Duration::from_secs(2),
            _ => Options::default().check_timeout,
        },
        ..Options::default()
    };
    let all = run(entry.lesson, &target, &options, &mut |_| {});
    let mut reports = vec![all];
    let checks = entry.lesson.checks.iter();
    let slow = checks.filter(|check| check.level == Level::Slow && check.role == entry.role);
    for check in slow.filter(|check| entry.is_right() || check.name == entry.check) {
        let options = Options {
            only: Some(check.name.into()),
            ..options.clone()
        };
        reports.push(run(entry.lesson, &target, &options, &mut |_| {}));
    }
    match complaint(entry, named, &reports) {
        None => Ok(()),
        Some(complaint) => Err(format!(
            "{} ({}): {complaint}\n{}",
            entry.name,
            entry.story,
            pretty(&reports)
        )),
    }
}

/// What the judge got wrong, if anything.
fn complaint(entry: &Wrong, named: Option<&Check>, reports: &[Report]) -> Option<String> {
    if !entry.is_right() && named.is_none() {
        return Some(format!("there is no check {}", entry.check));
    }
    let mut failed: Vec<&Card> = Vec::new();
    for result in reports.iter().flat_map(|report| &report.results) {
        match &result.outcome {
            Outcome::Passed | Outcome::NotRun => {}
            Outcome::Skipped(_) if result.check.name == entry.check => return None,
            Outcome::Skipped(_) => {}
            Outcome::Failed(card) => failed.push(card),
            Outcome::Broken(why) => {
                return Some(format!("the judge broke at {}: {why}", result.check.name));
            }
        }
    }
    if let Some(card) = failed.iter().find(|card| is_silent(card)) {
        return Some(format!(
            "the card of {} does not show what was sent",
            card.check
        ));
    }
    let failed: Vec<_> = failed
        .into_iter()
        .map(|card| (card.check, card.cause.id))
        .collect();
    let wanted: &[_] = match entry.is_right() {
        true => &[],
        false => &[(entry.check, entry.cause)],
    };
    (failed != wanted).then(|| format!("should fail {wanted:?}, failed {failed:?}"))
}

/// Whether the card says less about the conversation than the events do.
fn is_silent(card: &Card) -> bool {
    // What was sent to an earlier program of the check is not what this one got.
    let sent = card
        .events
        .iter()
        .rev()
        .take_while(|event| !event.text.starts_with("started "))
        .any(|event| event.text.contains(": sent "));
    let is_about_empty = card.role == Role::Server && card.check == "empty-datagram";
    // Who asks for the time is given nothing to read.
    let is_fed = card.role == Role::Client && !card.requirement.starts_with("UT-");
    // One that cannot run beside another may end before it is spoken to.
    let is_fed = is_fed && card.cause.id != "fixed-port";
    (sent && card.sent.is_empty())
        || (is_about_empty && !card.sent.iter().any(Vec::is_empty))
        || (is_fed && card.input.is_empty() && card.sent.is_empty())
}

fn pretty(reports: &[Report]) -> String {
    let mut text = Vec::new();
    let style = Style {
        color: false,
        width: 100,
    };
    report::pretty(reports, &mut text, style).expect("memory takes it");
    String::from_utf8_lossy(&text).into_owned()
}
