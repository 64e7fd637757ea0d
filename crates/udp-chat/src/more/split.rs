//! Lines that are too long for one message.

use crate::{protocol::MAX_TEXT, session::News};

/// Most bytes of a line, wherever it comes from. Its pieces fit into the queue
/// behind a window ([`Session::say`](crate::session::Session::say)).
pub(crate) const MAX_LINE: usize = 65_536;

/// The line in pieces that can be said one after the other: cut behind the last
/// blank that fits, so that no word is torn, or else between two characters.
/// Together they are the line. An empty line has no piece: it cannot be said.
pub(crate) fn pieces(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        if rest.len() <= MAX_TEXT {
            return (!rest.is_empty()).then(|| std::mem::take(&mut rest));
        }
        let fits = (0..=MAX_TEXT).rev().find(|&at| rest.is_char_boundary(at));
        let fits = fits.unwrap_or(rest.len());
        let cut = rest[..fits].rfind(' ').map_or(fits, |blank| blank + 1);
        let (piece, behind) = rest.split_at(cut);
        rest = behind;
        Some(piece)
    })
}

/// For the user, who might count on one. Not on standard error: that would be in
/// the middle of the line being typed.
pub(crate) fn news(line: u64, text: &str, count: usize) -> News<'static> {
    let bytes = text.len();
    News::Split { line, bytes, count }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::QUEUE;

    #[test]
    fn the_pieces_of_the_worst_line_fit_into_the_queue() {
        // A blank is a piece of its own when what follows it just fits.
        let mut worst = format!(" {}", "x".repeat(MAX_TEXT)).repeat(66);
        worst.truncate(MAX_LINE);
        assert_eq!(pieces(&worst).count(), 131);
        assert!(2 * MAX_LINE.div_ceil(MAX_TEXT) <= QUEUE);
    }

    #[test]
    fn pieces_fit_and_together_are_the_line() {
        for line in [
            String::new(),
            "a".repeat(MAX_TEXT),
            "a".repeat(MAX_TEXT + 1),
            "世".repeat(1000),
            "word ".repeat(700),
            format!("{} b", "a".repeat(2500)),
            " ".repeat(2001),
        ] {
            let parts: Vec<&str> = pieces(&line).collect();
            assert_eq!(parts.concat(), line);
            assert!(
                parts
                    .iter()
                    .all(|part| (1..=MAX_TEXT).contains(&part.len()))
            );
            assert!(
                parts.len() <= 2 * line.len().div_ceil(MAX_TEXT),
                "{line:.20}"
            );
        }
        let torn: Vec<String> = pieces(&"word ".repeat(700)).map(str::to_owned).collect();
        assert!(torn.iter().all(|part| part.ends_with("word ")));
    }
}
