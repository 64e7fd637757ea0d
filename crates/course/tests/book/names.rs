//! Names that pages use: scenes, and what belongs to a check.

use std::collections::BTreeMap;
use std::fs;

use checker::suites;
use serde::Deserialize;

use crate::links::anchors;
use crate::none;
use crate::pages::{self, Page};

#[derive(Deserialize)]
struct Scenes {
    scene: Vec<Scene>,
}

#[derive(Deserialize)]
struct Scene {
    title: String,
}

#[test]
fn scenes_are_named_by_their_number_and_title() {
    let scenes: BTreeMap<&str, Vec<String>> = suites::all()
        .iter()
        .map(|lesson| (lesson.name, titles(lesson.name)))
        .collect();
    let mut complaints = Vec::new();
    let mut named = 0;
    for page in pages::all() {
        for (line, number) in page.text.lines().zip(1..) {
            for (scene, title) in named_scenes(line) {
                named += 1;
                let right = |titles: &Vec<String>| {
                    let named = scene.checked_sub(1).and_then(|index| titles.get(index));
                    named.is_some_and(|real| real.starts_with(title))
                };
                if !scenes.values().any(right) {
                    let what = format_args!("no lesson has a scene {scene} ({title}…)");
                    complaints.push(page.complain(number, what));
                }
            }
            for (lesson, scene) in demo_commands(line) {
                named += 1;
                let count = scenes.get(lesson).map_or(0, Vec::len);
                if scene == 0 || scene > count {
                    let what = format_args!("{lesson} has {count} scenes, not {scene}");
                    complaints.push(page.complain(number, what));
                }
            }
        }
    }
    assert!(named > 0, "scenes are not named as this test reads them");
    none(&complaints);
}

#[test]
fn a_chapter_has_the_sections_and_requirements_that_checks_name() {
    let root = pages::root();
    let mut complaints = Vec::new();
    for lesson in suites::all() {
        let chapter = Page::read(root.join(lesson.chapter));
        let anchors = anchors(&chapter);
        for check in lesson.checks {
            if !anchors.iter().any(|anchor| anchor == check.section) {
                let what = format_args!("{} sends its reader to #{}", check.name, check.section);
                complaints.push(chapter.complain(1, what));
            }
        }
        // Where a check stands with a requirement, it is the right one.
        for (line, number) in chapter.text.lines().zip(1..) {
            for check in lesson.checks {
                let Some((_, behind)) = line.split_once(&format!("`{}` (", check.name)) else {
                    continue;
                };
                if !behind.starts_with(&format!("{})", check.requirement)) {
                    let what = format_args!("{} proves {}", check.name, check.requirement);
                    complaints.push(chapter.complain(number, what));
                }
            }
        }
    }
    none(&complaints);
}

fn titles(lesson: &str) -> Vec<String> {
    let path = pages::root().join("crates").join(lesson).join("demo.toml");
    let scenes: Scenes = toml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    scenes.scene.into_iter().map(|scene| scene.title).collect()
}

/// `scene 4 (The cure)`: the number and what stands in brackets.
fn named_scenes(line: &str) -> Vec<(usize, &str)> {
    // Without the first letter: a sentence may begin with it.
    line.split("cene ")
        .skip(1)
        .filter_map(|rest| {
            let (number, rest) = number(rest)?;
            let (title, _) = rest.strip_prefix(" (")?.split_once(')')?;
            Some((number, title))
        })
        .collect()
}

/// `demo tcp-basics --scene 4`: the lesson and the number.
fn demo_commands(line: &str) -> Vec<(&str, usize)> {
    line.split("demo ")
        .skip(1)
        .filter_map(|rest| {
            let (lesson, rest) = rest.split_once(" --scene ")?;
            Some((lesson, number(rest)?.0))
        })
        .collect()
}

/// The number at the beginning, and what follows it.
fn number(text: &str) -> Option<(usize, &str)> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    Some((text[..text.len() - rest.len()].parse().ok()?, rest))
}
