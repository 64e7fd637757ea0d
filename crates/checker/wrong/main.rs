//! The bank of wrong programs: `wrong NAME ARGS`, or `wrong --list`.
//!
//! A judge that has never seen a wrong program proves nothing. Here is one
//! right server and one right client, in the style of a student's first
//! program, and for each name of [`table::BANK`] one bug, switched on at the
//! place where it bites. Nothing of the checker is used.

mod client;
mod conversation;
mod lines;
mod sender;
mod server;
mod show;
mod table;

use std::process::ExitCode;

use table::{BANK, Entry};

const USAGE: &str = "usage: wrong --list | wrong server-NAME PORT | wrong client-NAME HOST PORT";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["--list"] => {
            list();
            ExitCode::SUCCESS
        }
        [name, ref arguments @ ..] => match BANK.iter().find(|entry| entry.name == name) {
            Some(entry) => run(entry, arguments),
            None => usage(),
        },
        [] => usage(),
    }
}

fn run(entry: &Entry, arguments: &[&str]) -> ExitCode {
    let port = arguments.last().and_then(|port| port.parse().ok());
    let outcome = match (arguments, port) {
        ([_], Some(port)) if entry.is_server() => server::run(port, entry.bug),
        ([host, _], Some(port)) if !entry.is_server() => client::run(host, port, entry.bug),
        _ => return usage(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}

/// Columns separated by a tab: name, role, check, cause, story.
fn list() {
    for entry in BANK {
        let role = if entry.is_server() {
            "server"
        } else {
            "client"
        };
        println!(
            "{}\t{role}\t{}\t{}\t{}",
            entry.name, entry.check, entry.cause, entry.story
        );
    }
}
