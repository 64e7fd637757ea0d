//! Where lines come from and news go to: the line editor, the menu, or just the
//! two streams when there is no terminal.

use std::io::{self, IsTerminal as _};

use clap::ValueEnum;
use common::{
    exit::{Failure, reason},
    input::{self, Line},
    output::Output,
    stop::Stop,
};
use crossbeam_channel::Receiver;

use super::{menu::Menu, split::MAX_LINE, terminal::Terminal};

/// What the user sees (`--ui`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Ui {
    /// A line to type in; what comes appears above it
    Line,
    /// One thing at a time: 1 receive, 2 send, q leave
    Menu,
}

/// The client's side that people see.
#[derive(Debug)]
pub enum Face {
    /// A terminal with a line editor.
    Terminal(Terminal),
    /// The menu.
    Menu(Menu),
    /// Pipes, files, or a terminal that can do nothing but print.
    Streams(Receiver<Line>, Output),
}

impl Face {
    /// Takes standard input and output. With `traces` on the screen there is no
    /// line editor: they would be printed into its line.
    ///
    /// # Errors
    ///
    /// [`Failure`] when the input cannot be read.
    pub fn open(ui: Ui, traces: bool, stop: &Stop) -> Result<Self, Failure> {
        let traces = traces && io::stderr().is_terminal();
        if ui == Ui::Line
            && !traces
            && let Ok(terminal) = Terminal::open(stop)
        {
            return Ok(Face::Terminal(terminal));
        }
        let unreadable = |error| Failure::new("cannot read the input", reason(&error));
        let lines = input::lines(io::stdin(), MAX_LINE).map_err(unreadable)?;
        let output = Output::stdout(stop);
        match ui {
            Ui::Line => Ok(Face::Streams(lines, output)),
            Ui::Menu => Menu::open(lines, output)
                .map(Face::Menu)
                .map_err(unreadable),
        }
    }

    /// What the user types; disconnected when there is no more.
    #[must_use]
    pub fn input(&self) -> &Receiver<Line> {
        match self {
            Face::Terminal(terminal) => &terminal.input,
            Face::Menu(menu) => &menu.input,
            Face::Streams(lines, _) => lines,
        }
    }

    /// What the user reads.
    #[must_use]
    pub fn output(&self) -> Output {
        match self {
            Face::Terminal(terminal) => terminal.output.clone(),
            Face::Menu(menu) => menu.output.clone(),
            Face::Streams(_, output) => output.clone(),
        }
    }
}
