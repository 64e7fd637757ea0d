//! Every scene of every lesson, played: what a scene promises must appear.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use crate::student::Student;

/// The lessons that have scenes.
fn lessons() -> Vec<String> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut lessons: Vec<String> = fs::read_dir(crates)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|folder: &PathBuf| folder.join("demo.toml").is_file())
        .map(|folder| folder.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    lessons.sort();
    lessons
}

#[test]
fn every_scene_shows_what_it_promises() {
    let lessons = lessons();
    assert!(!lessons.is_empty());
    // A demo waits most of the time, so all are played at once.
    thread::scope(|scope| {
        for lesson in &lessons {
            scope.spawn(|| shows_what_it_promises(lesson));
        }
    });
}

fn shows_what_it_promises(lesson: &str) {
    // The command itself fails with the scene and the step when something does not appear.
    let ran = Student::new().run(&["demo", lesson]).code(0);
    assert!(!ran.stdout.contains('\x1b'), "{}", ran.stdout);
    let scenes = ran.stdout.lines().filter(|line| line.starts_with("Scene "));
    assert!(scenes.count() >= 3, "{}", ran.stdout);
    // A client is A, or Ada where names are a part of the lesson.
    for (start, text) in [
        ("server  | listening on ", ""),
        ("wire    | A", " → server "),
        ("client A", "| > "),
    ] {
        let mut lines = ran.stdout.lines();
        let found = lines.any(|line| line.starts_with(start) && line.contains(text));
        assert!(found, "{start}…{text}: {}", ran.stdout);
    }
}

/// The scene tells of what waits while another's comes, so it must wait.
#[test]
fn half_of_one_name_arrives_before_another_is_sent() {
    let scene = ["demo", "tcp-threaded", "--scene", "5"];
    let ran = Student::new().run(&scene).code(0);
    let [half, whole] = ["A → server 3 ", "B → server 3 "].map(|text| ran.stdout.find(text));
    assert!(half.is_some() && half < whole, "{}", ran.stdout);
}

#[test]
fn in_steps_each_action_waits_for_enter_and_time_limits_are_off() {
    let student = Student::new();
    // The end of the input counts as Enter for all that follows.
    let ran = student
        .run(&["demo", "tcp-basics", "--scene", "1", "--step"])
        .code(0);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    let at = |text: &str| lines.iter().position(|line| line.contains(text)).unwrap();
    assert!(
        at("[Enter] start client A") < at("client A| $"),
        "{}",
        ran.stdout
    );
    assert!(
        at("[Enter] type 'hello'") < at("client A| > hello"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("--timeout 0 --idle-timeout 0"),
        "{}",
        ran.stdout
    );
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_demo_and_its_programs() {
    use std::net::TcpStream;

    use checker::program::Signal;

    let student = Student::new();
    let mut demo = student.start(&["demo", "tcp-basics", "--scene", "1", "--step"]);
    // The server's own line, behind its name.
    demo.expect_line(|line| line.contains("listening on "));
    let printed = demo.printed();
    let server = printed
        .lines()
        .find_map(|line| Some(line.split_once("listening on ")?.1))
        .unwrap();
    demo.signal(Signal::Interrupt);
    assert_eq!(demo.wait(), 130);
    assert!(
        TcpStream::connect(server).is_err(),
        "a server is left at {server}"
    );
}
