//! The house, held to its own rules: what depends on what, what every lesson
//! has, and that requirements, checks, hints, starters and chapters agree.
//!
//! A lesson is a crate with a `demo.toml`. To a new one these tests say what it
//! still lacks.

mod dependencies;
mod files;
mod requirements;

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The top of the workspace.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .nth(2)
        .expect("crates/course is two below")
        .to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Names of the crates, and of those the lessons.
fn crates() -> Vec<String> {
    let folder = root().join("crates");
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("the folder of crates")
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.path().join("Cargo.toml").exists())
        .map(|entry| entry.file_name().into_string().expect("a plain name"))
        .collect();
    names.sort();
    names
}

fn lessons() -> Vec<String> {
    let mut names = crates();
    names.retain(|name| root().join("crates").join(name).join("demo.toml").exists());
    assert!(!names.is_empty(), "a course without a lesson");
    names
}

/// Every Rust file below a folder, by its path from the top.
fn sources(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap_or_else(|error| panic!("{next:?}: {error}")) {
            let path = entry.expect("an entry").path();
            if path.is_dir() && path.file_name().is_none_or(|name| name != "target") {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let path = path.strip_prefix(root()).expect("below the top");
                found.push(path.to_str().expect("a plain name").replace('\\', "/"));
            }
        }
    }
    found.sort();
    found
}

/// Fails with one line per complaint.
#[track_caller]
fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}
