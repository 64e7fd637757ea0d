//! The report for build servers, in the form `JUnit` made common.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::BytesText;

use super::Style;
use crate::lesson::Lesson;
use crate::run::{CheckResult, Outcome, Report};

/// Writes all reports as one XML document, a test suite each.
///
/// # Errors
/// Only those of `out`.
pub fn junit(reports: &[Report], out: &mut dyn Write) -> io::Result<()> {
    let mut xml: Xml<'_> = Writer::new_with_indent(out, b' ', 2);
    xml.create_element("testsuites")
        .write_inner_content(|xml| reports.iter().try_for_each(|report| suite(xml, report)))?;
    writeln!(xml.into_inner())
}

/// Writes that nothing was judged, and why, as the error of one case.
///
/// # Errors
/// Only those of `out`.
pub fn junit_unmade(lesson: &Lesson, why: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut xml: Xml<'_> = Writer::new_with_indent(out, b' ', 2);
    xml.create_element("testsuites")
        .write_inner_content(|xml| {
            xml.create_element("testsuite")
                .with_attributes([("name", lesson.name), ("tests", "1"), ("errors", "1")])
                .write_inner_content(|xml| {
                    xml.create_element("testcase")
                        .with_attributes([("classname", lesson.name), ("name", "build")])
                        .write_inner_content(|xml| note(xml, "error", why))?;
                    Ok(())
                })?;
            Ok(())
        })?;
    writeln!(xml.into_inner())
}

type Xml<'a> = Writer<&'a mut (dyn Write + 'a)>;

fn suite(xml: &mut Xml<'_>, report: &Report) -> io::Result<()> {
    let count = |which: fn(&Outcome) -> bool| {
        let found = report
            .results
            .iter()
            .filter(|result| which(&result.outcome));
        found.count().to_string()
    };
    let name = format!("{} {}", report.lesson.name, report.role);
    xml.create_element("testsuite")
        .with_attribute(("name", name.as_str()))
        .with_attribute(("tests", report.results.len().to_string().as_str()))
        .with_attribute((
            "failures",
            count(|o| matches!(o, Outcome::Failed(_))).as_str(),
        ))
        .with_attribute((
            "errors",
            count(|o| matches!(o, Outcome::Broken(_))).as_str(),
        ))
        .with_attribute((
            "skipped",
            count(|o| matches!(o, Outcome::Skipped(_) | Outcome::NotRun)).as_str(),
        ))
        .write_inner_content(|xml| {
            xml.create_element("properties")
                .write_inner_content(|xml| {
                    property(xml, "checker", report.version)?;
                    property(xml, "seed", &report.seed.to_string())
                })?;
            report
                .results
                .iter()
                .try_for_each(|result| case(xml, &name, result))
        })?;
    Ok(())
}

fn property(xml: &mut Xml<'_>, name: &str, value: &str) -> io::Result<()> {
    xml.create_element("property")
        .with_attribute(("name", name))
        .with_attribute(("value", value))
        .write_empty()?;
    Ok(())
}

fn case(xml: &mut Xml<'_>, suite: &str, result: &CheckResult) -> io::Result<()> {
    let seconds = format!("{:.3}", result.elapsed.as_secs_f64());
    let case = xml
        .create_element("testcase")
        .with_attribute(("classname", suite))
        .with_attribute(("name", result.check.name))
        .with_attribute(("time", seconds.as_str()));
    match &result.outcome {
        Outcome::Passed => case.write_empty()?,
        Outcome::Failed(card) => {
            let mut text = Vec::new();
            super::card(
                card,
                &mut text,
                Style {
                    color: false,
                    width: 100,
                },
            )?;
            case.write_inner_content(|xml| {
                xml.create_element("failure")
                    .with_attribute(("type", card.cause.id))
                    .with_attribute(("message", card.cause.sentence))
                    .write_text_content(BytesText::new(&String::from_utf8_lossy(&text)))?;
                Ok(())
            })?
        }
        Outcome::Broken(why) => case.write_inner_content(|xml| note(xml, "error", why))?,
        Outcome::Skipped(why) => case.write_inner_content(|xml| note(xml, "skipped", why))?,
        Outcome::NotRun => case.write_inner_content(|xml| note(xml, "skipped", "not run"))?,
    };
    Ok(())
}

fn note(xml: &mut Xml<'_>, kind: &str, message: &str) -> io::Result<()> {
    xml.create_element(kind)
        .with_attribute(("message", message))
        .write_empty()?;
    Ok(())
}
