//! A text that would steer a terminal, and the look whether it did.

use crate::bench::Bench;
use crate::causes::RAW_TERMINAL_CODES;
use crate::subject::Output;
use crate::verdict::{Failure, Side};

/// Texts that follow, and the bytes of each: more than the blocks of output that
/// are in use, of which 64 KiB is the largest.
const FOLLOWERS: usize = 80;
const FOLLOWER: usize = 1000;

/// A text with control characters, each next to a random word.
///
/// A program may colour its own output: only a control character beside one of
/// the words has come through the network.
pub(super) struct Hostile {
    pub(super) text: String,
    /// What must not be printed.
    raw: Vec<String>,
}

impl Hostile {
    pub(super) fn new(bench: &mut Bench<'_>) -> Self {
        let mut hostile = Self::line(bench);
        // Overwrites the line.
        hostile.raw.push(format!("\r{}", bench.word()));
        // A CR at the end would belong to the line end.
        hostile.text = format!("{}.", hostile.raw.concat());
        hostile
    }

    /// One that can be a line of somebody's input: without a CR, which many
    /// languages take for a line end where they read text.
    pub(super) fn line(bench: &mut Bench<'_>) -> Self {
        let mut word = || bench.word();
        let raw = vec![
            // Sets the window's title (C0).
            format!("\x1b]0;{}\x07", word()),
            // Colours what follows (C1).
            format!("\u{9b}31m{}", word()),
            // Turns what follows around.
            format!("\u{202e}{}", word()),
        ];
        Self {
            text: raw.concat(),
            raw,
        }
    }

    /// Harmless texts to be sent after it. Many languages collect in blocks what is
    /// printed to a pipe, and a block that is not full is lost when the program is
    /// ended; behind so much text it is.
    pub(super) fn followers(bench: &mut Bench<'_>) -> [String; FOLLOWERS] {
        [(); FOLLOWERS].map(|()| bench.text(FOLLOWER))
    }

    /// Fails when the program printed any of it as it came.
    pub(super) fn find_in(&self, output: &Output) -> Result<(), Failure> {
        for printed in [output.stdout(), output.stderr()] {
            for raw in &self.raw {
                let found = printed
                    .windows(raw.len())
                    .position(|part| part == raw.as_bytes());
                if let Some(at) = found {
                    return Err(Failure::of(
                        RAW_TERMINAL_CODES,
                        Side::words(
                            "control characters and direction marks made visible when they are printed",
                        ),
                        Side::bytes(&printed[at..at + raw.len()], "printed as it came"),
                    ));
                }
            }
        }
        Ok(())
    }
}
