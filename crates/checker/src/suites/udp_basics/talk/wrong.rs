//! What is wrong with what a client sends instead of a request.

use std::time::Duration;

use super::Talk;
use crate::bench::end_at_start;
use crate::causes::*;
use crate::verdict::{Failure, Side};

impl Talk {
    pub(super) fn nothing_came(&self, number: usize, limit: Duration) -> Failure {
        let exit = self.client.exited();
        let cause = match (exit, self.from) {
            (Some(exit), None) => end_at_start(exit),
            (None, None) => NEVER_SENDS,
            _ if self.line(number).is_empty() => EMPTY_NOT_SENT,
            _ => LINES_MISSING,
        };
        let got = match exit {
            Some(exit) => format!("it ended with {exit}"),
            None => format!("it did not within {} s", limit.as_secs()),
        };
        Failure::of(
            cause,
            Side::bytes(self.request_of(number), "from the client"),
            Side::words(got),
        )
    }

    pub(super) fn wrong_request(&self, number: usize, got: Vec<u8>) -> Failure {
        let wanted = self.request_of(number);
        let line = self.line(number).as_bytes();
        let ends_in_line_end = got.ends_with(b"\n") || got.ends_with(b"\r");
        let digits = got.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (own, rest) = got.split_at(digits);
        let text = rest.strip_prefix(b" ");
        let stripped = [
            line.trim_ascii(),
            line.trim_ascii_start(),
            line.trim_ascii_end(),
        ];
        // What a second try that is numbered anew looks like.
        let is_repeat =
            |known: usize| self.count(known) > 0 && text == Some(self.line(known).as_bytes());
        let cause = if got.starts_with(b"b'") || got.starts_with(b"b\"") {
            PRINTED_BYTES_OBJECT
        } else if ends_in_line_end && got.trim_ascii_end() == wanted.trim_ascii_end() {
            LINE_END_INSIDE
        } else if (1..=self.lines.len()).any(is_repeat) {
            RESENT_CHANGED
        } else if text.is_some_and(|text| text != line && stripped.contains(&text)) {
            BYTES_STRIPPED
        } else if self.lines.iter().any(|line| text == Some(line.as_bytes())) {
            NUMBERED_WRONG
        } else if rest == line && !own.is_empty() || got == wanted.trim_ascii_end() {
            BLANK_MISSING
        } else if self
            .lines
            .iter()
            .any(|line| got.trim_ascii_end() == line.trim_ascii_end().as_bytes())
        {
            NO_NUMBER
        } else {
            CHANGED_TEXT
        };
        Failure::compared(
            cause,
            Vec::new(),
            Side::bytes(wanted, "from the client"),
            Side::datagram(got),
        )
    }
}
