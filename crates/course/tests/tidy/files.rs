//! What every lesson has, and how long things may be.

use std::collections::BTreeSet;

use crate::{lessons, none, read, root, sources};

/// The same names in every lesson: know one room, know them all.
const ROOM: [&str; 12] = [
    "Cargo.toml",
    "README.md",
    "demo.toml",
    "src/lib.rs",
    "src/client.rs",
    "src/server.rs",
    "src/bin/LESSON-server.rs",
    "src/bin/LESSON-client.rs",
    "starter/Cargo.toml",
    "tests/protocol.rs",
    "tests/pair.rs",
    "tests/conformance.rs",
];

/// Most lines of protocol, client and server together: what a student reads
/// first must stay readable.
const CORE_LINES: usize = 600;

#[test]
fn every_lesson_has_the_same_files() {
    let mut complaints = Vec::new();
    for lesson in lessons() {
        let room = root().join("crates").join(&lesson);
        for file in ROOM {
            let file = file.replace("LESSON", &lesson);
            if !room.join(&file).exists() {
                complaints.push(format!("crates/{lesson}/{file} is missing"));
            }
        }
        if !room.join("src/protocol.rs").exists() && !room.join("src/protocol/mod.rs").exists() {
            complaints.push(format!("crates/{lesson}/src/protocol.rs is missing"));
        }
    }
    none(&complaints);
}

#[test]
fn the_core_of_a_lesson_stays_small() {
    for lesson in lessons() {
        let core = sources(&format!("crates/{lesson}/src"));
        let lines: usize = core
            .iter()
            .filter(|path| {
                ["/src/protocol", "/src/client", "/src/server"]
                    .iter()
                    .any(|part| path.contains(part))
            })
            .map(|path| {
                read(path)
                    .lines()
                    .filter(|line| !line.contains("// ANCHOR"))
                    .count()
            })
            .sum();
        assert!(
            lines > 0 && lines <= CORE_LINES,
            "{lesson}: {lines} lines, {CORE_LINES} allowed"
        );
    }
}

#[test]
fn the_top_holds_what_it_should() {
    let known = BTreeSet::from([
        "CONTRIBUTING.md",
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "clippy.toml",
        "crates",
        "docs",
        "justfile",
        "rustfmt.toml",
        "scripts",
    ]);
    // What git keeps: a student's own programs may lie beside it.
    let stray: BTreeSet<String> = tracked()
        .into_iter()
        .map(|path| path.split('/').next().unwrap_or_default().to_owned())
        .filter(|name| !name.starts_with('.') && !known.contains(name.as_str()))
        .collect();
    none(&stray.into_iter().collect::<Vec<_>>());
}

/// The files that git keeps; none in a copy without it.
fn tracked() -> Vec<String> {
    let listed = std::process::Command::new("git")
        .args(["ls-files"])
        .current_dir(root())
        .output();
    match listed {
        Ok(done) if done.status.success() => String::from_utf8_lossy(&done.stdout)
            .lines()
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

#[test]
fn sources_are_split_before_they_grow_long() {
    let long: Vec<String> = sources("crates")
        .into_iter()
        .filter(|path| !path.contains("/tests/"))
        .map(|path| (read(&path).lines().count(), path))
        .filter(|(lines, _)| *lines > 400)
        .map(|(lines, path)| format!("{path} has {lines} lines"))
        .collect();
    none(&long);
}
