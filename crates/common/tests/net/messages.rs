//! Messages over a stream, and the time that they may take.

use std::{
    io,
    net::Shutdown,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use common::{
    messages::{ConversationError, MessageReader, MessageWriter, Settings},
    net::{Stream, StreamOptions},
};

use crate::{soon::SOON, tcp_pair};

fn reader(stream: Stream, idle: Duration, timeout: Duration) -> MessageReader {
    let settings = Settings {
        timeout: Some(timeout),
        ..Settings::default()
    };
    MessageReader::new(Arc::new(stream), &settings, Some(idle))
}

#[test]
fn half_a_message_is_none_when_reading_was_ended_here() {
    for cut in [true, false] {
        let (client, server) = tcp_pair();
        client.write_all(b"whole\nhalf").unwrap();
        let server = Arc::new(server);
        let mut reader = MessageReader::new(server.clone(), &Settings::default(), Some(SOON));
        while reader.take().unwrap().is_none() {
            assert!(reader.fill().unwrap());
        }
        if cut {
            server.shutdown(Shutdown::Read).unwrap();
        } else {
            client.shutdown(Shutdown::Write).unwrap();
        }
        let end = loop {
            match reader.fill() {
                Ok(true) => {}
                end => break end,
            }
        };
        match cut {
            true => assert!(matches!(end, Err(ConversationError::Cut)), "{end:?}"),
            false => assert!(!end.unwrap()),
        }
        let last = (!cut).then_some(&b"half"[..]);
        assert_eq!(reader.take().unwrap(), last);
    }
}

#[test]
fn idle_and_unfinished_are_two_limits() {
    let (client, server) = tcp_pair();
    let limits = (Duration::from_millis(20), SOON);
    let mut idle = reader(server, limits.0, limits.1);
    assert!(matches!(idle.fill(), Err(ConversationError::Idle(_))));

    let limits = (SOON, Duration::from_millis(20));
    let (client2, server) = tcp_pair();
    let mut unfinished = reader(server, limits.0, limits.1);
    client2.write_all(b"begun and").unwrap();
    assert!(unfinished.fill().unwrap());
    assert!(unfinished.take().unwrap().is_none());
    assert!(matches!(
        unfinished.fill(),
        Err(ConversationError::Unfinished(_))
    ));
    drop((client, client2));
}

#[test]
fn a_trickle_does_not_extend_the_message_limit() {
    let (client, server) = tcp_pair();
    let message = Duration::from_millis(100);
    let mut reader = reader(server, SOON, message);
    let result = thread::scope(|scope| {
        // A byte each time the reader has taken one, until it closes.
        let (taken, next) = std::sync::mpsc::channel();
        scope.spawn(
            move || {
                while client.write_all(b"x").is_ok() && next.recv().is_ok() {}
            },
        );
        let result = loop {
            match reader.fill() {
                Ok(true) => assert!(reader.take().unwrap().is_none()),
                other => break other,
            }
            let _ = taken.send(());
        };
        drop(taken); // ends the client, which the scope waits for
        result
    });
    assert!(matches!(result, Err(ConversationError::Unfinished(limit)) if limit == message));
}

#[test]
fn a_peer_that_never_pauses_gets_the_limit_anew_with_each_message() {
    let (client, server) = tcp_pair();
    let message = Duration::from_millis(100);
    let mut reader = reader(server, SOON, message);
    let begun = Instant::now();
    // The beginning of the next message is always here already.
    while begun.elapsed() < 3 * message {
        client.write_all(b"end\nbegin").unwrap();
        while reader.take().unwrap().is_none() {
            assert!(reader.fill().unwrap());
        }
    }
}

#[test]
fn what_could_not_be_written_is_not_written_again() {
    let (client, mut server) = tcp_pair();
    let write_limit = Some(Duration::from_millis(50));
    server
        .configure(StreamOptions {
            write_limit,
            ..StreamOptions::default()
        })
        .unwrap();
    let mut writer = MessageWriter::new(Arc::new(server), &Settings::default());
    let failed = loop {
        if let Err(error) = writer.put(&[b'x'; 60_000]) {
            break error;
        }
    };
    assert!(
        matches!(failed, ConversationError::Io(error) if error.kind() == io::ErrorKind::TimedOut)
    );
    writer.flush().unwrap();
    drop(client);
}

#[test]
fn messages_put_together_leave_together() {
    let (client, server) = tcp_pair();
    let mut writer = MessageWriter::new(Arc::new(server), &Settings::default());
    writer.put(b"one").unwrap();
    writer.put(b"two").unwrap();
    writer.flush().unwrap();
    drop(writer);
    let mut reader = reader(client, SOON, SOON);
    assert!(reader.fill().unwrap());
    assert_eq!(reader.take().unwrap(), Some(&b"one"[..]));
    assert_eq!(reader.take().unwrap(), Some(&b"two"[..]));
    assert!(!reader.fill().unwrap());
}
