//! Whether what was answered is on the client's standard output.

use super::super::super::printed::{self, contains};
use super::Talk;
use crate::causes::OUT_OF_ORDER;
use crate::limits::CLIENT;
use crate::verdict::{Cause, Failure, Side};

impl Talk {
    /// Proves that the text of every line is on standard output, in the order of
    /// the input, whatever stands around it. `missing` finds out why one is not.
    pub(in super::super) fn printed(
        &self,
        missing: impl FnOnce(usize) -> Cause,
    ) -> Result<(), Failure> {
        let output = self.client.output();
        output.wait(CLIENT, |state| {
            (state.is_over() || self.first_missing(state.stdout.bytes()).is_none()).then_some(())
        });
        let stdout = output.stdout();
        let Some((number, from)) = self.first_missing(&stdout) else {
            return Ok(());
        };
        let all =
            (1..=self.lines.len()).all(|number| contains(&stdout, self.line(number).as_bytes()));
        let cause = match all {
            true => OUT_OF_ORDER,
            false => missing(number),
        };
        Err(Failure::of(
            cause,
            Side::printed(self.line(number)),
            Side::printed(&stdout[from..]),
        ))
    }

    /// The first line whose text is not printed, and where to look for it.
    fn first_missing(&self, stdout: &[u8]) -> Option<(usize, usize)> {
        let lines = self.lines.iter().map(String::as_bytes);
        printed::first_missing(lines, stdout).map(|(nth, from)| (nth + 1, from))
    }
}

/// How many rows are exactly this text, as an answer is printed.
pub(in super::super) fn rows(stdout: &[u8], text: &str) -> usize {
    let rows = stdout.split(|&byte| byte == b'\n');
    let rows = rows.map(|row| row.strip_suffix(b"\r").unwrap_or(row));
    rows.filter(|row| *row == text.as_bytes()).count()
}
