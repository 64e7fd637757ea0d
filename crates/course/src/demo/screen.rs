//! What the audience sees: three columns side by side, or the same as prefixed lines.

mod columns;

use std::io::{self, IsTerminal as _, Write};

use anstyle::Style;

use super::entry::{Entry, Kind};
use super::script::{self, SERVER, WIRE};
use crate::style::{self, BAD, BOLD, DIM, WARN};
use crate::units;
use columns::{TIME, columns, columns_of, fold};

/// The narrowest terminal for three columns.
pub(super) const SIDE_BY_SIDE: usize = 100;
/// Wider than this, lines are harder to read, not easier.
const WIDEST: usize = 160;
/// Narration is set like a book.
const NARRATION: usize = 78;
/// The longest prefix of a plain line.
const PREFIX: usize = "client A".len();

/// How a demo is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// One prefixed line for each event.
    Plain,
    /// Server, wire and client side by side in so many columns.
    Columns(usize),
}

/// Where a demo is shown.
pub(super) struct Screen<'a> {
    out: &'a mut dyn Write,
    layout: Layout,
    /// Narration was last: an empty line is due before the next event.
    spoke: bool,
    /// The prompt stands in an unfinished line.
    prompted: bool,
}

impl<'a> Screen<'a> {
    pub(super) fn new(out: &'a mut dyn Write, layout: Layout) -> Screen<'a> {
        let layout = match layout {
            Layout::Plain => Layout::Plain,
            Layout::Columns(width) => Layout::Columns(width.min(WIDEST)),
        };
        Screen {
            out,
            layout,
            spoke: false,
            prompted: false,
        }
    }

    /// A scene begins.
    pub(super) fn title(
        &mut self,
        number: usize,
        of: usize,
        scene: &script::Scene,
    ) -> io::Result<()> {
        writeln!(self.out)?;
        let title = format!("Scene {number} of {of}: {}", scene.title);
        writeln!(self.out, "{BOLD}{title}{BOLD:#}")?;
        self.narration(&scene.narration)?;
        if let Layout::Columns(width) = self.layout {
            self.pause()?;
            let [server, wire, client] = columns(width);
            let rule = |width: usize| "─".repeat(width);
            writeln!(
                self.out,
                "{BOLD}{:>TIME$} │ {SERVER:<server$} │ {WIRE:<wire$} │ {:<client$}{BOLD:#}",
                "s", "client"
            )?;
            writeln!(
                self.out,
                "{DIM}{}─┼─{}─┼─{}─┼─{}{DIM:#}",
                rule(TIME),
                rule(server),
                rule(wire),
                rule(client)
            )?;
        }
        self.out.flush()
    }

    /// A scene that this system cannot play.
    pub(super) fn skipped(
        &mut self,
        number: usize,
        of: usize,
        scene: &script::Scene,
    ) -> io::Result<()> {
        writeln!(self.out)?;
        let title = &scene.title;
        writeln!(self.out, "{BOLD}Scene {number} of {of}: {title}{BOLD:#}")?;
        writeln!(self.out, "{DIM}(not on this system){DIM:#}")
    }

    /// What the teacher says.
    pub(super) fn narration(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out)?;
        for line in style::prose(text, NARRATION) {
            writeln!(self.out, "{line}")?;
        }
        self.spoke = true;
        self.out.flush()
    }

    /// As how many lines a narration is set.
    pub(super) fn narration_lines(text: &str) -> u32 {
        style::prose(text, NARRATION).len().try_into().unwrap_or(0)
    }

    fn pause(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.spoke) {
            writeln!(self.out)?;
        }
        Ok(())
    }

    /// What comes next, for the one who presses Enter.
    pub(super) fn prompt(&mut self, next: &str) -> io::Result<()> {
        self.pause()?;
        write!(self.out, "{DIM}[Enter] {next}{DIM:#} ")?;
        self.prompted = true;
        self.out.flush()
    }

    /// Enter was pressed; a terminal has then ended the line by itself.
    pub(super) fn answered(&mut self) -> io::Result<()> {
        if io::stdin().is_terminal() {
            self.prompted = false;
        }
        self.end_prompt()
    }

    fn end_prompt(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.prompted) {
            writeln!(self.out)?;
        }
        Ok(())
    }

    /// One event.
    pub(super) fn entry(&mut self, entry: &Entry) -> io::Result<()> {
        self.pause()?;
        self.end_prompt()?;
        match self.layout {
            Layout::Plain => self.plain(entry)?,
            Layout::Columns(width) => self.side_by_side(entry, width)?,
        }
        self.out.flush()
    }

    fn plain(&mut self, entry: &Entry) -> io::Result<()> {
        let prefix = match entry.actor.as_str() {
            name @ (SERVER | WIRE) => name.to_owned(),
            name => format!("client {name}"),
        };
        let (actor, text) = (actor_style(entry), text_style(entry));
        let line = entry.line();
        let line = shown(entry, &line);
        writeln!(
            self.out,
            "{actor}{prefix:<PREFIX$}{actor:#}| {text}{}{text:#}",
            line.trim_end()
        )
    }

    fn side_by_side(&mut self, entry: &Entry, width: usize) -> io::Result<()> {
        let [server, wire, client] = columns(width);
        let (column, cell) = match entry.actor.as_str() {
            SERVER => (0, server),
            WIRE => (1, wire),
            _ => (2, client),
        };
        let name = if column == 2 {
            format!("{}: ", entry.actor)
        } else {
            String::new()
        };
        let text = format!("{name}{}", shown(entry, &entry.text));
        let style = text_style(entry);
        let mut lines: Vec<(Style, String)> = fold(&text, cell, "  ")
            .into_iter()
            .map(|line| (style, line))
            .collect();
        if let Some(hex) = &entry.hex {
            let hex = format!("  {hex}");
            lines.extend(fold(&hex, cell, "  ").into_iter().map(|line| (DIM, line)));
        }
        for (index, (style, line)) in lines.iter().enumerate() {
            let time = if index == 0 {
                units::seconds(entry.at)
            } else {
                String::new()
            };
            write!(self.out, "{DIM}{time:>TIME$}{DIM:#}")?;
            for (place, width) in [server, wire, client].into_iter().enumerate() {
                write!(self.out, "{DIM} │ {DIM:#}")?;
                if place == column {
                    write!(self.out, "{style}{line}{style:#}")?;
                }
                // Nothing follows the last column: no blanks to wrap in a narrow window.
                if place < 2 {
                    let used = if place == column { columns_of(line) } else { 0 };
                    write!(self.out, "{:1$}", "", width.saturating_sub(used))?;
                }
            }
            writeln!(self.out)?;
        }
        Ok(())
    }
}

/// Marks what was not printed by the program itself.
fn shown(entry: &Entry, text: &str) -> String {
    match entry.kind {
        Kind::Command => format!("$ {text}"),
        Kind::Typed => format!("> {text}"),
        _ => text.to_owned(),
    }
}

fn actor_style(entry: &Entry) -> Style {
    match entry.actor.as_str() {
        SERVER => style::SERVER,
        WIRE => style::WIRE,
        _ => style::CLIENT,
    }
}

fn text_style(entry: &Entry) -> Style {
    match entry.kind {
        Kind::Command | Kind::Act | Kind::Exit => DIM,
        Kind::Typed => BOLD,
        Kind::Complaint if entry.text.starts_with("error") => BAD,
        Kind::Fault => WARN,
        Kind::Output | Kind::Complaint | Kind::Data | Kind::Wire => actor_style(entry),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn show(entry: &Entry, layout: Layout) -> String {
        let mut out = Vec::new();
        Screen::new(&mut out, layout).entry(entry).unwrap();
        anstream::adapter::strip_bytes(&out)
            .into_vec()
            .try_into_string()
    }

    trait IntoString {
        fn try_into_string(self) -> String;
    }

    impl IntoString for Vec<u8> {
        fn try_into_string(self) -> String {
            String::from_utf8(self).unwrap()
        }
    }

    #[test]
    fn plain_lines_name_the_actor() {
        let at = Duration::from_millis(12);
        let said = Entry::new(at, "A", Kind::Output, "hello".to_owned());
        assert_eq!(show(&said, Layout::Plain), "client A| hello\n");
        let typed = Entry::new(at, "A", Kind::Typed, "hello".to_owned());
        assert_eq!(show(&typed, Layout::Plain), "client A| > hello\n");
    }

    #[test]
    fn columns_stay_aligned_with_wide_characters() {
        let at = Duration::from_millis(12);
        for text in [
            "hello",
            "你好，世界",
            "你好 hello 你好 hello 你好 hello 你好",
        ] {
            let said = Entry::new(at, SERVER, Kind::Output, text.to_owned());
            for line in show(&said, Layout::Columns(100)).lines() {
                let bars = line
                    .match_indices('│')
                    .map(|(place, _)| columns_of(&line[..place]));
                assert_eq!(bars.collect::<Vec<_>>(), [7, 38, 70], "{line}");
            }
        }
    }
}
