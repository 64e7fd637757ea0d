//! What belongs to a text.

use super::{cuts_inside_characters, lf, longest};
use crate::bench::Bench;
use crate::causes::*;
use crate::verdict::Failure;

/// An empty message is answered.
pub(in crate::suites) fn empty_message(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut conversation) = bench.server()?;
    let text = bench.word();
    let empty = bench.answer("");
    conversation.send_and_hold(b"\n");
    // What is wrong shows at once when another answer comes instead.
    conversation.send(&lf(&text));
    conversation.expect(&[&empty[..], &bench.answer(&text)].concat())?;
    conversation.send(b"\n\n\n");
    conversation.expect(&empty.repeat(3))?;
    conversation.expect_nothing()?;
    Ok(())
}

/// One CR before the LF is dropped, and every other byte comes back.
pub(in crate::suites) fn carriage_return(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut conversation) = bench.server()?;
    // A word of its own for each, or a trimmed text looks like an old answer.
    let mut word = || bench.word();
    for (text, end) in [
        (word(), "\r\n"),
        (format!("  {}\t ", word()), "\n"),
        (format!(" {} ", word()), "\r\n"),
        (format!("{}\r{}", word(), word()), "\n"),
        (format!("{}\r", word()), "\r\n"),
        // A byte like any other, except to those who look for the end of a C string.
        (format!("{}\0{}", word(), word()), "\n"),
        (String::new(), "\r\n"),
    ] {
        conversation.send(format!("{text}{end}").as_bytes());
        conversation.expect(&bench.answer(&text))?;
    }
    conversation.expect_nothing()?;
    Ok(())
}

/// A text of any length that is allowed is answered whole.
pub(in crate::suites) fn long_message(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut conversation) = bench.server()?;
    let longest = longest(bench);
    // The telling length first: where 1024 bytes and their LF are two reads, the
    // second looks like an empty message.
    for length in [5000, longest, 1024, 1025] {
        let text = bench.text(length);
        conversation.send(&lf(&text));
        conversation.expect(&bench.answer(&text))?;
    }
    conversation.expect_nothing()?;
    Ok(())
}

/// A CR counts in the limit.
pub(in crate::suites) fn longest_with_cr(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut conversation) = bench.server()?;
    let text = bench.text(longest(bench) - 1);
    conversation.send(format!("{text}\r\n").as_bytes());
    conversation.expect(&bench.answer(&text))?;
    Ok(())
}

/// Characters of several bytes come back, also when a read ends inside one.
pub(in crate::suites) fn character_cut(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut conversation) = bench.server()?;
    let text = |bench: &mut Bench<'_>| format!("你好 é🦀 {}", bench.word());
    let whole = text(bench);
    conversation.send(&lf(&whole));
    conversation
        .expect(&bench.answer(&whole))
        .map_err(|seen| seen.blame(NOT_EIGHT_BIT))?;
    for cut in cuts_inside_characters(&whole) {
        let text = text(bench);
        conversation.exchange_cut(&lf(&text), &[cut], &bench.answer(&text))?;
    }
    conversation.expect_nothing()?;
    Ok(())
}
