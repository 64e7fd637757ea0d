//! `demo`: plays a lesson on real sockets: server, wire and client side by side.

mod actor;
mod entry;
mod order;
mod play;
mod screen;
mod script;
mod stage;

use std::io::{self, BufRead as _, Write};
use std::thread;

use crossbeam_channel::{Receiver, bounded};

use crate::cli::Demo;
use crate::error::{Error, Result};
use crate::lessons;
use crate::signal;
use crate::style;
use crate::workspace::{self, Workspace};
use play::{Pace, Player};
use screen::{Layout, SIDE_BY_SIDE, Screen};
use script::Scene;
use stage::Programs;

/// Plays the scenes of a lesson, or one of them.
///
/// # Errors
///
/// When a scene does not show what it promises, with the step that failed.
pub(crate) fn run(args: &Demo, workspace: &Workspace, out: &mut dyn Write) -> Result<()> {
    let lesson = lessons::named(&args.lesson)?;
    let scenes = script::load(
        &workspace.lesson(lesson).join("demo.toml"),
        lesson.transport,
    )?;
    let chosen = choose(&scenes, args.scene)?;
    let built = workspace.build_lesson(lesson)?;
    let program = |role: &str| -> Result<_> {
        let binary = workspace::binary(&built, &format!("{}-{role}", lesson.name))?;
        Ok(binary.path.clone())
    };
    let programs = Programs {
        server: program("server")?,
        client: program("client")?,
        transport: lesson.transport,
    };
    let stop = signal::stop()?;
    let enter = args.step.then(keyboard).transpose()?;
    let width = style::width();
    let side_by_side = !args.plain && style::is_terminal() && width >= SIDE_BY_SIDE;
    let layout = if side_by_side {
        Layout::Columns(width)
    } else {
        Layout::Plain
    };
    let pace = match &enter {
        Some(enter) => Pace::Enter(enter),
        None if !args.plain && style::is_terminal() => Pace::Reading,
        None => Pace::Events,
    };

    for (number, scene) in &chosen {
        let mut screen = Screen::new(out, layout);
        if !scene.is_playable() {
            screen.skipped(*number, scenes.len(), scene)?;
            continue;
        }
        screen.title(*number, scenes.len(), scene)?;
        Player::new(&programs, screen, &stop, pace).play(*number, scene)?;
    }
    writeln!(out)?;
    match args.scene {
        Some(number) if number < scenes.len() => {
            let next = number + 1;
            writeln!(
                out,
                "Next: cargo course demo {} --scene {next}",
                lesson.name
            )?;
        }
        _ => writeln!(
            out,
            "Read on in {}, then: cargo course start {}",
            lesson.chapter, lesson.name
        )?,
    }
    Ok(())
}

/// The scenes to play, with their numbers.
fn choose(scenes: &[Scene], number: Option<usize>) -> Result<Vec<(usize, &Scene)>> {
    let numbered = (1..).zip(scenes);
    match number {
        None => Ok(numbered.collect()),
        Some(number) if (1..=scenes.len()).contains(&number) => {
            Ok(numbered.filter(|(at, _)| *at == number).collect())
        }
        Some(number) => Err(Error::usage(
            format!("--scene {number}"),
            format!("there are scenes 1 to {}", scenes.len()),
        )),
    }
}

/// Enter, each time it is pressed; disconnected when the input ends.
fn keyboard() -> Result<Receiver<()>> {
    let (sender, receiver) = bounded(0);
    thread::Builder::new()
        .name("keyboard".to_owned())
        .spawn(move || {
            for line in io::stdin().lock().lines() {
                if line.is_err() || sender.send(()).is_err() {
                    return;
                }
            }
        })
        .map_err(|error| Error::machine("reading the keyboard", error))?;
    Ok(receiver)
}
