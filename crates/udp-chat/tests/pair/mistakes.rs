//! What the user did wrong, or found wrong: one line says what and why.

use std::process::Command;

use crate::run;
use crate::talk::{SERVER, client, join, server, socket};

#[test]
fn what_cannot_be_said_ends_it_after_what_can() {
    let server = server(&[]);
    let address = server.address();
    let ada = client(&address, "Ada", &[]);
    ada.expect_line(|line| line.starts_with("* you are"));
    for (input, complaint) in [
        (
            &b"one\nab\xff\nthree\n"[..],
            "error: cannot say line 2: it is not UTF-8 at byte 2\n",
        ),
        (
            &[b"one\n", &[b'x'; 70_000][..]].concat(),
            "error: cannot say line 2: ",
        ),
    ] {
        let (_, errors, code) = run(&address, "Bo", &[], input);
        assert_eq!(code, 1);
        assert!(
            errors.starts_with(complaint) && errors.lines().count() == 1,
            "{errors}"
        );
    }
    ada.expect_line(|line| line == "* Bo left");
    assert!(!ada.printed().contains("three"));
}

#[test]
fn refusals_and_mistakes_are_one_line() {
    let server = server(&["--max-members", "1"]);
    let address = server.address();
    let bare = socket();
    join(&bare, &address, "Ada");
    let nobody = socket().local_addr().unwrap().to_string();
    let silent = socket();
    let silent_at = silent.local_addr().unwrap().to_string();
    let no_answer = format!(
        "error: cannot join: {silent_at} does not answer \
         (is it the address of a udp-chat-server?)\n"
    );
    let gone = format!(
        "error: cannot reach {nobody}: nobody listens there \
         (start the server first: cargo run --bin udp-chat-server)\n"
    );
    for (to, name, args, complaint, code) in [
        (
            &address,
            "ADA",
            &[][..],
            "error: cannot join: another member has that name (choose another --name)\n",
            1,
        ),
        (
            &address,
            "Bo",
            &[],
            "error: cannot join: the room is full (try again later)\n",
            1,
        ),
        (&nobody, "Bo", &[], gone.as_str(), 1),
        (
            &silent_at,
            "Bo",
            &["--timeout", "0.3"],
            no_answer.as_str(),
            1,
        ),
        (&address, "", &[], "at least one character", 2),
        (&address, "a b", &[], "a name has no blank in it", 2),
        (&address, "a\u{202e}b", &[], "a name has no U+202E in it", 2),
        (&address, &"x".repeat(33), &[], "at most 32 characters", 2),
    ] {
        let (printed, errors, ended) = run(to, name, args, b"hello\n");
        assert_eq!((printed.as_str(), ended), ("", code), "{name}: {errors}");
        assert!(
            errors.contains(complaint) && errors.lines().count() == 1,
            "{errors}"
        );
    }
    let second = Command::new(SERVER)
        .args(["--listen", &address])
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(1));
    let complaint = String::from_utf8(second.stderr).unwrap();
    assert!(complaint.contains("choose another --listen"), "{complaint}");
}
