//! Relative links and their anchors, and the table of contents.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use crate::none;
use crate::pages::{self, Page, without_code};
use crate::quotes::include;

#[test]
fn every_relative_link_leads_somewhere() {
    let book = pages::root().join("docs/src");
    let mut complaints = Vec::new();
    for page in pages::all() {
        for (line, target) in links(&page) {
            if let Err(why) = follow(&page, &target, &book) {
                complaints.push(page.complain(line, format_args!("{target}: {why}")));
            }
        }
    }
    none(&complaints);
}

#[test]
fn every_page_is_in_the_table_of_contents() {
    let summary = Page::read(pages::root().join("docs/src/SUMMARY.md"));
    let folder = summary.path.parent().unwrap();
    let pages = pages::book();
    let mut listed: Vec<PathBuf> = links(&summary)
        .into_iter()
        .map(|(_, target)| folder.join(target))
        .collect();
    // A table that a program wrote may be a part of a page.
    for page in &pages {
        let parts = page.text.lines().filter_map(include);
        listed.extend(parts.map(|(file, _)| normal(&page.path.parent().unwrap().join(file))));
    }
    let forgotten: Vec<String> = pages
        .iter()
        .filter(|page| page.path != summary.path && !listed.contains(&page.path))
        .map(|page| page.complain(1, "SUMMARY.md does not list this page"))
        .collect();
    none(&forgotten);
}

#[test]
fn headings_become_the_anchors_that_mdbook_makes() {
    let text = "# A `read` of 0\n## A `read` of 0\n### 23 and 24: hello!, 你好\n## X {#short}\n";
    let page = Page {
        path: PathBuf::new(),
        name: String::new(),
        text: text.to_owned(),
    };
    let expected = [
        "a-read-of-0",
        "a-read-of-0-1",
        "23-and-24-hello-你好",
        "short",
    ];
    assert_eq!(anchors(&page), expected);
}

fn follow(page: &Page, target: &str, book: &Path) -> Result<(), String> {
    let (file, anchor) = match target.split_once('#') {
        Some((file, anchor)) => (file, Some(anchor)),
        None => (target, None),
    };
    let path = if file.is_empty() {
        page.path.clone()
    } else {
        normal(&page.path.parent().unwrap().join(file))
    };
    if !path.exists() {
        return Err("no such file".to_owned());
    }
    let is_markdown = path.extension().is_some_and(|extension| extension == "md");
    if is_markdown && page.path.starts_with(book) && !path.starts_with(book) {
        return Err("mdBook makes .html of .md, and outside of the book there is none".to_owned());
    }
    if is_markdown && page.path.starts_with(book) && path.ends_with("README.md") {
        return Err(
            "mdBook makes index.html of it, and this link still says README.html".to_owned(),
        );
    }
    match anchor {
        None => Ok(()),
        Some(anchor) if is_markdown => {
            let anchors = anchors(&Page::read(path));
            if anchors.iter().any(|known| known == anchor) {
                Ok(())
            } else {
                Err(format!("no such heading; there are {}", anchors.join(", ")))
            }
        }
        Some(_) => Err("an anchor in a file that is no page".to_owned()),
    }
}

/// The path without `..`, so that paths can be compared.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => _ = out.pop(),
            part => out.push(part),
        }
    }
    out
}

/// Targets of relative links, with their lines.
fn links(page: &Page) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in page.prose() {
        let line = without_code(line);
        for opening in ["](", "href=\"", "src=\""] {
            for rest in line.split(opening).skip(1) {
                let end = rest.find([')', '"', ' ']).unwrap_or(rest.len());
                let target = &rest[..end];
                if !target.contains("://") && !target.starts_with("mailto:") {
                    found.push((number, target.to_owned()));
                }
            }
        }
    }
    found
}

/// What the headings of a page can be linked by: as mdBook and GitHub make it.
pub(crate) fn anchors(page: &Page) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut anchors = Vec::new();
    for (_, line) in page.prose() {
        let Some(title) = line.trim_start_matches('#').strip_prefix(' ') else {
            continue;
        };
        if !line.starts_with('#') {
            continue;
        }
        if let Some((_, id)) = title.split_once("{#") {
            anchors.push(id.trim_end_matches([' ', '}']).to_owned());
            continue;
        }
        let slug: String = title
            .trim()
            .chars()
            .filter_map(|c| match c {
                c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
                c if c.is_whitespace() => Some('-'),
                _ => None,
            })
            .flat_map(char::to_lowercase)
            .collect();
        let count = seen.entry(slug.clone()).or_default();
        anchors.push(match *count {
            0 => slug,
            again => format!("{slug}-{again}"),
        });
        *count += 1;
    }
    anchors
}
