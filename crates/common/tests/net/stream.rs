//! One stream: stops, limits, and how it ends.

use std::{
    io,
    net::Shutdown,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use common::{net::StreamOptions, stop::Stop};

use crate::{
    soon::{SOON, begin},
    tcp_pair,
};

#[test]
fn stop_ends_a_read_and_leaves_the_answer_time_to_go_out() {
    let (client, server) = tcp_pair();
    let server = Arc::new(server);
    let stop = Stop::new();
    let _wake = server.end_on(&stop, SOON);
    let reading = begin({
        let server = server.clone();
        move || server.read(&mut [0; 10])
    });
    stop.trigger();
    assert_eq!(reading.end().unwrap(), 0);
    server.write_all(b"last").unwrap();
    assert_eq!(client.read(&mut [0; 10]).unwrap(), 4);
}

#[test]
fn stop_ends_a_write_when_the_grace_is_over() {
    let (client, server) = tcp_pair();
    let server = Arc::new(server);
    let stop = Stop::new();
    let _wake = server.end_on(&stop, Duration::from_millis(1));
    // Nobody reads: the write blocks once all buffers are full.
    let writing = begin(move || server.write_all(&vec![0; 256 << 20]));
    stop.trigger();
    assert!(writing.end().is_err());
    drop(client);
}

#[test]
fn a_peer_that_reads_a_little_does_not_get_the_whole_limit_anew() {
    let (client, mut server) = tcp_pair();
    let limit = Duration::from_millis(200);
    server
        .configure(StreamOptions {
            write_limit: Some(limit),
            ..StreamOptions::default()
        })
        .unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            // Until the writer gives up and closes.
            let mut buffer = vec![0; 4096];
            while client.read(&mut buffer).is_ok_and(|count| count > 0) {
                // The pace is what is tested: without it a quiet machine passes a
                // gibibyte with next to no waiting, and waiting is what is limited.
                thread::sleep(Duration::from_millis(1));
            }
        });
        // Closed here also if the test fails: the reader would wait for ever.
        let server = server;
        let begun = Instant::now();
        let result = server.write_all(&vec![0; 1 << 30]);
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(begun.elapsed() >= limit);
    });
}

#[test]
fn finish_drains_what_is_unread_so_that_answers_are_not_reset_away() {
    let (client, server) = tcp_pair();
    client.write_all(&[b'x'; 10_000]).unwrap();
    let mut buffer = [0; 100];
    server.read(&mut buffer).unwrap();
    server.write_all(b"the last answer").unwrap();
    let finishing = begin(move || server.finish(SOON));
    assert_eq!(client.read(&mut buffer).unwrap(), 15);
    assert_eq!(client.read(&mut buffer).unwrap(), 0);
    client.shutdown(Shutdown::Write).unwrap();
    finishing.end();
}
