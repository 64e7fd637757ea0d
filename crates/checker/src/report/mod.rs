//! Telling what was found: for people, for programs, for build servers.

mod card;
mod fit;
mod json;
mod junit;
mod page;
mod pretty;

pub use card::card;
pub use json::{json, json_unmade};
pub use junit::{junit, junit_unmade};
pub use pretty::pretty;

/// How text for people is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether to colour it.
    pub color: bool,
    /// Columns of the terminal; at least 40 are used.
    pub width: usize,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::causes::ONE_READ_ONE_MESSAGE;
    use crate::history::Event;
    use crate::lesson::{Check, Role};
    use crate::run::{CheckResult, Outcome, Report};
    use crate::verdict::{Card, Failure, Side};

    /// A report with every outcome, and a card full of hostile bytes.
    fn sample() -> Report {
        let lesson = crate::suites::find("tcp-basics").expect("the lesson is there");
        let failure = Failure::compared(
            ONE_READ_ONE_MESSAGE,
            vec![b"\x1b[2J\xe4".to_vec(), b"\xbd\xa0]]>\n".to_vec()],
            Side::bytes("你好\n", "<and no more>"),
            Side::bytes(b"\xff\x00\x9b\n", "then \"the end\" & more"),
        );
        let Failure::Wrong(wrong) = failure else {
            panic!("a comparison is about the program");
        };
        let event = Event {
            at: Duration::from_millis(7),
            text: "connection 1: sent a⏎".into(),
        };
        let card = Card::new(
            lesson,
            &lesson.checks[1],
            *wrong,
            "cargo course check --only message-cut --seed 7".into(),
        );
        let card = Card {
            events: vec![event],
            last_words: vec![b"Traceback \x1b[31m".to_vec()],
            ..card
        };
        let outcomes = [
            Outcome::Passed,
            Outcome::Failed(Box::new(card)),
            Outcome::Skipped("not on this system".into()),
            Outcome::Broken("no free port".into()),
            Outcome::NotRun,
        ];
        let result = |(check, outcome)| CheckResult {
            check,
            outcome,
            elapsed: Duration::from_millis(12),
        };
        Report {
            lesson,
            role: Role::Server,
            version: "0.0.0",
            seed: 7,
            results: lesson.checks.iter().zip(outcomes).map(result).collect(),
            left_out: lesson.checks.last().into_iter().collect(),
        }
    }

    fn written(write: impl FnOnce(&[Report], &mut Vec<u8>) -> std::io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&[sample()], &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn nothing_of_the_program_reaches_the_terminal_raw() {
        let style = Style {
            color: false,
            width: 80,
        };
        let text = written(|reports, out| pretty(reports, out, style));
        assert!(
            !text.contains('\u{1b}') && !text.contains('\u{9b}'),
            "{text}"
        );
        for part in [
            "✗ answers-in-order (TB-2)",
            "one-read-one-message",
            "--seed 7",
            "half a minute (--only NAME): big-input",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
        let colored = written(|reports, out| {
            pretty(
                reports,
                out,
                Style {
                    color: true,
                    ..style
                },
            )
        });
        assert!(colored.contains("\u{1b}["));
    }

    #[test]
    fn the_carets_stand_under_the_first_wrong_byte() {
        let lesson = crate::suites::find("tcp-basics").expect("the lesson is there");
        let failure = Failure::compared(
            ONE_READ_ONE_MESSAGE,
            Vec::new(),
            Side::bytes("你好 world\n", ""),
            Side::bytes("你好 wOrld\n", ""),
        );
        let Failure::Wrong(wrong) = failure else {
            panic!("a comparison is about the program");
        };
        let made = Card::new(lesson, &lesson.checks[1], *wrong, String::new());
        let style = Style {
            color: false,
            width: 80,
        };
        let mut text = Vec::new();
        card(&made, &mut text, style).unwrap();
        let text = String::from_utf8(text).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        // What stands above the caret, in columns: a Chinese character has two.
        let above = |caret: &str| {
            let at = lines.iter().position(|line| line.contains(caret));
            let at = at.unwrap_or_else(|| panic!("no {caret} in\n{text}"));
            let column = lines[at].find(caret).expect("found");
            let mut left = column;
            let mut rest = lines[at - 1].chars();
            while left > 0 {
                let c = rest.next().expect("the caret stands under the text");
                left -= crate::show::width(c.encode_utf8(&mut [0; 4]));
            }
            rest.as_str()
        };
        assert!(above("^ first wrong byte, at 8").starts_with("Orld"));
        assert!(above("^^").starts_with("4f 72 6c 64"));
    }

    #[test]
    fn the_card_is_of_what_cost_the_pass() {
        let mut report = sample();
        let level = |core: bool| move |check: &&Check| check.level.is_core() == core;
        let checks = report.lesson.checks;
        let [more, core] = [false, true].map(|core| checks.iter().find(level(core)));
        let wrong = |check: Option<&'static Check>| {
            let check = check.expect("a check of each level");
            let Failure::Wrong(wrong) = Failure::words(ONE_READ_ONE_MESSAGE, "this", "that") else {
                panic!("words are about the program");
            };
            let card = Card::new(report.lesson, check, *wrong, String::new());
            CheckResult {
                check,
                outcome: Outcome::Failed(Box::new(card)),
                elapsed: Duration::ZERO,
            }
        };
        report.results = [more, core].map(wrong).into();
        let style = Style {
            color: false,
            width: 80,
        };
        let mut text = Vec::new();
        pretty(&[report], &mut text, style).unwrap();
        let text = String::from_utf8(text).unwrap();
        let names = [core, more].map(|check| check.expect("found above").name);
        let [card, also] = names.map(|name| [format!("✗ {name} ("), format!("also {name} (")]);
        assert!(text.contains(&card[0]) && text.contains(&also[1]), "{text}");
    }

    #[test]
    fn json_is_well_formed_and_complete() {
        let text = written(|reports, out| json(reports, out));
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let checks = value[0]["checks"].as_array().unwrap();
        let outcome = |check: &serde_json::Value| check["outcome"].as_str().unwrap().to_owned();
        let outcomes: Vec<_> = checks.iter().map(outcome).collect();
        assert_eq!(
            outcomes,
            ["passed", "failed", "skipped", "broken", "not run"]
        );
        let card = &checks[1]["card"];
        assert_eq!(card["cause"], "one-read-one-message");
        assert_eq!(card["came"]["bytes"]["hex"], "ff009b0a");
        assert_eq!(card["first_wrong"], 0);
        assert_eq!(value[0]["verdict"], "failed");
    }

    #[test]
    fn junit_is_well_formed_and_counts() {
        use quick_xml::{Reader, events::Event};

        let text = written(|reports, out| junit(reports, out));
        let mut reader = Reader::from_str(&text);
        let (mut cases, mut open) = (0, 0_i32);
        loop {
            match reader.read_event().unwrap() {
                Event::Start(tag) => {
                    open += 1;
                    cases += i32::from(tag.name().as_ref() == "testcase");
                }
                Event::Empty(tag) => cases += i32::from(tag.name().as_ref() == "testcase"),
                Event::End(_) => open -= 1,
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!((cases, open), (5, 0));
        assert!(
            text.contains(r#"tests="5" failures="1" errors="1" skipped="2""#),
            "{text}"
        );
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text}");
    }
}
