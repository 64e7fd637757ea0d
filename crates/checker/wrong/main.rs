//! The bank of wrong programs: `wrong NAME ARGS`, or `wrong --list`.
//!
//! A judge that has never seen a wrong program proves nothing. For each lesson
//! here is one right server and one right client, in the style of a student's
//! first program, and for each name of its table one bug, switched on at the
//! place where it bites. Nothing of the checker is used.

mod common;
mod datagram;
mod entry;
mod lines;
mod show;
mod tcp_basics;
mod tcp_threaded;
mod udp_basics;
mod udp_chat;
mod udp_timesync;

use std::io;
use std::process::ExitCode;

use entry::Entry;

const USAGE: &str =
    "usage: wrong --list | wrong SERVER PORT | wrong CLIENT HOST PORT [NAME | FORMAT]";

/// What the command line says after the name of the program: a server gets no
/// host. A member of a room has a name; who asks for the time has a format, which
/// stands in its place.
struct Place<'a> {
    host: Option<&'a str>,
    port: u16,
    name: &'a str,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let [name, arguments @ ..] = &words[..] else {
        return usage();
    };
    if *name == "--list" {
        list("tcp-basics", tcp_basics::BANK);
        list("tcp-threaded", tcp_threaded::BANK);
        list("udp-basics", udp_basics::BANK);
        list("udp-chat", udp_chat::BANK);
        list("udp-timesync", udp_timesync::BANK);
        return ExitCode::SUCCESS;
    }
    let (host, port, member) = match arguments {
        [port] => (None, port, ""),
        [host, port] => (Some(*host), port, ""),
        [host, port, member] => (Some(*host), port, *member),
        _ => return usage(),
    };
    let Ok(port) = port.parse() else {
        return usage();
    };
    let place = Place {
        host,
        port,
        name: member,
    };
    let outcome = if let Some(entry) = find(tcp_basics::BANK, name, &place) {
        tcp_basics::run(entry, &place)
    } else if let Some(entry) = find(tcp_threaded::BANK, name, &place) {
        tcp_threaded::run(entry, &place)
    } else if let Some(entry) = find(udp_basics::BANK, name, &place) {
        udp_basics::run(entry, &place)
    } else if let Some(entry) = find(udp_chat::BANK, name, &place) {
        udp_chat::run(entry, &place)
    } else if let Some(entry) = find(udp_timesync::BANK, name, &place) {
        udp_timesync::run(entry, &place)
    } else {
        return usage();
    };
    end(outcome)
}

/// The program of this name, if it can be at such a place.
fn find<'a, Bug>(bank: &'a [Entry<Bug>], name: &str, place: &Place<'_>) -> Option<&'a Entry<Bug>> {
    bank.iter()
        .find(|entry| entry.name == name && entry.is_server() == place.host.is_none())
}

fn end(outcome: io::Result<()>) -> ExitCode {
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

/// Columns separated by a tab: name, lesson, role, check, cause, story.
fn list<Bug>(lesson: &str, bank: &[Entry<Bug>]) {
    for entry in bank {
        let (name, role, story) = (entry.name, entry.role(), entry.story);
        let (check, cause) = (entry.check, entry.cause);
        println!("{name}\t{lesson}\t{role}\t{check}\t{cause}\t{story}");
    }
}
