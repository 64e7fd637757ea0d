//! A colour for each name, the same one as long as the program runs.

use std::{
    collections::HashMap,
    fmt,
    io::{self, IsTerminal as _},
};

use anstyle::{Ansi256Color, Style};
use clap::ValueEnum;
use common::{
    escape::escape,
    output::{Output, OutputError},
};

use crate::client::{News, Show};

/// When names are coloured (`--color`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Also into a pipe or file
    Always,
    /// Not at all
    Never,
}

/// Colours of the 256-colour palette that can be read on black and on white: at
/// least 4:1 against both, by the formula of
/// [WCAG 2.2](https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio), where 4.58:1
/// would be the best that one colour can do against both.
const PALETTE: [u8; 10] = [130, 28, 63, 163, 30, 161, 64, 129, 31, 131];

/// Names that are remembered with their colour. One that comes later still gets
/// the same colour each time, but may share it although another is free.
const REMEMBERED: usize = 1024;

/// Who has which colour.
#[derive(Debug)]
pub struct Colours {
    on: bool,
    given: HashMap<String, u8>,
}

impl Colours {
    /// Colours, or none, for what is printed on standard output.
    #[must_use]
    pub fn new(when: When) -> Self {
        let on = match when {
            When::Always => true,
            When::Never => false,
            // Its rules know NO_COLOR, TERM=dumb and the terminals of Windows.
            When::Auto => {
                let stdout = io::stdout();
                stdout.is_terminal()
                    && anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never
            }
        };
        Colours {
            on,
            given: HashMap::new(),
        }
    }

    /// The name in its colour. What is given must be escaped already: this adds
    /// what a terminal obeys, and takes nothing away.
    pub fn paint<'a>(&mut self, name: &'a str) -> Painted<'a> {
        let colour = self.on.then(|| self.colour(name));
        Painted { name, colour }
    }

    /// A name begins its search at a place of its own, so that it mostly has the
    /// same colour for everybody and in every run, and takes the next free one
    /// if another member has that.
    fn colour(&mut self, name: &str) -> u8 {
        let name = name.to_lowercase();
        if let Some(&colour) = self.given.get(&name) {
            return colour;
        }
        let start = place(&name);
        let mut wheel = (0..PALETTE.len()).map(|step| PALETTE[(start + step) % PALETTE.len()]);
        let is_free = |colour: &u8| self.given.values().all(|given| given != colour);
        let colour = wheel.find(is_free).unwrap_or(PALETTE[start]);
        if self.given.len() < REMEMBERED {
            self.given.insert(name, colour);
        }
        colour
    }
}

/// FNV-1a ([draft-eastlake-fnv](https://datatracker.ietf.org/doc/html/draft-eastlake-fnv)):
/// the standard library's hash differs from run to run, on purpose.
fn place(name: &str) -> usize {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    hash as usize % PALETTE.len()
}

/// A name, perhaps in colour.
#[derive(Debug)]
pub struct Painted<'a> {
    name: &'a str,
    colour: Option<u8>,
}

impl fmt::Display for Painted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let style = self.colour.map_or(Style::new(), |colour| {
            Ansi256Color(colour).on_default().bold()
        });
        write!(f, "{style}{}{style:#}", self.name)
    }
}

/// Shows news with the names in their colours.
#[derive(Debug)]
pub struct Coloured {
    /// Where to.
    pub output: Output,
    /// Who has which colour.
    pub colours: Colours,
}

impl Show for Coloured {
    fn show(&mut self, news: &News<'_>) -> Result<(), OutputError> {
        let line = news.to_string();
        let (News::Said { from: name, .. } | News::Changed { name, .. }) = news else {
            return self.output.line(line);
        };
        let name = escape(name);
        let painted = self.colours.paint(&name);
        // Not the first asterisk, which might be a name as well.
        let (mark, rest) = match line.strip_prefix("* ") {
            Some(rest) if matches!(news, News::Changed { .. }) => ("* ", rest),
            _ => ("", line.as_str()),
        };
        let rest = rest.strip_prefix(&*name).unwrap_or(rest);
        self.output.line(format_args!("{mark}{painted}{rest}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance of a colour from the cube of 6×6×6 (16 to 231).
    fn luminance(colour: u8) -> f64 {
        let place = colour - 16;
        let light = |level: u8| {
            let value = f64::from([0_u8, 95, 135, 175, 215, 255][usize::from(level)]) / 255.0;
            match value <= 0.04045 {
                true => value / 12.92,
                false => ((value + 0.055) / 1.055).powf(2.4),
            }
        };
        0.2126 * light(place / 36) + 0.7152 * light(place / 6 % 6) + 0.0722 * light(place % 6)
    }

    #[test]
    fn every_colour_can_be_read_on_black_and_on_white() {
        for colour in PALETTE {
            let luminance = luminance(colour);
            let (on_black, on_white) = ((luminance + 0.05) / 0.05, 1.05 / (luminance + 0.05));
            assert!(on_black >= 4.0 && on_white >= 4.0, "{colour}");
        }
    }

    #[test]
    fn names_keep_their_colours_and_share_none_while_there_are_enough() {
        let mut colours = Colours::new(When::Always);
        let names: Vec<String> = (0..PALETTE.len()).map(|n| format!("name {n}")).collect();
        let first: Vec<u8> = names.iter().map(|name| colours.colour(name)).collect();
        let mut different = first.clone();
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), PALETTE.len());
        // The eleventh must share, and takes nobody's away.
        let eleventh = colours.colour("you too");
        let again: Vec<u8> = names.iter().map(|name| colours.colour(name)).collect();
        assert_eq!(again, first);
        assert_eq!(colours.colour("You Too"), eleventh);
        // Alone, a name has the same one in every run.
        assert_eq!(
            Colours::new(When::Always).colour("小明"),
            PALETTE[place("小明")]
        );
        assert_eq!(place("alice"), place("alice"));
    }

    #[test]
    fn a_crowd_of_names_is_not_remembered_for_ever() {
        let mut colours = Colours::new(When::Always);
        for n in 0..REMEMBERED + 10 {
            colours.colour(&n.to_string());
        }
        assert_eq!(colours.given.len(), REMEMBERED);
    }

    #[test]
    fn without_colour_a_name_is_itself() {
        assert_eq!(
            Colours::new(When::Never).paint("alice").to_string(),
            "alice"
        );
        let painted = Colours::new(When::Always).paint("alice").to_string();
        assert!(
            painted.starts_with("\x1b[") && painted.ends_with("alice\x1b[0m"),
            "{painted:?}"
        );
    }
}
