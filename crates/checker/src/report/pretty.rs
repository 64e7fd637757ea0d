//! The report for people.

use std::io::{self, Write};

use super::Style;
use super::card::card;
use super::page::{BOLD, DIM, GREEN, Page, RED};
use crate::run::{Outcome, Report, Verdict};
use crate::verdict::Card;

/// Writes every report: a line for each check, a card for the first failure,
/// and a closing line.
///
/// # Errors
/// Only those of `out`.
pub fn pretty(reports: &[Report], out: &mut dyn Write, style: Style) -> io::Result<()> {
    for report in reports {
        list(report, &mut Page::new(out, style))?;
        let failed = failures(report);
        if let Some((first, others)) = failed.split_first() {
            card(first, out, style)?;
            writeln!(out)?;
            let mut page = Page::new(out, style);
            for other in others {
                let (check, cause) = (other.check, other.cause.id);
                page.line(RED, &format!("also {check} ({cause}): {}", other.replay))?;
            }
            if !others.is_empty() {
                page.blank()?;
            }
        }
        closing(report, &mut Page::new(out, style))?;
    }
    Ok(())
}

/// The cards, those that cost the pass before those that do not.
fn failures(report: &Report) -> Vec<&Card> {
    let of_core = |core| {
        report.results.iter().filter_map(move |result| {
            let Outcome::Failed(card) = &result.outcome else {
                return None;
            };
            (result.check.level.is_core() == core).then_some(&**card)
        })
    };
    of_core(true).chain(of_core(false)).collect()
}

fn list(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let head = format!("{} {}", report.lesson.name, report.role);
    page.line(BOLD, &head)?;
    for core in [true, false] {
        let mut results = report
            .results
            .iter()
            .filter(|result| result.check.level.is_core() == core)
            .peekable();
        if !core && results.peek().is_some() {
            page.line(BOLD, "beyond the core")?;
        }
        for result in results {
            let (paint, sign, note) = match &result.outcome {
                Outcome::Passed => (GREEN, "✓", String::new()),
                Outcome::Failed(card) => (RED, "✗", card.cause.id.into()),
                Outcome::Broken(why) => (RED, "!", why.clone()),
                Outcome::Skipped(why) => (DIM, "–", format!("skipped: {why}")),
                Outcome::NotRun => (DIM, "–", "not run".into()),
            };
            let check = result.check;
            let text = format!("  {sign} {:22} {:6} {note}", check.name, check.requirement);
            page.line(paint, text.trim_end())?;
        }
    }
    if !report.left_out.is_empty() {
        let names: Vec<_> = report.left_out.iter().map(|check| check.name).collect();
        let names = names.join(", ");
        page.line(
            DIM,
            &format!("  – not made, since they wait half a minute (--only NAME): {names}"),
        )?;
    }
    page.blank()
}

fn closing(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let tally = |core, name| {
        let passed = count(report, core, |outcome| matches!(outcome, Outcome::Passed));
        let all = count(report, core, |_| true);
        (all > 0).then(|| format!("{passed} of {all} {name}"))
    };
    let core = tally(true, "core checks passed");
    let more = match core {
        Some(_) => tally(false, "beyond the core"),
        None => tally(false, "checks beyond the core passed"),
    };
    let text: Vec<_> = core.into_iter().chain(more).collect();
    let text = text.join(", ");
    let (paint, verdict) = match report.verdict() {
        Verdict::Passed => (GREEN, "passed"),
        Verdict::Failed => (RED, "not yet"),
        Verdict::Broken => (RED, "no verdict: the judge or this machine failed"),
        Verdict::NotChecked => (RED, "no verdict: what was to be checked was skipped"),
        Verdict::Stopped => (DIM, "stopped before the end"),
    };
    page.line(
        paint,
        &format!("{} {}: {verdict}. {text}.", report.lesson.name, report.role),
    )?;
    page.line(
        DIM,
        &format!("checker {}, seed {}", report.version, report.seed),
    )
}

fn count(report: &Report, core: bool, which: impl Fn(&Outcome) -> bool) -> usize {
    let of_level = report
        .results
        .iter()
        .filter(|result| result.check.level.is_core() == core);
    of_level.filter(|result| which(&result.outcome)).count()
}
