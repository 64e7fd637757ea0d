//! How a conversation ends, as the server sees it.

use super::lf;
use crate::bench::Bench;
use crate::causes::*;
use crate::diagnose::Seen;
use crate::verdict::Failure;

/// A marker ends the conversation, with all earlier answers and no later ones.
pub(in crate::suites) fn marker_ends(bench: &mut Bench<'_>) -> Result<(), Failure> {
    // A server each, so that one which serves a single client is judged, too.
    for end in ["exit\n", "end\n", "q\n", "exit\r\n"] {
        let (_server, mut conversation) = bench.server()?;
        let (text, later) = (bench.word(), bench.word());
        conversation.send(format!("{text}\n{end}{later}\n").as_bytes());
        conversation
            .expect(&bench.answer(&text))
            .map_err(|seen| match seen.end {
                Some(_) if seen.got.is_empty() => seen.blame(ANSWERS_LOST),
                _ => seen.into(),
            })?;
        conversation
            .expect_end()
            .map_err(|seen| after_marker(*seen, end, &bench.answer(&later)))?;
    }
    for cut in 1..=4 {
        let (_server, mut conversation) = bench.server()?;
        conversation
            .exchange_cut(b"exit\n", &[cut], b"")
            .and_then(|()| conversation.expect_end())
            .map_err(|seen| after_marker(*seen, "exit\n", b"\n"))?;
    }
    Ok(())
}

/// What came although the conversation was to end.
fn after_marker(seen: Seen, end: &str, later: &[u8]) -> Failure {
    let marker = seen.speech.answer(end.trim_end().as_bytes());
    let cause = match seen.got.strip_prefix(&marker[..]) {
        Some(b"") if seen.end.is_some() => MARKER_ANSWERED,
        Some(_) => MARKER_UNKNOWN,
        None if seen.got.is_empty() && seen.end.is_none() => NEVER_CLOSES,
        None if seen.got.ends_with(later) => AFTER_MARKER,
        None => return Failure::from(Box::new(seen)),
    };
    seen.blame(cause)
}

/// A message that only resembles a marker is answered.
pub(in crate::suites) fn marker_inside(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (_server, mut conversation) = bench.server()?;
    for text in [
        "quit", "Exit", "EXIT", "exit now", "ending", "the end", " q", "q ", "qq", "Q",
    ] {
        conversation.send(&lf(text));
        conversation
            .expect(&bench.answer(text))
            .map_err(|seen| match seen.end {
                Some(_) if seen.got.is_empty() => seen.blame(MARKER_TOO_GREEDY),
                _ => seen.into(),
            })?;
    }
    conversation.expect_nothing()?;
    Ok(())
}

/// After the client's end every answer arrives, also to a last text without LF.
pub(in crate::suites) fn end_of_input(bench: &mut Bench<'_>) -> Result<(), Failure> {
    let (text, rest) = (bench.word(), bench.word());
    let (message, answer) = (lf(&text), bench.answer(&text));
    let both = [&answer[..], &bench.answer(&rest)].concat();
    let unterminated = [&message, rest.as_bytes()].concat();
    for (sent, due) in [
        (&unterminated[..], &both[..]),
        (&message, &answer),
        (b"", b""),
    ] {
        let (_server, mut conversation) = bench.server()?;
        conversation.send(sent);
        conversation.half_close();
        conversation
            .expect(due)
            .and_then(|()| conversation.expect_end())
            .map_err(|seen| at_end(*seen, &answer))?;
    }
    // The rest is a message like any other, so it may be a marker.
    let (_server, mut conversation) = bench.server()?;
    conversation.send(&[&message, &b"exit"[..]].concat());
    conversation.half_close();
    conversation.expect(&answer)?;
    conversation
        .expect_end()
        .map_err(|seen| after_marker(*seen, "exit\n", b"\n"))?;
    Ok(())
}

/// What came, or did not, after the client had ended its side.
fn at_end(seen: Seen, answer: &[u8]) -> Failure {
    let rest = seen.got.strip_prefix(answer).unwrap_or(&seen.got);
    let empty = seen.speech.answer(b"");
    let spins = rest.len() > 2 * empty.len()
        && rest.chunks(empty.len()).all(|line| empty.starts_with(line));
    let cause = if spins {
        EOF_NOT_SEEN
    } else if seen.got == answer && seen.expected.len() > answer.len() {
        LAST_LINE_LOST
    } else if seen.got == seen.expected && seen.end.is_none() {
        NEVER_CLOSES
    } else {
        return Failure::from(Box::new(seen));
    };
    seen.blame(cause)
}
