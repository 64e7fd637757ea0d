//! What a student has done so far: one small file, never worth a lost lesson.
//!
//! The file is a convenience. If it is damaged it is put aside; if it cannot be written that is a
//! warning; no verdict depends on it.

mod file;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use checker::{CheckResult, Lesson, Level, Outcome};
use serde::{Deserialize, Serialize};

/// The version of the file's form that this program reads and writes.
const VERSION: u32 = 1;

/// How the last run of a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Last {
    Passed,
    Failed,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct CheckProgress {
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<Last>,
    /// Hints given, 0 to 3.
    #[serde(default)]
    hints: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct LessonProgress {
    /// Where the student's own folder is: absolute, or relative to the repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<PathBuf>,
    /// The check that `hint` is about when none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_failed: Option<String>,
    #[serde(default)]
    checks: BTreeMap<String, CheckProgress>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Contents {
    version: u32,
    /// The lesson the student is working on.
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<String>,
    #[serde(default)]
    lessons: BTreeMap<String, LessonProgress>,
}

impl Default for Contents {
    fn default() -> Contents {
        Contents {
            version: VERSION,
            current: None,
            lessons: BTreeMap::new(),
        }
    }
}

/// The progress file, read.
#[derive(Debug)]
pub(crate) struct Progress {
    file: PathBuf,
    contents: Contents,
    /// A newer program's file is left alone.
    writable: bool,
}

impl Progress {
    /// The lesson the student worked on last.
    pub(crate) fn current(&self) -> Option<&str> {
        self.contents.current.as_deref()
    }

    /// Notes that the student now works on this lesson.
    pub(crate) fn set_current(&mut self, lesson: &Lesson) {
        self.contents.current = Some(lesson.name.to_owned());
    }

    /// The student's folder of a lesson, if one was started.
    pub(crate) fn folder(&self, lesson: &Lesson) -> Option<&Path> {
        self.lesson(lesson)?.folder.as_deref()
    }

    /// Notes the student's folder of a lesson.
    pub(crate) fn set_folder(&mut self, lesson: &Lesson, folder: PathBuf) {
        self.lesson_mut(lesson).folder = Some(folder);
    }

    /// Notes how a check ended.
    pub(crate) fn record(&mut self, lesson: &Lesson, result: &CheckResult) {
        let last = match result.outcome {
            Outcome::Passed => Last::Passed,
            Outcome::Failed(_) => Last::Failed,
            // Nothing was learnt about the student's program.
            Outcome::Broken(_) | Outcome::Skipped(_) | Outcome::NotRun => return,
        };
        let name = result.check.name;
        let lesson = self.lesson_mut(lesson);
        lesson.checks.entry(name.to_owned()).or_default().last = Some(last);
        match last {
            Last::Passed if lesson.last_failed.as_deref() == Some(name) => {
                lesson.last_failed = None;
            }
            Last::Passed | Last::Failed => {}
        }
    }

    /// Sets the check that `hint` is about.
    pub(crate) fn set_last_failed(&mut self, lesson: &Lesson, check: &str) {
        self.lesson_mut(lesson).last_failed = Some(check.to_owned());
    }

    /// The check that failed last and has not passed since.
    pub(crate) fn last_failed(&self, lesson: &Lesson) -> Option<&str> {
        self.lesson(lesson)?.last_failed.as_deref()
    }

    /// Hints given for a check so far, 0 to 3.
    pub(crate) fn hints(&self, lesson: &Lesson, check: &str) -> usize {
        self.lesson(lesson)
            .and_then(|lesson| lesson.checks.get(check))
            .map_or(0, |check| check.hints.min(3))
    }

    /// Notes the hints given for a check.
    pub(crate) fn set_hints(&mut self, lesson: &Lesson, check: &str, hints: usize) {
        let checks = &mut self.lesson_mut(lesson).checks;
        checks.entry(check.to_owned()).or_default().hints = hints;
    }

    /// How many of the lesson's core checks passed when they last ran, and how many there are.
    pub(crate) fn core(&self, lesson: &Lesson) -> (usize, usize) {
        let core = || {
            let checks = lesson.checks.iter();
            checks.filter(|check| check.level == Level::Core)
        };
        let passed = core().filter(|check| self.last(lesson, check.name) == Some(Last::Passed));
        (passed.count(), core().count())
    }

    /// How a check ended when it last ran.
    pub(crate) fn last(&self, lesson: &Lesson, check: &str) -> Option<Last> {
        self.lesson(lesson)?.checks.get(check)?.last
    }

    fn lesson(&self, lesson: &Lesson) -> Option<&LessonProgress> {
        self.contents.lessons.get(lesson.name)
    }

    fn lesson_mut(&mut self, lesson: &Lesson) -> &mut LessonProgress {
        let lessons = &mut self.contents.lessons;
        lessons.entry(lesson.name.to_owned()).or_default()
    }
}
