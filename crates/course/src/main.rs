//! `cargo course`: lists, plays, starts and checks the lessons.
//!
//! One module per command; [`cli`] is what can be typed, [`workspace`] is where things are and how
//! they are built, [`progress`] is what a student has done so far. The verdicts themselves come
//! from the `checker` crate.

mod check;
mod cli;
mod demo;
mod doctor;
mod error;
mod hint;
mod lessons;
mod list;
mod progress;
mod proxy;
mod signal;
mod start;
mod style;
mod units;
mod which;
mod wire;
mod workspace;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser as _;

use cli::{Cli, Command};
use error::{Kind, Result};
use progress::Progress;
use workspace::Workspace;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way too, with code 0. A closed output is not an error.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let mut out = anstream::stdout().lock();
    let result = run(cli.command, &mut out).and_then(|code| {
        out.flush()?;
        Ok(code)
    });
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            if error.kind != Kind::Closed {
                // What was said before the error must stand above it.
                let _ = out.flush();
                style::say(&error.to_string());
            }
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(command: Option<Command>, out: &mut dyn Write) -> Result<u8> {
    if let Some(Command::Proxy { kind }) = &command {
        let ran = match kind {
            cli::Proxy::Tcp(args) => proxy::tcp(args, out),
            cli::Proxy::Udp(args) => proxy::udp(args, out),
        };
        return ran.map(|()| 0);
    }
    if matches!(command, Some(Command::Doctor)) {
        return doctor::run(out).map(|()| 0);
    }
    let workspace = Workspace::find()?;
    match command {
        None | Some(Command::List) => {
            let progress = Progress::load(&workspace);
            list::run(&progress, style::is_terminal(), out)?;
        }
        Some(Command::Start(args)) => start::run(&args, &workspace, out)?,
        Some(Command::Check(args)) => return check::run(&args, &workspace, out),
        Some(Command::Hint(args)) => hint::run(&args, &workspace, out)?,
        Some(Command::Demo(args)) => demo::run(&args, &workspace, out)?,
        Some(Command::Proxy { .. } | Command::Doctor) => {}
    }
    Ok(0)
}
