//! Transcripts: what a `console` block says was typed, and what came.

use std::collections::BTreeMap;

use crate::pages::{Block, Page};

/// A block that is run.
pub(crate) struct Transcript {
    /// The page, for people.
    pub(crate) page: String,
    pub(crate) commands: Vec<Typed>,
    /// Python programs that the page has shown before.
    pub(crate) programs: BTreeMap<String, String>,
    /// The whole block.
    pub(crate) text: String,
}

/// A line that was typed.
pub(crate) struct Typed {
    /// Its number in the file.
    pub(crate) line: usize,
    pub(crate) prompt: Prompt,
    /// What `printf` in front of it writes.
    pub(crate) input: Option<Vec<u8>>,
    pub(crate) words: Vec<String>,
    /// `2>&1`
    pub(crate) with_errors: bool,
    /// `; echo $?`
    pub(crate) shows_code: bool,
    pub(crate) expected: Vec<String>,
}

/// Where it was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prompt {
    Server,
    Client,
    Neither,
}

/// The transcripts of a page that are to be run.
pub(crate) fn of(page: &Page) -> Result<Vec<Transcript>, String> {
    let mut programs = BTreeMap::new();
    let mut found = Vec::new();
    for block in page.blocks() {
        if let Some((name, text)) = block.program() {
            programs.insert(name.to_owned(), text);
        }
        let prompts = block.lines.iter().any(|(_, line)| {
            line.starts_with("server$ ")
                || line.starts_with("client$ ")
                || (line.starts_with("$ cargo run ") && line.contains(" --example "))
        });
        if block.is("console") && prompts {
            found.push(Transcript {
                page: page.name.clone(),
                commands: commands(page, &block)?,
                programs: programs.clone(),
                text: block
                    .lines
                    .iter()
                    .fold(String::new(), |all, (_, line)| all + line + "\n"),
            });
        }
    }
    Ok(found)
}

fn commands(page: &Page, block: &Block<'_>) -> Result<Vec<Typed>, String> {
    let mut commands: Vec<Typed> = Vec::new();
    for &(number, line) in &block.lines {
        let typed = [
            ("server$ ", Prompt::Server),
            ("client$ ", Prompt::Client),
            ("$ ", Prompt::Neither),
        ]
        .into_iter()
        .find_map(|(prompt, kind)| Some((kind, line.strip_prefix(prompt)?)));
        match (typed, commands.last_mut()) {
            (Some((prompt, text)), _) => commands
                .push(command(number, prompt, text).map_err(|why| page.complain(number, why))?),
            (None, Some(last)) => last.expected.push(line.to_owned()),
            (None, None) => return Err(page.complain(number, "output of no command")),
        }
    }
    Ok(commands)
}

fn command(line: usize, prompt: Prompt, text: &str) -> Result<Typed, String> {
    let (text, shows_code) = cut(text, "; echo $?");
    let (text, with_errors) = cut(text, " 2>&1");
    let (input, text) = match text.strip_prefix("printf ") {
        None => (None, text),
        Some(rest) => {
            let (format, command) = rest.split_once(" | ").ok_or("printf without a pipe")?;
            (Some(printed(format)?), command)
        }
    };
    Ok(Typed {
        line,
        prompt,
        input,
        words: words(text)?,
        with_errors,
        shows_code,
        expected: Vec::new(),
    })
}

fn cut<'a>(text: &'a str, end: &str) -> (&'a str, bool) {
    match text.strip_suffix(end) {
        Some(text) => (text, true),
        None => (text, false),
    }
}

/// What `printf` makes of its format.
fn printed(format: &str) -> Result<Vec<u8>, String> {
    let quoted = format
        .strip_prefix('\'')
        .and_then(|text| text.strip_suffix('\''))
        .filter(|text| !text.contains(['\'', '%']));
    let text = quoted.ok_or("printf takes one format in single quotes, without %")?;
    let mut bytes = Vec::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let c = match c {
            '\\' => match rest.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some('\\') => '\\',
                other => return Err(format!("printf: \\{other:?} is not understood here")),
            },
            c => c,
        };
        bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
    Ok(bytes)
}

/// Splits at blanks outside of single quotes. What only a shell understands is refused, so that a
/// transcript means the same here and in a terminal.
fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(word.take()),
            '"' | '\\' | '$' | '|' | ';' | '&' | '<' | '>' | '*' | '?' | '!' if !quoted => {
                return Err(format!("{c} in a command needs a shell"));
            }
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    if quoted {
        return Err("a quote is not closed".to_owned());
    }
    Ok(words)
}

impl Typed {
    /// Whether a server printed what it should. A block may show only where it listens.
    pub(crate) fn fits_server(&self, got: &[String]) -> bool {
        let listening = |lines: &[String]| {
            let lines = lines.iter();
            lines
                .filter(|line| line.starts_with("listening on "))
                .count()
        };
        let shown = self.expected.len();
        if listening(&self.expected) == shown && shown > 0 {
            return got.len() >= shown && fits(&self.expected, &got[..shown]);
        }
        fits(&self.expected, got)
    }
}

/// Whether `got` is what `expected` describes, where `…` stands for any number of lines.
pub(crate) fn fits(expected: &[String], got: &[String]) -> bool {
    match (expected.split_first(), got.split_first()) {
        (None, got) => got.is_none(),
        (Some((gap, after)), _) if gap == "…" => (0..=got.len()).any(|n| fits(after, &got[n..])),
        (Some((line, after)), Some((first, rest))) => {
            neutral(line) == neutral(first) && fits(after, rest)
        }
        (Some(_), None) => false,
    }
}

/// A line without what differs from run to run: ports on loopback, times, and the first free
/// descriptor, where whoever started the test left one open.
pub(crate) fn neutral(line: &str) -> String {
    let mut line = line.to_owned();
    for host in ["127.0.0.1:", "[::1]:", "descriptor "] {
        let mut parts = line.split(host);
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
            out += host;
            out += if rest.len() < part.len() { "PORT" } else { "" };
            out += rest;
        }
        line = out;
    }
    let is_time = |time: &str| time.split_once('.').is_some_and(|(_, d)| d.len() == 6);
    match line.trim_start().split_once(' ') {
        Some((time, rest))
            if is_time(time) && (rest.starts_with("->") || rest.starts_with("<-")) =>
        {
            format!("TIME {rest}")
        }
        _ => line.split(' ').map(timeless).collect::<Vec<_>>().join(" "),
    }
}

/// A word that is a date, a time of day, or seconds with a microsecond, as just that.
fn timeless(word: &str) -> String {
    let bare = word.trim_start_matches(['+', '-']);
    let shape = bare.replace(|c: char| c.is_ascii_digit(), "9");
    match shape.as_str() {
        "9999-99-99" => "DATE".to_owned(),
        "99:99:99" => "TIME".to_owned(),
        _ => match shape.split_once('.') {
            Some((whole, "999999")) if whole.trim_matches('9').is_empty() => "SECONDS".to_owned(),
            _ => word.to_owned(),
        },
    }
}

#[test]
fn transcripts_mean_what_a_shell_would() {
    let typed = command(
        1,
        Prompt::Client,
        r"printf 'a\nb' | run 'x y' z 2>&1; echo $?",
    )
    .unwrap();
    assert_eq!(typed.input.as_deref(), Some(&b"a\nb"[..]));
    assert_eq!(typed.words, ["run", "x y", "z"]);
    assert!(typed.with_errors && typed.shows_code);
    for wrong in [
        "a | b",
        "a > b",
        "printf \"x\" | a",
        "printf '%s' | a",
        "a 'b",
    ] {
        assert!(command(1, Prompt::Client, wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_gap_is_any_number_of_lines() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(fits(&lines("…\nb\n…"), &lines("b")));
    assert!(fits(&lines("a\n…\nb"), &lines("a\nx\ny\nb")));
    assert!(!fits(&lines("a\n…\nb"), &lines("a\nb\nc")));
    assert!(fits(
        &lines("127.0.0.1:1 left"),
        &lines("127.0.0.1:29 left")
    ));
    assert!(!fits(&lines("10.0.0.1:1"), &lines("10.0.0.1:2")));
    assert_eq!(neutral("   1.500000 -> 3 bytes"), "TIME -> 3 bytes");
    assert_eq!(
        neutral("at 2026-11-21 22:33:15: offset -0.000025 s"),
        "at DATE 22:33:15: offset SECONDS s"
    );
    assert_eq!(neutral("22:33:15 1.5 10.0.0.1"), "TIME 1.5 10.0.0.1");
}
