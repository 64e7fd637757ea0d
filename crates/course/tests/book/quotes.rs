//! Code that pages include from the sources.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::none;
use crate::pages;

#[test]
fn every_quoted_piece_of_source_exists() {
    let mut complaints = Vec::new();
    let mut unused = anchors_in_sources();
    let mut quotes = 0;
    for page in pages::book() {
        for (line, number) in page.text.lines().zip(1..) {
            let Some((file, anchor)) = include(line) else {
                continue;
            };
            quotes += 1;
            let path = page.path.parent().unwrap().join(file);
            let Ok(source) = fs::read_to_string(&path) else {
                complaints.push(page.complain(number, format_args!("no file {file}")));
                continue;
            };
            let Some(anchor) = anchor else { continue };
            for (mark, what) in [("ANCHOR: ", "begin"), ("ANCHOR_END: ", "end")] {
                let mark = format!("{mark}{anchor}");
                if source.lines().filter(|line| line.ends_with(&mark)).count() != 1 {
                    let what = format_args!("{file} has not one {what} of {anchor}");
                    complaints.push(page.complain(number, what));
                }
            }
            unused.remove(&(path.canonicalize().unwrap(), anchor.to_owned()));
        }
    }
    assert!(
        quotes > 0,
        "includes are not written as this test reads them"
    );
    for ((path, anchor), line) in unused {
        complaints.push(format!(
            "{}:{line}: no page quotes {anchor}",
            path.display()
        ));
    }
    none(&complaints);
}

/// The file and the anchor of `{{#include FILE:ANCHOR}}` alone on its line.
pub(crate) fn include(line: &str) -> Option<(&str, Option<&str>)> {
    let inside = line.trim().strip_prefix("{{#")?.strip_suffix("}}")?;
    let (_, target) = inside.split_once(' ')?;
    Some(match target.trim().split_once(':') {
        Some((file, anchor)) => (file, Some(anchor)),
        None => (target.trim(), None),
    })
}

fn anchors_in_sources() -> BTreeMap<(PathBuf, String), usize> {
    let mut found = BTreeMap::new();
    let mut folders = vec![pages::root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            // A fuzz crate has a target folder of its own.
            if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.extend(anchors_in(&path));
            }
        }
    }
    found
}

fn anchors_in(path: &Path) -> Vec<((PathBuf, String), usize)> {
    let source = fs::read_to_string(path).unwrap();
    let path = path.canonicalize().unwrap();
    source
        .lines()
        .zip(1..)
        .filter_map(|(line, number)| {
            let anchor = line.trim().strip_prefix("// ANCHOR: ")?;
            Some(((path.clone(), anchor.to_owned()), number))
        })
        .collect()
}
