//! The layers of the crate's front page, held against its sources.

use std::{collections::BTreeMap, fs, path::Path};

/// The layer of each module, from the table in `lib.rs`.
fn layers() -> BTreeMap<String, usize> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs"));
    let text = text.expect("the sources are here");
    let rows = text
        .lines()
        .filter(|line| line.starts_with("//! | ") && line.contains("[`"));
    rows.enumerate()
        .flat_map(|(layer, row)| {
            let names = row
                .split("[`")
                .skip(1)
                .filter_map(|part| part.split('`').next());
            names
                .map(move |name| (name.to_owned(), layer))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The files of a module: `NAME.rs` or `NAME/`, tests left out.
fn files(name: &str) -> Vec<String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![source.join(name)];
    found.extend(fs::read_to_string(source.join(format!("{name}.rs"))));
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("tests.rs") {
                found.push(fs::read_to_string(path).expect("UTF-8"));
            }
        }
    }
    found
}

/// Names of modules behind `crate::`, in a path or in braces.
fn used(source: &str) -> Vec<String> {
    // A link in a comment is no use.
    let code: Vec<&str> = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .take_while(|line| *line != "#[cfg(test)]")
        .collect();
    let code = code.join("\n");
    let mut names = Vec::new();
    for part in code.split("crate::").skip(1) {
        let Some(group) = part.strip_prefix('{') else {
            names.extend(word(part));
            continue;
        };
        let mut depth = 0;
        let mut start = true;
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                c if start && c.is_alphabetic() => {
                    names.extend(word(&group[at..]));
                    start = false;
                }
                _ => {}
            }
        }
    }
    names
}

fn word(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    (end > 0).then(|| text[..end].to_owned())
}

#[test]
fn every_module_uses_its_own_layer_and_those_above_it() {
    let layers = layers();
    assert!(
        layers.len() > 12 && layers["exit"] > layers["net"],
        "{layers:?}"
    );
    for (name, layer) in &layers {
        let files = files(name);
        assert!(!files.is_empty(), "{name}");
        for other in files.iter().flat_map(|source| used(source)) {
            let below = layers.get(&other).is_some_and(|other| other > layer);
            assert!(!below, "{name} uses {other}, which is below it");
        }
    }
}
