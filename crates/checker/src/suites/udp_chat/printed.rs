//! What must be on the client's standard output.

use super::PATIENCE;
use super::host::Host;
use crate::verdict::{Cause, Failure, Side};

impl Host {
    /// Waits until a row of standard output holds all these parts.
    ///
    /// # Errors
    /// With `missing` as the cause.
    pub(super) fn prints(&mut self, parts: &[&str], missing: Cause) -> Result<(), Failure> {
        let printed = |host: &Self| (host.rows(parts) > 0).then_some(());
        // What comes meanwhile is answered, or the client would ask again.
        if self.until_printed(printed).is_some() {
            return Ok(());
        }
        let stdout = self.stdout();
        let last = stdout.len().saturating_sub(400);
        Err(Failure::of(
            missing,
            Side::words(format!(
                "a line on standard output with {}",
                parts.join(" and ")
            )),
            Side::printed(&stdout[last..]),
        ))
    }

    /// How many rows hold all these parts.
    pub(super) fn rows(&self, parts: &[&str]) -> usize {
        let stdout = self.stdout();
        let rows = stdout.split(|&byte| byte == b'\n');
        rows.filter(|row| {
            parts
                .iter()
                .all(|part| find(row, part.as_bytes()).is_some())
        })
        .count()
    }

    /// Proves that these were printed in this order, each once.
    pub(super) fn printed_once_in_order(
        &self,
        texts: &[&str],
        twice: Cause,
        order: Cause,
    ) -> Result<(), Failure> {
        let stdout = self.stdout();
        let mut last = None;
        for text in texts {
            if self.rows(&[text]) > 1 {
                return Err(Failure::of(
                    twice,
                    Side::bytes(text.as_bytes(), "once on standard output"),
                    Side::words(format!("{} lines hold it", self.rows(&[text]))),
                ));
            }
            let at = find(&stdout, text.as_bytes());
            if at < last {
                return Err(Failure::of(
                    order,
                    Side::words(format!("these texts in this order: {}", texts.join(", "))),
                    Side::printed(stdout),
                ));
            }
            last = at;
        }
        Ok(())
    }

    /// Proves that a text that must not count is not printed.
    pub(super) fn never_prints(&self, text: &str, cause: Cause) -> Result<(), Failure> {
        match self.rows(&[text]) {
            0 => Ok(()),
            _ => Err(Failure::words(
                cause,
                format!("nothing of {text} on standard output"),
                "it is there",
            )),
        }
    }

    pub(super) fn stdout(&self) -> Vec<u8> {
        self.client.output().stdout()
    }

    fn until_printed(&mut self, look: impl Fn(&Self) -> Option<()>) -> Option<()> {
        let turn = PATIENCE / 250;
        for _ in 0..250 {
            if let Some(found) = look(self) {
                return Some(found);
            }
            self.listen(turn);
            if self.is_over() {
                break;
            }
        }
        look(self)
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    let mut places = text.windows(part.len().max(1));
    places.position(|window| window == part)
}
