//! The judge on programs that never get as far as a conversation, and what it
//! leaves behind. The programs are shell commands, hence Unix only.
#![cfg(unix)]

use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::time::Duration;

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
            assert_eq!(report.verdict().exit_code(), 1);
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
fn a_port_that_is_taken_is_no_fault_of_the_program_and_ends_the_run() {
    let dir = tempfile::tempdir().unwrap();
    let lesson = suites::find("tcp-basics").unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = Target {
        port: Some(taken.local_addr().unwrap().port()),
        ..target(Role::Server, "false", dir.path())
    };
    let report = run(lesson, &target, &options(), &mut |_| {});
    let [first, rest @ ..] = &outcomes(&report)[..] else {
        panic!("no check was made");
    };
    assert!(
        matches!(first, Outcome::Broken(why) if why.contains("already listens")),
        "{first:?}"
    );
    let not_run = |outcome: &&Outcome| matches!(outcome, Outcome::NotRun);
    assert!(rest.iter().all(not_run), "{rest:?}");
    assert_eq!(report.verdict().exit_code(), 3);
}

#[test]
fn a_check_asked_for_by_name_is_made_or_there_is_no_verdict() {
    let dir = tempfile::tempdir().unwrap();
    let lesson = suites::find("tcp-basics").unwrap();
    let options = Options {
        only: Some("restart".into()),
        ..options()
    };
    let mut target = target(Role::Server, &wrong("server-no-reuse {port}"), dir.path());
    let made = run(lesson, &target, &options, &mut |_| {});
    assert_eq!(first_card(&made).cause.id, "no-reuseaddr");
    assert_eq!(made.verdict(), Verdict::Failed, "the only one decides");

    // Its port is fixed, so this one cannot be made.
    target.port = Some(1);
    let skipped = run(lesson, &target, &options, &mut |_| {});
    assert!(matches!(skipped.results[0].outcome, Outcome::Skipped(_)));
    assert_eq!(skipped.verdict(), Verdict::NotChecked);
    let both = [skipped, made];
    assert_eq!(Verdict::of(&both), Verdict::Failed);
    assert_eq!(Verdict::of(&both[..1]).exit_code(), 3);
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
fn a_program_cannot_fill_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    // No core dumps, and no file above 1 GiB.
    let command = "sh -c 'ulimit -c >&2; ulimit -f >&2; exit 1'";
    let report = judge(Role::Server, command, dir.path());
    assert_eq!(first_card(&report).last_words, [&b"0"[..], b"2097152"]);
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
    for pid in pids {
        assert!(test_kill_process(pid).is_err(), "{pid:?} survived");
    }
}

/// A server of the bank, in front of its arguments.
fn wrong(name: &str) -> String {
    let mut path = std::env::current_exe().expect("a test has a path");
    path.pop();
    path.pop();
    format!("{} {name}", path.join("examples/wrong").display())
}

/// A port that stays free until the judge's program binds it. One that the system
/// chooses could be given to any connection meanwhile; these are below its range,
/// and judges keep away from one that is taken for datagrams.
fn port() -> (u16, UdpSocket) {
    let first = u16::try_from(std::process::id() % 10_000).expect("small") + 10_000;
    let reserve = |port| {
        let reserved = UdpSocket::bind(("127.0.0.1", port)).ok()?;
        TcpListener::bind(("127.0.0.1", port)).ok()?;
        Some((port, reserved))
    };
    let mut ports = first..21_000;
    ports.find_map(reserve).expect("a free port")
}

#[test]
fn the_time_of_many_starts_is_not_the_time_of_the_check() {
    let dir = tempfile::tempdir().unwrap();
    let lesson = suites::find("tcp-basics").unwrap();
    // The check starts nine of them.
    let command = format!("sh -c 'sleep 0.5; exec {} {{port}}'", wrong("server-right"));
    let options = Options {
        only: Some("marker-ends".into()),
        check_timeout: Duration::from_secs(4),
        ..options()
    };
    let target = target(Role::Server, &command, dir.path());
    let report = run(lesson, &target, &options, &mut |_| {});
    assert_eq!(report.verdict(), Verdict::Passed, "{:?}", outcomes(&report));
}

#[test]
fn a_server_behind_a_wrapper_gives_its_port_back_before_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let lesson = suites::find("tcp-basics").unwrap();
    let (port, _reserved) = port();
    // The shell dies first; its child, the server, is not the judge's to wait for.
    let command = format!("sh -c '{} {{port}}; true'", wrong("server-right"));
    let target = Target {
        port: Some(port),
        ..target(Role::Server, &command, dir.path())
    };
    let report = run(lesson, &target, &options(), &mut |_| {});
    assert_eq!(report.verdict().exit_code(), 0, "{:?}", outcomes(&report));
}

fn outcomes(report: &Report) -> Vec<&Outcome> {
    report
        .results
        .iter()
        .map(|result| &result.outcome)
        .collect()
}

#[test]
#[cfg(target_os = "linux")]
fn nothing_survives_by_leaving_the_group() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("pids");
    // One whose parent lives, one whose parent has ended, and both children again.
    let sleep = "setsid sh -c \"echo \\$\\$ >> pids; sleep 600 & echo \\$! >> pids; wait\"";
    let until = "while [ $(wc -l < pids) -lt 4 ]; do sleep 0.01; done";
    let command = format!("sh -c 'touch pids; {sleep} & ({sleep} &); {until}; exit 1'");
    let report = judge(Role::Server, &command, dir.path());
    assert_eq!(first_card(&report).cause.id, "exited-early");
    for pid in pids(&file) {
        assert!(test_kill_process(pid).is_err(), "{pid:?} survived");
    }
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
            // Where lessons share a check, each names its own.
            let (letters, number) = check.requirement.split_once('-').expect("as TB-3");
            assert!(
                letters.len() == 2 && number.parse::<u32>().is_ok(),
                "{}",
                check.name
            );
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
    assert_eq!(report.verdict().exit_code(), 130);
}
