//! What every lesson has, and how long things may be.

use std::collections::BTreeSet;

use checker::suites;

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

/// What is beside the lesson's own folder, and so is forgotten first: somebody
/// else's programs to talk to, a measurement, and bytes that nobody thought of.
#[test]
fn every_lesson_is_played_measured_and_fuzzed() {
    let mut complaints = Vec::new();
    let (run, built) = (read("scripts/interop/run.py"), read("scripts/interop.sh"));
    let (page, bench) = (
        read("docs/src/bench/index.md"),
        read("scripts/bench/bench.py"),
    );
    let measured = |number: u8| {
        let about = format!("lesson {number}'s ");
        let mut rows = page.lines().filter(|line| line.contains(&about));
        // A row names its benchmark first: | `tcp-echo` | what | beside |
        rows.any(|row| {
            let name = row.strip_prefix("| `").and_then(|row| row.split_once('`'));
            name.is_some_and(|(name, _)| bench.contains(&format!("\"{name}\": ")))
        })
    };
    let fuzzed = fuzz_targets();
    for lesson in suites::all() {
        let (name, module) = (lesson.name, lesson.name.replace('-', "_"));
        let rows = format!("scripts/interop/{module}.py");
        let is_listed = run.contains(&format!("\"{name}\": {module},"));
        if !is_listed || !root().join(&rows).exists() || !read(&rows).contains("    yield ") {
            complaints.push(format!("{name}: no row in {rows}, or not in run.py"));
        }
        if !built.contains(&format!("--package {name}")) {
            complaints.push(format!("{name}: scripts/interop.sh does not build it"));
        }
        if !measured(lesson.number) {
            complaints.push(format!(
                "{name}: no benchmark of \"lesson {}'s\" in docs/src/bench/index.md",
                lesson.number
            ));
        }
        let uses = format!("use {module}::");
        if !fuzzed.iter().any(|target| target.contains(&uses)) {
            complaints.push(format!("{name}: no target in crates/common/fuzz"));
        }
    }
    none(&complaints);
}

/// The fuzz targets that scripts/fuzz.sh runs, each with a good beginning.
fn fuzz_targets() -> Vec<String> {
    let manifest = read("crates/common/fuzz/Cargo.toml");
    let paths = manifest.lines().filter_map(|line| {
        line.strip_prefix("path = \"fuzz_targets/")?
            .strip_suffix(".rs\"")
    });
    paths
        .inspect(|name| {
            let seeds = root().join("crates/common/fuzz/seeds").join(name);
            assert!(seeds.is_dir(), "{} is missing", seeds.display());
        })
        .map(|name| read(&format!("crates/common/fuzz/fuzz_targets/{name}.rs")))
        .collect()
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

/// Most lines of a source; a test may be longer. docs/src/style.md says both this
/// and when to split.
const SOURCE_LINES: usize = 400;

#[test]
fn sources_are_split_before_they_grow_long() {
    let said = format!("a source of more than {SOURCE_LINES} lines fails a test");
    assert!(read("docs/src/style.md").contains(&said), "{said}");
    let long: Vec<String> = sources("crates")
        .into_iter()
        .filter(|path| !path.contains("/tests/"))
        .map(|path| (read(&path).lines().count(), path))
        .filter(|(lines, _)| *lines > SOURCE_LINES)
        .map(|(lines, path)| format!("{path} has {lines} lines"))
        .collect();
    none(&long);
}
