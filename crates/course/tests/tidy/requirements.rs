//! Requirements, checks, hints, starters and chapters agree.

use std::collections::{BTreeMap, BTreeSet};

use checker::{Lesson, Level, suites};

use crate::{lessons, none, read, sources};

/// The requirements of a protocol page: `- **TB-1** …`, with their level.
fn requirements(lesson: &Lesson) -> BTreeMap<String, Level> {
    let mut level = None;
    let mut found = BTreeMap::new();
    for line in read(lesson.protocol).lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            level = match heading.rsplit_once(": ") {
                Some((_, "core")) => Some(Level::Core),
                Some((_, "more")) => Some(Level::More),
                _ => None,
            };
        } else if let Some((id, _)) = line
            .strip_prefix("- **")
            .and_then(|rest| rest.split_once("**"))
        {
            let level = level.unwrap_or_else(|| panic!("{id} stands under no level"));
            assert!(
                found.insert(id.to_owned(), level).is_none(),
                "{id} is there twice"
            );
        }
    }
    assert!(!found.is_empty(), "{} has no requirements", lesson.protocol);
    found
}

/// Every `TB-n` in a text.
fn named(text: &str, lesson: &Lesson) -> BTreeSet<String> {
    let prefix = lesson.checks[0]
        .requirement
        .split_once('-')
        .expect("as in TB-1")
        .0;
    let prefix = format!("{prefix}-");
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices(&prefix) {
        let digits: String = text[at + prefix.len()..]
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        if !digits.is_empty() {
            found.insert(format!("{prefix}{digits}"));
        }
    }
    found
}

#[test]
fn every_lesson_has_a_suite_and_every_suite_a_lesson() {
    let suites: BTreeSet<String> = suites::all().iter().map(|l| l.name.to_owned()).collect();
    assert_eq!(suites, lessons().into_iter().collect());
}

#[test]
fn every_requirement_has_a_check_of_its_level_and_every_check_a_requirement() {
    let mut complaints = Vec::new();
    for lesson in suites::all() {
        let requirements = requirements(lesson);
        let mut checked: BTreeMap<&str, bool> = BTreeMap::new();
        for check in lesson.checks {
            let Some(&level) = requirements.get(check.requirement) else {
                complaints.push(format!(
                    "{}: no requirement {}",
                    check.name, check.requirement
                ));
                continue;
            };
            *checked.entry(check.requirement).or_default() |=
                check.level.is_core() == level.is_core();
            if check.level.is_core() && !level.is_core() {
                complaints.push(format!(
                    "{} is core, {} is not",
                    check.name, check.requirement
                ));
            }
        }
        for id in requirements.keys() {
            if checked.get(id.as_str()) != Some(&true) {
                complaints.push(format!("{id} has no check of its level"));
            }
        }
    }
    none(&complaints);
}

#[test]
fn every_check_has_three_hints_that_differ() {
    let mut complaints = Vec::new();
    for lesson in suites::all() {
        for check in lesson.checks {
            let [first, second, third] = check.hints;
            let distinct = BTreeSet::from([first, second, third]).len() == 3;
            if !distinct || [first, second, third].iter().any(|hint| hint.len() < 20) {
                complaints.push(format!("{}: {:?}", check.name, check.hints));
            }
        }
    }
    none(&complaints);
}

#[test]
fn core_checks_are_at_most_twelve_for_each_role() {
    for lesson in suites::all() {
        for role in [checker::Role::Server, checker::Role::Client] {
            let core = lesson
                .checks
                .iter()
                .filter(|check| check.role == role && check.level == Level::Core)
                .count();
            assert!((1..=12).contains(&core), "{} {role}: {core}", lesson.name);
        }
    }
}

#[test]
fn the_starter_names_what_has_to_be_written() {
    let mut complaints = Vec::new();
    for lesson in suites::all() {
        let starter: String = sources(&format!("crates/{}/starter", lesson.name))
            .iter()
            .map(|path| read(path))
            .collect();
        let named = named(&starter, lesson);
        let requirements = requirements(lesson);
        for (id, _) in requirements
            .iter()
            .filter(|(_, level)| **level == Level::Core)
        {
            if !named.contains(id) {
                complaints.push(format!("{}: the starter does not name {id}", lesson.name));
            }
        }
        complaints.extend(
            named
                .iter()
                .filter(|id| !requirements.contains_key(*id))
                .map(|id| {
                    format!(
                        "{}: the starter names {id}, which does not exist",
                        lesson.name
                    )
                }),
        );
        let in_reading_order: String = ["protocol", "server", "client"]
            .map(|file| read(&format!("crates/{}/starter/src/{file}.rs", lesson.name)))
            .concat();
        let holes: Vec<usize> = in_reading_order
            .match_indices("HOLE ")
            .filter_map(|(at, _)| {
                in_reading_order[at + 5..]
                    .split(|c: char| !c.is_ascii_digit())
                    .next()?
                    .parse()
                    .ok()
            })
            .collect();
        assert!(
            holes.iter().copied().eq(1..=holes.len()),
            "{}: as they are read, the holes are {holes:?}",
            lesson.name
        );
    }
    none(&complaints);
}

#[test]
fn the_chapter_names_every_requirement_and_every_check() {
    let mut complaints = Vec::new();
    for lesson in suites::all() {
        let chapter = read(lesson.chapter);
        let named = named(&chapter, lesson);
        for id in requirements(lesson)
            .keys()
            .filter(|id| !named.contains(*id))
        {
            complaints.push(format!("{} does not name {id}", lesson.chapter));
        }
        for check in lesson.checks {
            if check.level == Level::Core && !chapter.contains(&format!("`{}`", check.name)) {
                complaints.push(format!("{} does not name {}", lesson.chapter, check.name));
            }
        }
    }
    none(&complaints);
}
