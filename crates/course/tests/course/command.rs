//! The command from the outside: what is typed, what comes, which exit code.

use std::fs;
use std::process::Stdio;

use crate::student::{Ran, Student};

#[test]
fn wrong_usage_is_exit_code_2() {
    let student = Student::new();
    for args in [
        &["chek"][..],
        &["demo"],
        &["check", "tcp-basics", "--port", "0"],
        &["check", "tcp-basics", "--report", "xml"],
        &["check", "--reference", "--server", "x"],
        &[
            "proxy",
            "tcp",
            "--listen",
            "0.0.0.0:0",
            "--connect",
            "127.0.0.1:1",
        ],
        &[
            "proxy",
            "tcp",
            "--listen",
            "127.0.0.1:0",
            "--connect",
            "127.0.0.1:1",
            "--delay",
            "5h",
        ],
    ] {
        let ran = student.run(args).code(2);
        assert!(ran.stdout.is_empty(), "{args:?}: {}", ran.stdout);
        assert!(
            ran.stderr.starts_with("error: "),
            "{args:?}: {}",
            ran.stderr
        );
    }
}

#[test]
fn a_wrong_name_is_answered_with_the_right_one() {
    let student = Student::new();
    for (args, hint) in [
        (&["demo", "tcp-basic"][..], "did you mean tcp-basics?"),
        (&["start", "tcp-basik"], "did you mean tcp-basics?"),
        (
            &["hint", "tcp-basics", "message-cuts"],
            "did you mean message-cut?",
        ),
        (
            &["check", "tcp-basics", "--server", "x", "--only", "nothing"],
            "--all` names them all",
        ),
        (
            &["demo", "tcp-basics", "--scene", "99"],
            "there are scenes 1 to",
        ),
        (&["check", "tcp-basics", "--server", "'x"], "--server ''x'"),
    ] {
        let ran = student.run(args).code(2);
        assert!(ran.error().contains(hint), "{args:?}: {}", ran.stderr);
    }
}

#[test]
fn without_a_terminal_the_list_has_the_progress_and_no_next_step() {
    let student = Student::new();
    let bare = student.run(&[]).code(0);
    let list = student.run(&["list"]).code(0);
    assert_eq!(bare.stdout, list.stdout);
    assert!(
        list.stdout.starts_with("1  tcp-basics  "),
        "{}",
        list.stdout
    );
    assert!(!list.stdout.contains('\x1b'));
    assert!(list.stdout.contains("not started"), "{}", list.stdout);
    assert!(!list.stdout.contains("cargo course"), "{}", list.stdout);
}

#[test]
fn help_names_the_exit_codes_and_the_folder_of_progress() {
    let help = Student::new().run(&["--help"]).code(0).stdout;
    assert!(
        help.contains("COURSE_HOME") && help.contains("Exit codes"),
        "{help}"
    );
}

#[test]
fn hints_come_level_by_level() {
    let student = Student::new();
    let ask = || {
        student
            .run(&["hint", "tcp-basics", "message-cut"])
            .code(0)
            .stdout
    };
    let (first, second, third, again) = (ask(), ask(), ask(), ask());
    assert!(
        first.contains("hint 1 of 3") && !first.contains("hint 2 of 3"),
        "{first}"
    );
    assert!(
        first.contains("TB-3 in docs/src/protocols/tcp-basics.md"),
        "{first}"
    );
    assert!(first.contains("docs/src/lessons/tcp-basics.md#"), "{first}");
    assert!(
        second.contains("hint 2 of 3") && !second.contains("hint 3 of 3"),
        "{second}"
    );
    assert!(
        !second.contains("src/server.rs"),
        "ours is not shown early: {second}"
    );
    assert!(third.contains("hint 3 of 3"), "{third}");
    assert!(third.contains("crates/tcp-basics/src/server.rs"), "{third}");
    assert_eq!(third, again);
    // The lesson may be left out when the check says enough.
    let short = student.run(&["hint", "message-cut"]).code(0).stdout;
    assert_eq!(short, third);
}

#[test]
fn a_hint_without_a_failed_check_says_what_to_do() {
    let ran = Student::new().run(&["hint", "tcp-basics"]).code(2);
    assert!(
        ran.error().contains("none of tcp-basics has failed"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.error().contains("Next: cargo course check"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_hint_or_a_check_without_a_lesson_asks_which() {
    let student = Student::new();
    for args in [&["hint"][..], &["check", "--server", "x"]] {
        let ran = student.run(args).code(2);
        assert!(ran.error().contains("which lesson"), "{}", ran.stderr);
        assert!(
            ran.error().contains("Next: cargo course start tcp-basics"),
            "{}",
            ran.stderr
        );
    }
    // Lessons 1 and 3 both have one, and one lesson only has the other.
    let ran = student.run(&["hint", "loopback-only"]).code(2);
    assert!(
        ran.error().contains("have a check of this name"),
        "{}",
        ran.stderr
    );
    let hint = student.run(&["hint", "never-cut"]).code(0).stdout;
    assert!(
        hint.contains("UB-7 in docs/src/protocols/udp-basics.md"),
        "{hint}"
    );
}

#[test]
fn damaged_progress_is_put_aside_and_work_goes_on() {
    let student = Student::new();
    let home = student.folder().join("home");
    fs::create_dir(&home).unwrap();
    fs::write(home.join("progress.toml"), b"version = 1\n[lessons.\xff").unwrap();
    let ran = student.run(&["hint", "tcp-basics", "message-cut"]).code(0);
    assert!(
        ran.stderr.starts_with("warning: progress starts again"),
        "{}",
        ran.stderr
    );
    assert!(home.join("progress.toml.damaged").is_file());
    let ran = student.run(&["hint", "tcp-basics", "message-cut"]).code(0);
    assert!(ran.stderr.is_empty(), "{}", ran.stderr);
    assert!(ran.stdout.contains("hint 2 of 3"), "{}", ran.stdout);
}

#[test]
fn progress_that_cannot_be_kept_is_a_warning() {
    let student = Student::new();
    let file = student.folder().join("a-file");
    fs::write(&file, "").unwrap();
    let mut command = student.course(&["hint", "tcp-basics", "message-cut"]);
    command.env("COURSE_HOME", file.join("home"));
    let ran = Ran::of(command).code(0);
    assert!(
        ran.stderr.contains("warning: progress is not"),
        "{}",
        ran.stderr
    );
    assert!(ran.stdout.contains("hint 1 of 3"), "{}", ran.stdout);
}

#[test]
fn a_closed_output_ends_quietly() {
    let student = Student::new();
    for args in [&["list"][..], &["doctor"], &["--help"]] {
        let mut command = student.course(args);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let ran = Ran::from(child.wait_with_output().unwrap()).code(0);
        assert!(ran.stderr.is_empty(), "{args:?}: {}", ran.stderr);
    }
}

#[test]
fn a_closed_error_output_is_no_panic() {
    let student = Student::new();
    let mut command = student.course(&["demo", "no-such-lesson"]);
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

#[test]
fn the_doctor_says_what_it_looked_at() {
    let ran = Student::new().run(&["doctor"]).code(0);
    for thing in [
        "rustc",
        "127.0.0.1",
        "::1",
        "port",
        "python3",
        "nc",
        "socat",
        "just",
        "mdbook",
        "OpenSSL",
    ] {
        assert!(ran.stdout.contains(thing), "{thing}: {}", ran.stdout);
    }
    assert!(ran.stdout.contains("Ready for lesson 1"), "{}", ran.stdout);
}
