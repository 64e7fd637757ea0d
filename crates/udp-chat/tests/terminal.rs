//! The client at a terminal: what comes in does not break what is typed, and the
//! terminal is left as it was found.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    reason = "a test stops where it fails, helpers too"
)]

mod desk;

use checker::program::Program;
use desk::Desk;
use rustix::process::Signal;

/// What a terminal puts around what is pasted.
const PASTE: [&str; 2] = ["\x1b[200~", "\x1b[201~"];
const CTRL_C: &str = "\x03";
const CTRL_D: &str = "\x04";
const CTRL_R: &str = "\x12";
const CTRL_Z: &str = "\x1a";
const BACKSPACE: &str = "\x7f";

fn server() -> Program {
    Program::start(
        env!("CARGO_BIN_EXE_udp-chat-server"),
        &["--listen", "127.0.0.1:0"],
    )
}

/// A member without a terminal.
fn member(server: &Program, name: &str) -> Program {
    let args = ["--connect", &server.address(), "--name", name];
    let member = Program::start(env!("CARGO_BIN_EXE_udp-chat-client"), &args);
    member.expect_line(|line| line.contains(&format!("you are {name}")));
    member
}

/// A member with one, of 40 columns.
fn desk(server: &Program, args: &[&str]) -> Desk {
    let address = server.address();
    let args = [&["--connect", &address], args].concat();
    let desk = Desk::start(40, "xterm-256color", &args);
    desk.see("you are", 0);
    desk.see(">>> ", 0);
    desk
}

#[test]
fn what_comes_in_appears_above_the_line_that_is_typed() {
    let server = server();
    let mut bo = member(&server, "Bo");
    let ada = desk(&server, &["--name", "Ada", "--color", "never"]);
    bo.expect_line(|line| line.ends_with("Ada joined"));
    // As an input method types: several characters in one piece, wide ones.
    ada.press("半句话 half a li");
    let typed = ada.see("half a li", 0);
    bo.write("打断一下\n".as_bytes());
    let came = ada.see("Bo: 打断一下\r\n", typed);
    // The line was taken away before, and is drawn again after it.
    let drawn = ada.drawn();
    assert!(drawn[typed..came].contains("\x1b["), "{drawn:?}");
    ada.see(">>> 半句话 half a li", came);
    ada.press("ne\r");
    bo.expect_line(|line| line == "Ada: 半句话 half a line");
    // One key takes back one character, however wide.
    ada.press(&format!("你好吗{BACKSPACE}\r"));
    bo.expect_line(|line| line == "Ada: 你好");
    ada.press("q\r");
    assert_eq!(ada.end(), 0);
    bo.expect_line(|line| line.ends_with("Ada left"));
}

#[test]
fn ten_pasted_lines_are_ten_messages() {
    let server = server();
    let bo = member(&server, "Bo");
    let ada = desk(&server, &["--name", "Ada"]);
    let lines = |what: &str| {
        (1..=10)
            .map(|n| format!("{what} 第{n}行\r"))
            .collect::<String>()
    };
    // Marked as a paste, they can still be edited, and Enter says them.
    ada.press(&format!("{}{}{}\r", PASTE[0], lines("marked"), PASTE[1]));
    bo.expect_line(|line| line == "Ada: marked 第10行");
    // Not marked, each is said at its end; none may be lost between two lines.
    ada.press(&lines("typed"));
    bo.expect_line(|line| line == "Ada: typed 第10行");
    let said = bo.printed();
    let said: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("Ada: "))
        .collect();
    let expected: Vec<String> = ["marked", "typed"]
        .iter()
        .flat_map(|what| (1..=10).map(move |n| format!("Ada: {what} 第{n}行")))
        .collect();
    assert_eq!(said, expected);
    ada.press("q\r");
    assert_eq!(ada.end(), 0);
}

#[test]
fn a_line_that_is_too_long_is_refused_and_not_lost_silently() {
    let server = server();
    let bo = member(&server, "Bo");
    let ada = desk(&server, &["--name", "Ada"]);
    ada.press(&format!("{}{}{}\r", PASTE[0], "x".repeat(65_537), PASTE[1]));
    ada.see("warning: not said: a line of 65537 bytes", 0);
    ada.press("short\r");
    bo.expect_line(|line| line == "Ada: short");
    assert!(!bo.printed().contains("xx"));
    ada.press("q\r");
    assert_eq!(ada.end(), 0);
}

#[test]
fn that_a_line_was_split_is_said_above_the_one_that_is_typed() {
    let server = server();
    let bo = member(&server, "Bo");
    let ada = desk(&server, &["--name", "Ada"]);
    let long = format!("{}{}{}\r", PASTE[0], "x".repeat(1500), PASTE[1]);
    ada.press(&format!("{long}half a li"));
    let seen = ada.see("* line 1 has 1500 bytes and goes as 2 messages\r\n", 0);
    // Perhaps not in one go: the rest may have been typed only now.
    let seen = ada.see(">>> ", seen);
    ada.see("half a li", seen);
    ada.press("ne\r");
    bo.expect_line(|line| line == "Ada: half a line");
    ada.press("q\r");
    assert_eq!(ada.end(), 0);
}

#[test]
fn a_resized_window_loses_nothing() {
    let server = server();
    let mut bo = member(&server, "Bo");
    let ada = desk(&server, &["--name", "Ada", "--color", "never"]);
    let long = "一二三四五六七八九十".repeat(3);
    ada.press(&long);
    let mut seen = ada.see("十", 0);
    for columns in [20, 100, 7, 60] {
        ada.resize(columns);
        bo.write(format!("{columns} columns\n").as_bytes());
        seen = ada.see(&format!("Bo: {columns} columns"), seen);
        seen = ada.see("十", seen);
    }
    ada.press("。\r");
    bo.expect_line(|line| line == format!("Ada: {long}。"));
    ada.press(CTRL_D);
    assert_eq!(ada.end(), 0);
}

#[test]
fn the_terminal_is_put_back_however_it_ends() {
    for (way, code, word) in [
        ("q\r", 0, ">>> "),
        (CTRL_D, 0, ">>> "),
        ("half a line\x03", 0, "stopped: "),
        ("\x12search\x03\x03", 0, "stopped: "),
    ] {
        let server = server();
        let ada = desk(&server, &["--name", "Ada"]);
        ada.press(way);
        assert_eq!(ada.end(), code, "{way:?}");
        ada.see(word, 0);
        pastes_are_unmarked(&ada);
    }
    for signal in [Signal::INT, Signal::TERM] {
        let server = server();
        let ada = desk(&server, &["--name", "Ada"]);
        ada.press("half a line");
        ada.see("half a line", 0);
        ada.signal(signal);
        assert_eq!(ada.end(), 0);
        has_a_line_of_its_own("stopped: ", &ada);
        pastes_are_unmarked(&ada);
    }
}

#[test]
fn a_terminal_that_nobody_reads_does_not_keep_it_from_ending() {
    let server = server();
    let mut bo = member(&server, "Bo");
    let ada = desk(&server, &["--name", "Ada"]);
    let unread = ada.look_away();
    bo.write(format!("{}\n", "x".repeat(900)).repeat(100).as_bytes());
    bo.end_input();
    assert_eq!(bo.wait(), 0);
    // More than the terminal keeps for its reader.
    ada.is_full();
    ada.signal(Signal::INT);
    assert_eq!(ada.end(), 0);
    drop(unread);
}

#[test]
fn the_terminal_is_put_back_after_an_error_while_a_line_is_typed() {
    let server = server();
    let _bo = member(&server, "Ada");
    let args = ["--connect", &server.address(), "--name", "ADA"];
    let ada = Desk::start(40, "xterm-256color", &args);
    assert_eq!(ada.end(), 1);
    has_a_line_of_its_own("error: cannot join: ", &ada);
    pastes_are_unmarked(&ada);
}

#[test]
fn between_ctrl_z_and_fg_the_terminal_belongs_to_the_shell() {
    let server = server();
    let mut bo = member(&server, "Bo");
    let ada = desk(&server, &["--name", "Ada", "--color", "never"]);
    ada.press("half a li");
    let seen = ada.see("half a li", 0);
    ada.press(CTRL_Z);
    ada.stops();
    ada.is_as_found();
    pastes_are_unmarked(&ada);
    bo.write(b"hi\n");
    ada.signal(Signal::CONT);
    let seen = ada.see("Bo: hi\r\n", seen);
    ada.see(">>> half a li", seen);
    ada.press("ne\r");
    bo.expect_line(|line| line == "Ada: half a line");
    ada.press(CTRL_D);
    assert_eq!(ada.end(), 0);
}

#[track_caller]
fn has_a_line_of_its_own(text: &str, desk: &Desk) {
    let place = desk.see(text, 0) - text.len();
    let drawn = desk.drawn();
    let before = without_orders(&drawn[..place]);
    assert!(before.is_empty() || before.ends_with("\r\n"), "{drawn:?}");
}

/// What is seen: orders to the terminal taken out
/// (ESC, `[`, and everything up to a letter).
fn without_orders(drawn: &str) -> String {
    let mut parts = drawn.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |seen, part| {
        let letter = part
            .find(char::is_alphabetic)
            .map_or(part.len(), |at| at + 1);
        seen + &part[letter..]
    })
}

/// The last word about the marks of pasted text is "off". It may still be on its
/// way to us when the program has ended.
#[track_caller]
fn pastes_are_unmarked(desk: &Desk) {
    let last = desk.drawn().rfind("\x1b[?2004h").unwrap_or(0);
    desk.see("\x1b[?2004l", last);
}

#[test]
fn while_the_editor_searches_the_conversation_goes_on() {
    let server = server();
    let mut bo = member(&server, "Bo");
    let ada = desk(&server, &["--name", "Ada", "--color", "never"]);
    ada.press("hello\r");
    bo.expect_line(|line| line == "Ada: hello");
    let before = ada.drawn().len();
    ada.press(&format!("{CTRL_R}hel"));
    ada.see("hel", before);
    for n in 0..100 {
        bo.write(format!("{n}\n").as_bytes());
    }
    bo.end_input();
    // All acknowledged, or it would not end.
    assert_eq!(bo.wait(), 0);
    ada.press("\r");
    ada.see("Bo left", before);
    let drawn = ada.drawn();
    let mut said = drawn[before..].split("Bo: ").skip(1);
    assert!((0..100).all(|n| {
        said.next()
            .is_some_and(|s| s.starts_with(&format!("{n}\r\n")))
    }));
    ada.press(CTRL_C);
    assert_eq!(ada.end(), 0);
}

#[test]
fn each_name_has_its_colour_at_a_terminal() {
    let server = server();
    let mut bo = member(&server, "Bo");
    let ada = desk(&server, &["--name", "Ada"]);
    bo.write(b"hi\n");
    ada.see("Bo\x1b[0m: hi", 0);
    ada.press("q\r");
    assert_eq!(ada.end(), 0);
}

#[test]
fn a_terminal_that_can_only_print_gets_plain_lines() {
    let server = server();
    let mut bo = member(&server, "Bo");
    let args = ["--connect", &server.address(), "--name", "Ada"];
    let ada = Desk::start(40, "dumb", &args);
    ada.see("you are Ada", 0);
    bo.write(b"hi\n");
    ada.see("\nBo: hi\r\n", 0);
    ada.press("hello\n");
    bo.expect_line(|line| line == "Ada: hello");
    ada.press(CTRL_D);
    assert_eq!(ada.end(), 0);
    assert!(!ada.drawn().contains('\x1b'));
}
