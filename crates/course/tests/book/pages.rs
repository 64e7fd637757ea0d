//! The pages that users read, cut into fenced blocks and the prose between them.

use std::fs;
use std::path::{Path, PathBuf};

/// One Markdown file.
pub(crate) struct Page {
    pub(crate) path: PathBuf,
    /// The path for people, from the repository's root, with `/`.
    pub(crate) name: String,
    pub(crate) text: String,
}

/// A fenced block: what stands behind the fence, and the lines inside.
pub(crate) struct Block<'a> {
    pub(crate) info: &'a str,
    /// The lines with their numbers in the file, from 1.
    pub(crate) lines: Vec<(usize, &'a str)>,
}

/// The repository.
pub(crate) fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap().parent().unwrap().to_owned()
}

/// The README, the book, and the card of every crate.
pub(crate) fn all() -> Vec<Page> {
    let root = root();
    let mut paths = markdown(&root.join("docs/src"));
    for file in ["README.md", "CONTRIBUTING.md"] {
        paths.push(root.join(file));
    }
    for entry in fs::read_dir(root.join("crates")).unwrap() {
        paths.push(entry.unwrap().path().join("README.md"));
    }
    paths.retain(|path| path.is_file());
    paths.sort();
    let pages: Vec<Page> = paths.into_iter().map(Page::read).collect();
    assert!(pages.len() > 10, "the pages are not where this test looks");
    pages
}

/// The book's pages only.
pub(crate) fn book() -> Vec<Page> {
    let folder = root().join("docs/src");
    let pages = all().into_iter();
    pages
        .filter(|page| page.path.starts_with(&folder))
        .collect()
}

fn markdown(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(markdown(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found
}

impl Page {
    pub(crate) fn read(path: PathBuf) -> Page {
        let name = path.strip_prefix(root()).unwrap();
        let parts: Vec<_> = name.iter().map(|part| part.to_str().unwrap()).collect();
        Page {
            name: parts.join("/"),
            // Windows clones may have CR LF.
            text: fs::read_to_string(&path).unwrap().replace("\r\n", "\n"),
            path,
        }
    }

    /// A complaint about a line.
    pub(crate) fn complain(&self, line: usize, what: impl std::fmt::Display) -> String {
        format!("{}:{line}: {what}", self.name)
    }

    /// The fenced blocks.
    pub(crate) fn blocks(&self) -> Vec<Block<'_>> {
        self.cut().0
    }

    /// The lines outside of fenced blocks, with their numbers from 1.
    pub(crate) fn prose(&self) -> Vec<(usize, &str)> {
        self.cut().1
    }

    fn cut(&self) -> (Vec<Block<'_>>, Vec<(usize, &str)>) {
        let mut blocks: Vec<Block<'_>> = Vec::new();
        let mut prose = Vec::new();
        let mut inside = false;
        for (line, number) in self.text.lines().zip(1..) {
            match (line.trim_start().strip_prefix("```"), inside) {
                (Some(info), false) => {
                    blocks.push(Block {
                        info: info.trim(),
                        lines: Vec::new(),
                    });
                    inside = true;
                }
                (Some(_), true) => inside = false,
                (None, true) => blocks.last_mut().unwrap().lines.push((number, line)),
                (None, false) => prose.push((number, line)),
            }
        }
        assert!(!inside, "{}: a fence is not closed", self.name);
        (blocks, prose)
    }
}

impl Block<'_> {
    /// Whether the block is in this language, as in `rust,ignore`.
    pub(crate) fn is(&self, language: &str) -> bool {
        self.info.split(',').next() == Some(language)
    }

    /// The name and text of a Python program: its first line is `# NAME.py`.
    pub(crate) fn program(&self) -> Option<(&str, String)> {
        let (_, first) = self.lines.first()?;
        let name = first.strip_prefix("# ")?;
        if !self.is("python") || !name.ends_with(".py") || name.contains([' ', '/', '\\']) {
            return None;
        }
        let lines: Vec<_> = self.lines.iter().map(|(_, line)| *line).collect();
        Some((name, lines.join("\n") + "\n"))
    }
}

/// `line` without its `code`, which is no Markdown.
pub(crate) fn without_code(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once('`') {
        out.push_str(before);
        match behind.split_once('`') {
            Some((_, after)) => rest = after,
            None => return out + behind,
        }
    }
    out + rest
}
