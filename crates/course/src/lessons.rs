//! Finding lessons and checks by the names people type.

use checker::{Check, Lesson, suites};

use crate::error::{Error, Result};
use crate::progress::Progress;

/// As many names as an error message lists.
const FEW: usize = 8;

/// The lesson with this name.
///
/// # Errors
///
/// When there is none, with the names there are.
pub(crate) fn named(name: &str) -> Result<&'static Lesson> {
    suites::find(name).ok_or_else(|| {
        let names: Vec<&str> = suites::all().iter().map(|lesson| lesson.name).collect();
        Error::usage(format!("lesson '{name}'"), unknown(name, &names))
            .next("`cargo course list` shows them all")
    })
}

/// The lesson with this name, or the one the student is working on, or the only one.
///
/// # Errors
///
/// When the name is unknown, or none is given and there is more than one to choose from.
pub(crate) fn named_or_current(name: Option<&str>, progress: &Progress) -> Result<&'static Lesson> {
    if let Some(name) = name {
        return named(name);
    }
    if let Some(lesson) = progress.current().and_then(suites::find) {
        return Ok(lesson);
    }
    match suites::all() {
        [only] => Ok(only),
        _ => Err(
            Error::usage("which lesson", "none is named and none was started").next(format!(
                "cargo course start {}; `cargo course list` shows all",
                suites::all()[0].name
            )),
        ),
    }
}

/// The check of a lesson with this name.
///
/// # Errors
///
/// When there is none, with the nearest name there is.
pub(crate) fn check(lesson: &'static Lesson, name: &str) -> Result<&'static Check> {
    checks(lesson, name).next().ok_or_else(|| {
        let names: Vec<&str> = lesson.checks.iter().map(|check| check.name).collect();
        Error::usage(
            format!("check '{name}' of {}", lesson.name),
            unknown(name, &names),
        )
        .next(format!(
            "`cargo course check {} --all` names them all",
            lesson.name
        ))
    })
}

/// The checks that a name or the number of a requirement means: one of the server and one of the
/// client may have the same name.
pub(crate) fn checks<'a>(
    lesson: &'static Lesson,
    name: &'a str,
) -> impl Iterator<Item = &'static Check> + use<'a> {
    let means =
        move |check: &&Check| check.name == name || check.requirement.eq_ignore_ascii_case(name);
    lesson.checks.iter().filter(means)
}

/// The check that this name means without a lesson, if any: of the current lesson, or of the only
/// one that has it.
///
/// # Errors
///
/// When several lessons have such a check.
pub(crate) fn with_check(
    name: &str,
    progress: &Progress,
) -> Result<Option<(&'static Lesson, &'static Check)>> {
    let of = |lesson: &'static Lesson| check(lesson, name).ok().map(|check| (lesson, check));
    if let Some(found) = progress.current().and_then(suites::find).and_then(of) {
        return Ok(Some(found));
    }
    let all: Vec<_> = suites::all().iter().copied().filter_map(of).collect();
    match all.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(*only)),
        [(first, _), ..] => {
            let names: Vec<&str> = all.iter().map(|(lesson, _)| lesson.name).collect();
            let why = format!("{} have a check of this name", names.join(" and "));
            let next = format!("name the lesson: cargo course hint {} {name}", first.name);
            Err(Error::usage(format!("check '{name}'"), why).next(next))
        }
    }
}

/// Says that a name is unknown, and which one was probably meant.
fn unknown(name: &str, names: &[&str]) -> String {
    let nearest = names.iter().min_by_key(|known| distance(name, known));
    match nearest {
        Some(known) if distance(name, known) <= 2 => {
            format!("there is none of this name; did you mean {known}?")
        }
        // Forty names are no answer.
        _ if names.len() > FEW => "there is none of this name".to_owned(),
        _ => format!("there is none of this name, only {}", names.join(", ")),
    }
}

/// Edits (insert, delete, replace a character) from one word to the other: the Levenshtein
/// distance, one row of its table at a time.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_edits() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("tcp-basic", "tcp-basics"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn a_slip_is_answered_with_the_name_that_was_meant() {
        assert!(unknown("tcp-basic", &["tcp-basics"]).contains("did you mean tcp-basics?"));
        assert!(unknown("zebra", &["tcp-basics"]).contains("only tcp-basics"));
    }
}
