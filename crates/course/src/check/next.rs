//! The last lines of a check: what to type now.

use std::io::Write;

use checker::{Lesson, Outcome, Report, Role};

use crate::cli::Check;
use crate::error::Result;
use crate::style::BOLD;

/// What is told after the reports.
pub(super) struct Next<'a> {
    pub(super) args: &'a Check,
    pub(super) lesson: &'a Lesson,
    pub(super) reports: &'a [Report],
    /// The program that was not looked at, because the one before it failed.
    pub(super) waiting: Option<Role>,
    /// The student's own folder, as it is shown, where this was not about it.
    pub(super) not_counted: Option<String>,
}

impl Next<'_> {
    /// Writes it.
    ///
    /// # Errors
    ///
    /// When the output cannot be written.
    pub(super) fn write(&self, code: u8, out: &mut dyn Write) -> Result<()> {
        match code {
            0 if self.args.only.is_some() => {
                writeln!(out, "Next: {BOLD}the whole check{BOLD:#}, without --only")?;
            }
            0 => self.passed(out)?,
            1 => self.failed(out)?,
            130 => writeln!(out, "Stopped by Ctrl-C; the rest was not judged")?,
            _ => writeln!(
                out,
                "Nothing is known about the program. {BOLD}cargo course doctor{BOLD:#} looks at \
                 this machine"
            )?,
        }
        if let Some(folder) = &self.not_counted {
            writeln!(
                out,
                "Not counted as your progress, which is that of {folder}"
            )?;
        }
        Ok(())
    }

    fn passed(&self, out: &mut dyn Write) -> Result<()> {
        let lesson = self.lesson;
        let has_more = |report: &Report| {
            let mut checks = lesson.checks.iter();
            checks.any(|check| check.role == report.role && !check.level.is_core())
        };
        let sources: Vec<String> = self
            .reports
            .iter()
            .map(|report| format!("crates/{}/src/{}.rs", lesson.name, report.role))
            .collect();
        writeln!(out, "Compare yours with ours: {}", sources.join(", "))?;
        if !self.args.all && self.reports.iter().any(has_more) {
            writeln!(
                out,
                "Next: {BOLD}--all{BOLD:#} checks what goes beyond the core"
            )?;
        }
        Ok(())
    }

    fn failed(&self, out: &mut dyn Write) -> Result<()> {
        let mut results = self.reports.iter().flat_map(|report| &report.results);
        let failed = results.find(|result| matches!(result.outcome, Outcome::Failed(_)));
        let check = match failed {
            // `hint` alone would be about another program.
            Some(failed) if self.not_counted.is_some() => format!(" {}", failed.check.name),
            _ => String::new(),
        };
        let name = self.lesson.name;
        writeln!(out, "Stuck? {BOLD}cargo course hint {name}{check}{BOLD:#}")?;
        if let Some(role) = self.waiting {
            let only = match self.args.server {
                Some(_) => format!("without --server, only the {role}"),
                None => format!("--role {role}: only that"),
            };
            writeln!(
                out,
                "The {role} is judged when this passes ({only}; --keep-going: both)"
            )?;
        }
        Ok(())
    }
}
