//! The programs of the exercise, judged: the first try fails as the page says, the last one passes.

use std::fs;
use std::process::Command;
use std::thread;

use checker::{Lesson, suites};

use crate::pages::{self, Page};
use crate::play::is_installed;

#[test]
fn the_first_try_fails_and_the_last_one_passes() {
    if !is_installed("python3") {
        eprintln!("skipped: no python3 here");
        return;
    }
    thread::scope(|scope| {
        for lesson in suites::all() {
            scope.spawn(|| first_fails_and_last_passes(lesson));
        }
    });
}

fn first_fails_and_last_passes(lesson: &Lesson) {
    let chapter = Page::read(pages::root().join(lesson.chapter));
    let blocks = chapter.blocks();
    // The card stands in the chapter; random words and times in it differ.
    let typed = format!("$ cargo course check {} --server 'python3 ", lesson.name);
    let card = blocks.iter().find_map(|block| {
        let (_, line) = block.lines.first().filter(|_| block.is("console"))?;
        Some((block, line.strip_prefix(&typed)?.split_once(' ')?.0))
    });
    let (card, file) = card.expect("the card of the first try");
    let tries: Vec<String> = blocks
        .iter()
        .filter_map(|block| block.program())
        .filter_map(|(name, text)| (name == file).then_some(text))
        .collect();
    let [first, .., last] = &tries[..] else {
        panic!("{}: one {file} to fail and one to pass", chapter.name);
    };
    let (code, report) = judge(lesson.name, file, last);
    assert_eq!(code, Some(0), "{}: {report:#}", chapter.name);
    let (code, report) = judge(lesson.name, file, first);
    assert_eq!(code, Some(1), "{}: {report:#}", chapter.name);
    let checks = report[0]["checks"].as_array().unwrap();
    let failed = checks.iter().find(|check| check["outcome"] == "failed");
    let failed = failed.unwrap();
    let headline = format!(
        "✗ {} ({}): {}",
        failed["check"].as_str().unwrap(),
        failed["requirement"].as_str().unwrap(),
        failed["summary"].as_str().unwrap(),
    );
    let cause = format!("({})", failed["card"]["cause"].as_str().unwrap());
    for wanted in [headline, cause] {
        assert!(
            card.lines.iter().any(|(_, line)| line.contains(&wanted)),
            "{}: the card no longer says {wanted}",
            chapter.name
        );
    }
}

fn judge(lesson: &str, file: &str, program: &str) -> (Option<i32>, serde_json::Value) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(file), program).unwrap();
    let command = format!("python3 {file} {{port}}");
    let output = Command::new(env!("CARGO_BIN_EXE_course"))
        .args(["check", lesson, "--server", &command])
        .args(["--report", "json"])
        .env("COURSE_HOME", folder.path().join("home"))
        .current_dir(folder.path())
        .output()
        .unwrap();
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{error}: {}", String::from_utf8_lossy(&output.stderr));
    });
    (output.status.code(), report)
}
