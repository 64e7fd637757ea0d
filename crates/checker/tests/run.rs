//! The judge on programs that never get as far as a conversation, and what it
//! leaves behind. The programs are shell commands, hence Unix only.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use checker::{
    Card, CommandLine, Options, Outcome, Report, Role, Target, Verdict, conformance, run, suites,
};
use rustix::process::{Pid, test_kill_process};

fn target(role: Role, command: &str, dir: &Path) -> Target {
    Target {
        command: CommandLine::parse(command).expect("a command of this test"),
        role,
        port: None,
        dir: Some(dir.into()),
    }
}

fn options() -> Options {
    Options {
        start_timeout: Duration::from_secs(3),
        ..Options::default()
    }
}

fn judge(role: Role, command: &str, dir: &Path) -> Report {
    let lesson = suites::find("tcp-basics").expect("lesson 1");
    run(lesson, &target(role, command, dir), &options(), &mut |_| {})
}

#[track_caller]
fn first_card(report: &Report) -> &Card {
    match &report.results[0].outcome {
        Outcome::Failed(card) => card,
        other => panic!("expected a card, got {other:?}"),
    }
}

#[test]
fn a_command_that_cannot_run_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let plain = dir.path().join("plain");
    std::fs::write(&plain, "not a program").unwrap();
    let plain = plain.display().to_string();
    for role in [Role::Server, Role::Client] {
        for (command, cause) in [
            ("no-such-program {port}", "not-found"),
            (plain.as_str(), "not-executable"),
            ("sh -c 'echo oh no >&2; exit 3'", "exited-early"),
        ] {
            let report = judge(role, command, dir.path());
            let card = first_card(&report);
            assert_eq!(card.cause.id, cause, "{command}");
            assert_eq!(report.verdict(), Verdict::Failed);
            assert_eq!(report.exit_code(), 1);
        }
    }
    let report = judge(Role::Server, "sh -c 'echo oh no >&2; exit 3'", dir.path());
    let card = first_card(&report);
    assert_eq!(card.last_words, [b"oh no"]);
    assert!(card.got.words.contains("exit code 3"), "{:?}", card.got);
}

#[test]
fn the_first_failure_stops_the_role_unless_told_otherwise() {
    let dir = tempfile::tempdir().unwrap();
    let lesson = suites::find("tcp-basics").unwrap();
    let target = target(Role::Server, "false", dir.path());
    let report = run(lesson, &target, &options(), &mut |_| {});
    assert_eq!(report.results.len(), 12);
    let not_run = |outcome: &Outcome| matches!(outcome, Outcome::NotRun);
    assert!(report.results[1..].iter().all(|r| not_run(&r.outcome)));

    let options = Options {
        keep_going: true,
        ..options()
    };
    let report = run(lesson, &target, &options, &mut |_| {});
    assert!(!report.results.iter().any(|r| not_run(&r.outcome)));
}

#[test]
fn a_replay_says_the_same_words() {
    let dir = tempfile::tempdir().unwrap();
    let lesson = suites::find("tcp-basics").unwrap();
    // Takes the connection, answers nothing, leaves.
    let target = target(Role::Client, "sh -c 'cat; exit 1'", dir.path());
    let fed = |seed, only: Option<&str>| {
        let options = Options {
            seed,
            only: only.map(Into::into),
            ..options()
        };
        let report = run(lesson, &target, &options, &mut |_| {});
        let card = first_card(&report).clone();
        let printed = card
            .events
            .into_iter()
            .find(|event| event.text.contains("printed"));
        printed.expect("cat prints what it is fed").text
    };
    assert_eq!(fed(5, None), fed(5, Some("sends-lines")));
    assert_ne!(fed(5, None), fed(6, None));
}

#[test]
fn placeholders_reach_the_program_as_words_and_in_the_environment() {
    let dir = tempfile::tempdir().unwrap();
    let command =
        "sh -c 'echo $1 $2 $3; echo $HOST $PORT $ADDR >&2; exit 1' sh {host} {port} {addr}";
    let report = judge(Role::Server, command, dir.path());
    let card = first_card(&report);
    let said = String::from_utf8(card.last_words[0].clone()).unwrap();
    let printed = card
        .events
        .iter()
        .find(|event| event.text.contains("printed"));
    assert!(said.starts_with("127.0.0.1 "), "{said}");
    assert!(printed.unwrap().text.contains(&said), "{card:?}");
}

/// The process ids that programs under check wrote to a file.
fn pids(file: &PathBuf) -> Vec<Pid> {
    let text = std::fs::read_to_string(file).expect("the program wrote it");
    let pids = text
        .lines()
        .map(|line| Pid::from_raw(line.parse().expect("a number")));
    pids.collect::<Option<_>>().expect("no number is 0")
}

#[test]
fn nothing_survives_a_program_that_hangs_with_children() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("pids");
    // Ignores SIGTERM, starts a child, waits for ever, and never listens.
    let command = "sh -c 'trap \"\" TERM; sleep 600 & echo $$ >> pids; echo $! >> pids; wait'";
    let report = judge(Role::Server, command, dir.path());
    assert_eq!(first_card(&report).cause.id, "not-listening");
    let pids = pids(&file);
    assert_eq!(pids.len(), 2);
    // The program was reaped by the judge; its child is reaped by the system.
    assert!(test_kill_process(pids[0]).is_err(), "a zombie is left");
    let deadline = Instant::now() + Duration::from_secs(10);
    while is_running(pids[1]) {
        assert!(Instant::now() < deadline, "a child survived");
        std::thread::yield_now();
    }
}

fn is_running(pid: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
    // Who adopts orphans may take its time to reap them; dead they are.
    test_kill_process(pid).is_ok() && !stat.is_ok_and(|stat| stat.contains(") Z "))
}

#[test]
#[should_panic(expected = "exited-early")]
fn conformance_panics_with_the_report() {
    conformance(
        "tcp-basics",
        Role::Server,
        Path::new("sh"),
        &["-c", "exit 1"],
    );
}

#[test]
fn every_check_has_what_a_student_needs() {
    for lesson in suites::all() {
        let mut names = std::collections::HashSet::new();
        for check in lesson.checks {
            assert!(
                names.insert((check.role.to_string(), check.name)),
                "{}",
                check.name
            );
            assert!(lesson.check(check.role, check.name).is_some());
            let sections = [
                "on-the-wire",
                "what-goes-wrong",
                "exercise",
                "going-further",
            ];
            assert!(sections.contains(&check.section), "{}", check.name);
            assert!(
                check.hints[0].ends_with('?'),
                "{} begins with a question",
                check.name
            );
            assert!(
                check.hints[1..].iter().all(|hint| hint.len() > 20),
                "{}",
                check.name
            );
        }
        for role in [Role::Server, Role::Client] {
            let core =
                |check: &&checker::Check| check.role == role && check.level == checker::Level::Core;
            assert!(lesson.checks.iter().filter(core).count() <= 12);
        }
    }
}

#[test]
fn a_stopped_run_says_so_and_is_no_pass() {
    use std::sync::atomic::Ordering;

    let dir = tempfile::tempdir().unwrap();
    let target = target(Role::Server, "sh -c 'exit 3'", dir.path());
    let options = options();
    options.stop.store(true, Ordering::SeqCst);
    let lesson = suites::find("tcp-basics").expect("lesson 1");
    let report = run(lesson, &target, &options, &mut |_| {});
    let not_run = |outcome: &Outcome| matches!(outcome, Outcome::NotRun);
    assert!(report.results.iter().all(|result| not_run(&result.outcome)));
    assert_eq!(report.verdict(), Verdict::Stopped);
    assert_eq!(report.exit_code(), 130);
}
