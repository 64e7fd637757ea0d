//! A name with several addresses.

use std::{
    sync::mpsc,
    time::{Duration, Instant},
};

use checker::program::{
    SOON,
    datagrams::{fake, send, socket},
};
use common::net::Target;
use udp_basics::client::Mode;

use crate::{run, run_with};

/// Nothing is sent there: nobody has asked for broadcasts here.
const NO_WAY: &str = "255.255.255.255:9";

#[test]
fn where_nobody_listens_the_next_address_of_the_name_is_tried() {
    let nobody = socket().local_addr().unwrap().to_string();
    let ping = Mode::Ping {
        count: 2,
        interval: Duration::from_millis(1),
    };
    for mode in [Mode::Ask, Mode::SendOnly, ping] {
        let (arrived, requests) = mpsc::channel();
        let live = fake(move |socket, request, from| {
            let _ = arrived.send(());
            send(socket, request, from);
        });
        let (result, printed) = run(&[&nobody, &live], Target::Connected, mode);
        assert!(result.is_ok(), "{mode:?}: {printed}");
        requests.recv_timeout(SOON).expect("a request");
        if let Mode::Ping { .. } = mode {
            assert!(printed.contains("back 2, lost 0 %"), "{printed}");
        }
        let (result, _) = run(&[&nobody, &nobody], Target::Connected, mode);
        let error = result.unwrap_err().to_string();
        assert!(error.contains("nobody listens there"), "{mode:?}: {error}");
    }
}

#[test]
fn where_there_is_no_way_the_next_address_of_the_name_is_tried() {
    let live = fake(|socket, request, from| send(socket, request, from));
    let ping = Mode::Ping {
        count: 2,
        interval: Duration::from_millis(1),
    };
    for mode in [Mode::Ask, Mode::SendOnly, ping] {
        let (result, printed) = run(&[NO_WAY, &live], Target::Unconnected, mode);
        assert!(result.is_ok(), "{mode:?}: {printed}");
        let (result, _) = run(&[NO_WAY, NO_WAY], Target::Unconnected, mode);
        let error = result.unwrap_err().to_string();
        let last = format!("cannot reach {NO_WAY}: ");
        assert!(error.starts_with(&last), "{mode:?}: {error}");
    }
}

#[test]
fn where_nobody_answers_the_next_address_is_tried_and_then_the_first_again() {
    let deaf = socket();
    let silent = deaf.local_addr().unwrap().to_string();
    let live = fake(|socket, request, from| send(socket, request, from));
    let (result, printed) = run(&[&silent, NO_WAY, &live], Target::Unconnected, Mode::Ask);
    assert!(result.is_ok());
    assert_eq!(printed, "hi\n");
    // Somebody may be there: no way to the other one is not the end.
    let (result, _) = run(&[NO_WAY, &silent], Target::Unconnected, Mode::Ask);
    let error = result.unwrap_err().to_string();
    assert!(error.starts_with("answers are missing: "), "{error}");

    let mut count = 0;
    let lossy = fake(move |socket, request, from| {
        count += 1;
        if count > 1 {
            send(socket, request, from);
        }
    });
    let (result, printed) = run(&[&lossy, NO_WAY], Target::Unconnected, Mode::Ask);
    assert!(result.is_ok());
    assert_eq!(printed, "hi\n");
}

#[test]
fn many_silent_addresses_take_no_longer_for_each_than_one() {
    let silent = [(); 6].map(|()| socket());
    let addresses = silent
        .each_ref()
        .map(|s| s.local_addr().unwrap().to_string());
    let wait = Duration::from_millis(100);
    let begun = Instant::now();
    let to = addresses.each_ref().map(String::as_str);
    let (result, _) = run_with(&to, Target::Connected, Mode::Ask, wait);
    assert!(result.is_err());
    // Six times the wait. Doubled each time it would be 63 times.
    assert!(begun.elapsed() < 50 * wait, "{:?}", begun.elapsed());
    for socket in &silent {
        socket.recv(&mut [0; 9]).expect("each was asked");
    }
}
