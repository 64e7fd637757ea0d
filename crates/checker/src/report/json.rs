//! The report for programs. Bytes of the program under check are shown escaped
//! and in hex, so that the text is always valid.

use std::io::{self, Write};

use serde::Serialize;

use crate::lesson::{Lesson, Level};
use crate::run::{CheckResult, Outcome, Report, Verdict};
use crate::show;
use crate::verdict::{Card, Side};

/// Writes all reports as one JSON document.
///
/// # Errors
/// Only those of `out`.
pub fn json(reports: &[Report], out: &mut dyn Write) -> io::Result<()> {
    let reports: Vec<_> = reports.iter().map(ReportView::of).collect();
    serde_json::to_writer_pretty(&mut *out, &reports)?;
    writeln!(out)
}

/// Writes that nothing was judged, and why, so that a script which reads the
/// report finds one.
///
/// # Errors
/// Only those of `out`.
pub fn json_unmade(
    lesson: &Lesson,
    verdict: Verdict,
    why: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let view = UnmadeView {
        lesson: lesson.name,
        checker: env!("CARGO_PKG_VERSION"),
        verdict: name(verdict),
        error: why,
    };
    serde_json::to_writer_pretty(&mut *out, &[view])?;
    writeln!(out)
}

fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "failed",
        Verdict::Broken => "broken",
        Verdict::NotChecked => "not checked",
        Verdict::Stopped => "stopped",
    }
}

#[derive(Serialize)]
struct UnmadeView<'a> {
    lesson: &'static str,
    checker: &'static str,
    verdict: &'static str,
    error: &'a str,
}

#[derive(Serialize)]
struct ReportView {
    lesson: &'static str,
    role: String,
    checker: &'static str,
    seed: u64,
    verdict: &'static str,
    checks: Vec<CheckView>,
    /// The names of slow checks that were not made.
    left_out: Vec<&'static str>,
}

impl ReportView {
    fn of(report: &Report) -> Self {
        Self {
            lesson: report.lesson.name,
            role: report.role.to_string(),
            checker: report.version,
            seed: report.seed,
            verdict: name(report.verdict()),
            checks: report.results.iter().map(CheckView::of).collect(),
            left_out: report.left_out.iter().map(|check| check.name).collect(),
        }
    }
}

#[derive(Serialize)]
struct CheckView {
    check: &'static str,
    requirement: &'static str,
    level: &'static str,
    summary: &'static str,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<CardView>,
}

impl CheckView {
    fn of(result: &CheckResult) -> Self {
        let (outcome, reason, card) = match &result.outcome {
            Outcome::Passed => ("passed", None, None),
            Outcome::Failed(card) => ("failed", None, Some(CardView::of(card))),
            Outcome::Broken(why) => ("broken", Some(why.clone()), None),
            Outcome::Skipped(why) => ("skipped", Some(why.clone()), None),
            Outcome::NotRun => ("not run", None, None),
        };
        Self {
            check: result.check.name,
            requirement: result.check.requirement,
            level: match result.check.level {
                Level::Core => "core",
                Level::More => "more",
                Level::Slow => "slow",
            },
            summary: result.check.summary,
            outcome,
            reason,
            seconds: result.elapsed.as_secs_f64(),
            card,
        }
    }
}

#[derive(Serialize)]
struct CardView {
    cause: &'static str,
    sentence: &'static str,
    stdin: BytesView,
    sent: Vec<BytesView>,
    expected: SideView,
    came: SideView,
    first_wrong: Option<usize>,
    events: Vec<EventView>,
    stderr: Vec<String>,
    hint: &'static str,
    section: String,
    replay: String,
}

impl CardView {
    fn of(card: &Card) -> Self {
        Self {
            cause: card.cause.id,
            sentence: card.cause.sentence,
            stdin: BytesView::of(&card.input),
            sent: card.sent.iter().map(|piece| BytesView::of(piece)).collect(),
            expected: SideView::of(&card.expected),
            came: SideView::of(&card.got),
            first_wrong: card.first_wrong,
            events: card
                .events
                .iter()
                .map(|event| EventView {
                    seconds: event.at.as_secs_f64(),
                    what: event.text.clone(),
                })
                .collect(),
            stderr: card
                .last_words
                .iter()
                .map(|line| show::escape(line))
                .collect(),
            hint: card.hint,
            section: card.section.clone(),
            replay: card.replay.clone(),
        }
    }
}

#[derive(Serialize)]
struct SideView {
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<BytesView>,
    words: String,
}

impl SideView {
    fn of(side: &Side) -> Self {
        Self {
            bytes: side.bytes.as_deref().map(BytesView::of),
            words: side.words.clone(),
        }
    }
}

#[derive(Serialize)]
struct BytesView {
    length: usize,
    text: String,
    hex: String,
}

impl BytesView {
    /// Bytes of one chunk that are written out.
    const SHOWN: usize = 4096;

    fn of(bytes: &[u8]) -> Self {
        let shown = &bytes[..bytes.len().min(Self::SHOWN)];
        Self {
            length: bytes.len(),
            text: show::escape(shown),
            hex: shown.iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }
}

#[derive(Serialize)]
struct EventView {
    seconds: f64,
    what: String,
}
