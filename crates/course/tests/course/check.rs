//! From the starter to a verdict, with a wrong program and a right one.

use std::fs;

use crate::student::Student;

#[test]
fn there_is_nothing_to_check_before_the_start() {
    let student = Student::new();
    // A folder of somebody who has really started must not be looked at.
    let home = student.folder().join("home");
    fs::create_dir(&home).unwrap();
    let progress = "version = 1\n[lessons.tcp-basics]\nfolder = \"no/such/folder\"\n";
    fs::write(home.join("progress.toml"), progress).unwrap();
    let ran = student.run(&["check"]).code(2);
    assert!(
        ran.error().contains("cargo course start tcp-basics"),
        "{}",
        ran.stderr
    );
}

/// One test and not several: building takes longest.
#[test]
fn a_starter_is_copied_built_judged_and_never_overwritten() {
    let student = Student::new();
    let folder = student.folder().join("my own");
    let to = folder.to_str().unwrap();
    let started = student.run(&["start", "tcp-basics", "--to", to]).code(0);
    assert!(
        started.stdout.contains("cargo course check"),
        "{}",
        started.stdout
    );
    for file in [
        "Cargo.toml",
        "src/server.rs",
        "src/client.rs",
        "src/protocol.rs",
    ] {
        assert!(folder.join(file).is_file(), "{file}");
    }
    let again = student.run(&["start", "tcp-basics", "--to", to]).code(1);
    assert!(
        again.error().contains("there is work in it already"),
        "{}",
        again.stderr
    );

    // It compiles, and it is not yet right.
    let judged = student.run(&["check", "--seed", "7"]).code(1);
    assert!(
        judged.stdout.contains("answers-a-message"),
        "{}",
        judged.stdout
    );
    assert!(judged.stdout.contains("--seed 7"), "{}", judged.stdout);
    assert!(
        judged.stdout.contains("cargo course hint"),
        "{}",
        judged.stdout
    );
    assert!(!judged.stdout.contains('\x1b'), "{}", judged.stdout);
    assert!(judged.stderr.contains("judging "), "{}", judged.stderr);
    // One thing at a time: the client, which is not right either, waits.
    assert!(
        !judged.stdout.contains("sends-lines")
            && judged
                .stdout
                .contains("The client is judged when this passes"),
        "{}",
        judged.stdout
    );
    let client = student
        .run(&["check", "--role", "client", "--dir", to])
        .code(1);
    assert!(
        client.stdout.contains("sends-lines") && !client.stdout.contains("answers-a-message"),
        "{}",
        client.stdout
    );
    assert!(client.stdout.contains("--dir '"), "{}", client.stdout);
    student.run(&["check", "--role", "server"]).code(1);

    // Somebody else's program is nobody's progress.
    let command = format!("\"{}\" list", env!("CARGO_BIN_EXE_course"));
    let other = student.run(&["check", "--client", &command]).code(1);
    assert!(
        other.stdout.contains("hint tcp-basics sends-lines")
            && other.stdout.contains("Not counted as your progress"),
        "{}",
        other.stdout
    );

    // What failed is known afterwards.
    let hint = student.run(&["hint"]).code(0);
    assert!(
        hint.stdout.starts_with("answers-a-message (server, TB-1)"),
        "{}",
        hint.stdout
    );

    fs::write(
        folder.join("src/server.rs"),
        "fn main() { this is no Rust }",
    )
    .unwrap();
    let broken = student.run(&["check"]).code(1);
    assert!(
        broken.error().contains("does not build"),
        "{}",
        broken.stderr
    );
    assert!(
        broken.stderr.contains("src/server.rs:1"),
        "cargo's words: {}",
        broken.stderr
    );
    assert!(broken.stdout.is_empty(), "{}", broken.stdout);
    let json = student.run(&["check", "--report", "json"]).code(1);
    let report: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(report[0]["verdict"], "failed", "{report}");
    assert!(report.to_string().contains("does not build"), "{report}");
    let junit = student.run(&["check", "--report", "junit"]).code(1);
    assert!(junit.stdout.contains("does not build"), "{}", junit.stdout);

    // A second start says which of the two is judged now.
    let second = student.folder().join("second");
    let started = student.run(&["start", "tcp-basics", "--to", second.to_str().unwrap()]);
    assert!(
        started
            .code(0)
            .stdout
            .contains(&format!("`--dir {to}` the one before")),
        "{to}"
    );

    // What was built for one is not taken for the other, although its files are older.
    let judged = student.run(&["check"]).code(1);
    assert!(
        judged.stdout.contains("answers-a-message"),
        "{}",
        judged.stdout
    );
    let broken = student.run(&["check", "--dir", to]).code(1);
    assert!(
        broken.error().contains("does not build"),
        "{}",
        broken.stderr
    );

    fs::write(folder.join("Cargo.toml"), "[package").unwrap();
    let broken = student.run(&["check", "--dir", to]).code(1);
    assert!(
        broken.error().contains("does not build"),
        "{}",
        broken.stderr
    );
}

#[test]
fn the_reference_passes_and_leaves_the_students_progress_alone() {
    let student = Student::new();
    let ran = student.run(&["check", "tcp-basics", "--reference"]).code(0);
    assert!(
        ran.stdout.contains("tcp-basics server: passed"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("tcp-basics client: passed"),
        "{}",
        ran.stdout
    );
    assert!(!student.folder().join("home").exists());
}

#[test]
fn a_program_that_ends_at_once_fails_with_its_cause() {
    let student = Student::new();
    // Ourselves: a program that is there on every system and listens nowhere.
    let command = format!("\"{}\" list", env!("CARGO_BIN_EXE_course"));
    let only = ["--only", "answers-a-message"];
    let args = ["check", "tcp-basics", "--server", &command];
    let ran = student.run(&[&args[..], &only].concat()).code(1);
    assert!(ran.stdout.contains("exited-early"), "{}", ran.stdout);

    let json = student
        .run(&[&args[..], &only, &["--report", "json"]].concat())
        .code(1);
    let report: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert!(report.to_string().contains("exited-early"), "{report}");

    let junit = student
        .run(&[&args[..], &only, &["--report", "junit"]].concat())
        .code(1);
    assert!(junit.stdout.contains("<testsuites"), "{}", junit.stdout);
    assert!(
        junit.stdout.trim_end().ends_with("</testsuites>"),
        "{}",
        junit.stdout
    );

    // A check of the other role needs the other program.
    let args = [
        "check",
        "tcp-basics",
        "--client",
        &command,
        "--only",
        "message-cut",
    ];
    let ran = student.run(&args).code(2);
    assert!(ran.error().contains("give --server CMD"), "{}", ran.stderr);
}

#[test]
fn a_check_that_both_roles_have_is_made_for_the_one_that_is_given() {
    let command = format!("\"{}\" list", env!("CARGO_BIN_EXE_course"));
    let args = ["check", "udp-chat", "--only", "survives", "--client"];
    let ran = Student::new().run(&[&args[..], &[&command]].concat());
    let ran = ran.code(1);
    assert!(ran.stdout.contains("UC-38"), "{}", ran.stdout);
}

#[test]
fn a_command_that_is_not_there_is_named() {
    let student = Student::new();
    let ran = student.run(&[
        "check",
        "tcp-basics",
        "--server",
        "no-such-program-here {port}",
    ]);
    assert_ne!(ran.code, Some(0));
    assert!(
        format!("{}{}", ran.stdout, ran.stderr).contains("no-such-program-here"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_check_when_nothing_can_be_left_behind() {
    use std::process::Command;

    use checker::program::{SOON, Signal};

    let student = Student::new();
    let fifo = student.folder().join("started");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    let server = format!("sh -c 'echo > \"{}\"; sleep 1'", fifo.display());
    let mut check = student.start(&["check", "tcp-basics", "--server", &server]);
    // Opening waits until the program under check does the same: from then on it
    // runs. In a thread, since it never may.
    let (opened, wait) = std::sync::mpsc::channel();
    std::thread::spawn(move || opened.send(fs::read(&fifo)));
    wait.recv_timeout(SOON).unwrap().unwrap();
    check.signal(Signal::Interrupt);
    assert_eq!(check.wait(), 130);
    let (stdout, stderr) = (check.stdout(), check.stderr());
    assert!(stderr.contains("stopping after this check"), "{stderr}");
    // What was judged until then is told.
    assert!(
        stdout.contains("exited-early") && stdout.contains("Stopped by Ctrl-C"),
        "{stdout}"
    );
}
