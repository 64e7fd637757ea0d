//! Each misreading, told from the others.

use std::time::Instant;

use super::*;
use crate::peer::End;
use proptest::prelude::*;

fn seen(pieces: &[&str], expected: &str, got: &str, end: Option<End>) -> Seen {
    Seen {
        speech: Speech::ECHO,
        pieces: pieces
            .iter()
            .map(|piece| piece.as_bytes().to_vec())
            .collect(),
        answered: Vec::new(),
        expected: expected.into(),
        got: got.into(),
        early: 0,
        end,
        at: Instant::now(),
    }
}

#[track_caller]
fn assert_cause(seen: &Seen, cause: Cause) {
    assert_eq!(seen.cause().id, cause.id);
}

#[test]
fn each_misreading_is_told_from_the_others() {
    let closed = Some(End::Closed);
    for (pieces, expected, got, end, cause) in [
        (&["hello\n"][..], "hello\n", "", None, NO_ANSWER),
        (&["hello\n"], "hello\n", "", closed, CLOSED_EARLY),
        (&["hello\n"], "hello\n", "hello", None, MISSING_NEWLINE),
        (&["hello\n"], "hello\n", "hello\r\n", None, CRLF_ANSWER),
        (
            &["hello\n"],
            "hello\n",
            "b'hello'\n",
            None,
            PRINTED_BYTES_OBJECT,
        ),
        (
            &["hello\n"],
            "hello\n",
            "Welcome!\nhello\n",
            None,
            SPEAKS_FIRST,
        ),
        (
            &["hello\n"],
            "hello\n",
            "You said hello\n",
            None,
            CHANGED_TEXT,
        ),
        (
            &["he", "llo\n"],
            "hello\n",
            "he\nllo\n",
            None,
            ONE_READ_ONE_MESSAGE,
        ),
        (&["he", "llo\n"], "hello\n", "llo\n", None, PARTIAL_DROPPED),
        (&["a\nb\nc"], "a\nb\n", "a\n", None, REST_DROPPED),
        (&["a\nb\nc"], "a\nb\n", "", None, GLUED_AS_ONE),
        (&["\n", "a\n"], "\na\n", "a\n", None, EMPTY_SKIPPED),
        (&["\n"], "\n", "", closed, EMPTY_IS_END),
        (&["a\r\n"], "a\n", "a\r\n", None, CR_KEPT),
        (&[" a \r\n"], " a \n", "a\n", None, TRIMMED),
        (&[" a \n"], " a \n", " a\n", None, TRIMMED),
        (&["a\r\r\n"], "a\r\n", "a\n", None, TRIMMED),
        (&["a\rb\n"], "a\rb\n", "ab\n", None, ALL_CR_DROPPED),
        (&["a\rb\n"], "a\rb\n", "a\nb\n", None, CR_ENDS_MESSAGE),
        (&["你好\n"], "你好\n", "??\n", None, NOT_EIGHT_BIT),
        (&["你好\n"], "你好\n", "", closed, NOT_EIGHT_BIT),
    ] {
        let seen = seen(pieces, expected, got, end);
        assert_eq!(seen.cause().id, cause.id, "{pieces:?} answered {got:?}");
    }
}

#[test]
fn earlier_answers_explain_later_ones() {
    for (got, end, cause) in [
        ("one\n", None, STALE_ANSWER),
        ("onetwo\n", None, BUFFER_NOT_CLEARED),
        ("one\ntwo\n", None, BUFFER_NOT_CLEARED),
        ("", Some(End::Closed), ONE_SHOT),
    ] {
        let mut seen = seen(&["two\n"], "two\n", got, end);
        seen.answered = vec![b"one\n".to_vec()];
        assert_cause(&seen, cause);
    }
}

#[test]
fn long_texts_break_where_a_read_does() {
    let text: String = ('a'..='z').cycle().take(3000).collect();
    let line = format!("{text}\n");
    let (head, tail) = text.split_at(1024);
    for (got, cause) in [
        (format!("{head}\n{tail}\n"), CUT_AT_1024),
        (format!("{head}\n"), TRUNCATED),
        ("ERR too long\n".into(), LIMIT_TOO_LOW),
    ] {
        assert_cause(&seen(&[&line], &line, &got, None), cause);
    }
}

#[test]
fn half_a_character_is_decoded_by_itself() {
    let mut seen = seen(&["你\n"], "你\n", "\u{fffd}\u{fffd}\n", None);
    seen.pieces = vec![b"\xe4\xbd".to_vec(), b"\xa0\n".to_vec()];
    assert_cause(&seen, DECODE_PER_READ);
}

proptest! {
    #[test]
    fn a_read_taken_for_a_message_shows_at_every_cut(text in "[a-z]{2,20}", cut in 1..20_usize) {
        let cut = cut.min(text.len() - 1);
        let (head, tail) = text.split_at(cut);
        let (piece, line) = (format!("{tail}\n"), format!("{text}\n"));
        let got = format!("{head}\n{tail}\n");
        let seen = seen(&[head, &piece], &line, &got, None);
        prop_assert_eq!(seen.cause().id, ONE_READ_ONE_MESSAGE.id);
    }

    #[test]
    fn any_bytes_have_a_cause(pieces: Vec<Vec<u8>>, expected: Vec<u8>, got: Vec<u8>, ended: bool) {
        let seen = Seen {
            speech: Speech::ECHO,
            pieces,
            answered: Vec::new(),
            expected,
            got,
            early: 0,
            end: ended.then_some(End::Reset),
            at: Instant::now(),
        };
        prop_assert!(CAUSES.contains(&seen.cause()));
    }
}

/// Lesson 2's words, in which every misreading must be found as well.
const HELLO: Speech = Speech {
    greeting: "Welcome!",
    before: "Hello, ",
    after: "!",
};

#[test]
fn each_misreading_is_told_in_other_words_too() {
    let closed = Some(End::Closed);
    for (pieces, expected, got, end, cause) in [
        (&["Ada\n"][..], "Hello, Ada!\n", "", None, NO_ANSWER),
        (
            &["Ada\n"],
            "Hello, Ada!\n",
            "hello, Ada!\n",
            None,
            WRONG_WORDING,
        ),
        (
            &["Ada\n"],
            "Hello, Ada!\n",
            "Hello Ada\n",
            None,
            WRONG_WORDING,
        ),
        (&["Ada\n"], "Hello, Ada!\n", "Ada\n", None, WRONG_WORDING),
        (
            &["Ada\n"],
            "Hello, Ada!\n",
            "Hello, Bob!\n",
            None,
            CHANGED_TEXT,
        ),
        (
            &["Ada\n"],
            "Hello, Ada!\n",
            "Hello, Ada\n!\n",
            None,
            NEWLINE_INSIDE,
        ),
        (
            &["Ada\r\n"],
            "Hello, Ada!\n",
            "Hello, Ada\r\n!",
            None,
            NEWLINE_INSIDE,
        ),
        (
            &["Ada\r\n"],
            "Hello, Ada!\n",
            "Hello, Ada\r!\n",
            None,
            CR_KEPT,
        ),
        (
            &["Ada\n"],
            "Hello, Ada!\n",
            "Hello, Ada!",
            None,
            MISSING_NEWLINE,
        ),
        (
            &["Ada\n"],
            "Hello, Ada!\n",
            "Hello, Ada!\r\n",
            None,
            CRLF_ANSWER,
        ),
        (
            &["Ada\n"],
            "Hello, Ada!\n",
            "Hello, b'Ada'!\n",
            None,
            PRINTED_BYTES_OBJECT,
        ),
        (
            &["Ad", "a\n"],
            "Hello, Ada!\n",
            "Hello, Ad!\nHello, a!\n",
            None,
            ONE_READ_ONE_MESSAGE,
        ),
        (
            &["Ad", "a\n"],
            "Hello, Ada!\n",
            "Hello, Ad!Hello, a\n!",
            None,
            ONE_READ_ONE_MESSAGE,
        ),
        (
            &["Ad", "a\n"],
            "Hello, Ada!\n",
            "Hello, a!\n",
            None,
            PARTIAL_DROPPED,
        ),
        (
            &["A\nB\nC"],
            "Hello, A!\nHello, B!\n",
            "Hello, A!\n",
            None,
            REST_DROPPED,
        ),
        (
            &["A\nB\n"],
            "Hello, A!\nHello, B!\n",
            "Hello, A\nB!\n",
            None,
            GLUED_AS_ONE,
        ),
        (
            &["\n", "A\n"],
            "Hello, !\nHello, A!\n",
            "Hello, A!\n",
            None,
            EMPTY_SKIPPED,
        ),
        (&["\n"], "Hello, !\n", "", closed, EMPTY_IS_END),
        (&[" A \n"], "Hello,  A !\n", "Hello, A!\n", None, TRIMMED),
        (
            &["A\rB\n"],
            "Hello, A\rB!\n",
            "Hello, A!\nHello, B!\n",
            None,
            CR_ENDS_MESSAGE,
        ),
        (
            &["李\n"],
            "Hello, 李!\n",
            "Hello, ?!\n",
            None,
            NOT_EIGHT_BIT,
        ),
        (&[], "Welcome!\n", "Welcome\n", None, WRONG_WORDING),
        (&[], "Welcome!\n", "Welcome!", None, MISSING_NEWLINE),
    ] {
        let mut seen = seen(pieces, expected, got, end);
        seen.speech = HELLO;
        seen.answered = vec![b"Welcome!\n".to_vec()];
        assert_eq!(seen.cause().id, cause.id, "{pieces:?} answered {got:?}");
    }
}

#[test]
fn a_greeting_is_no_earlier_answer() {
    for (got, end, cause) in [
        ("Hello, Ada!\n", None, STALE_ANSWER),
        ("Hello, AdaBob!\n", None, BUFFER_NOT_CLEARED),
        ("", Some(End::Closed), ONE_SHOT),
    ] {
        let mut seen = seen(&["Bob\n"], "Hello, Bob!\n", got, end);
        seen.speech = HELLO;
        seen.answered = vec![b"Welcome!\n".to_vec(), b"Hello, Ada!\n".to_vec()];
        assert_cause(&seen, cause);
    }
}

#[test]
fn a_long_answer_breaks_inside_its_words() {
    let name = "A".repeat(3000);
    let expected = format!("Hello, {name}!\n");
    let (head, tail) = name.split_at(1024);
    for (got, cause) in [
        (format!("Hello, {head}!\nHello, {tail}!\n"), CUT_AT_1024),
        (format!("Hello, {head}!\n"), TRUNCATED),
    ] {
        let mut seen = seen(&[&format!("{name}\n")], &expected, &got, None);
        seen.speech = HELLO;
        assert_cause(&seen, cause);
    }
}
