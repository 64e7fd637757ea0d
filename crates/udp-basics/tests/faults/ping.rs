//! Round trips that are slow, doubled or lost.

use std::{thread, time::Duration};

use checker::program::datagrams::{fake, send, socket};

use crate::talk::talk;

#[test]
fn round_trips_are_measured_and_losses_counted() {
    let address = fake(|socket, request, from| {
        if request != b"2 ping" {
            send(socket, request, from);
            // The second one is none.
            send(socket, request, from);
        }
    });
    let args = ["--ping", "3", "--interval", "0.01", "--wait", "1"];
    let (printed, _, code) = talk(&address, &args, "");
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(code, 0);
    assert!(
        lines[0].starts_with("1: ") && lines[0].ends_with(" ms"),
        "{printed}"
    );
    assert!(lines[1].starts_with("3: "), "{printed}");
    assert_eq!(lines[2..4], ["2: no answer", "sent 3, back 2, lost 33 %"]);
    assert!(
        lines[4].starts_with("min ") && lines[4].contains("p99 "),
        "{printed}"
    );

    let silent = socket();
    let address = silent.local_addr().unwrap().to_string();
    let (printed, errors, code) = talk(&address, &["--ping", "1", "--wait", "0.01"], "");
    assert_eq!(
        (printed.as_str(), code),
        ("1: no answer\nsent 1, back 0, lost 100 %\n", 1)
    );
    assert_eq!(errors, "error: no answer: nothing came back\n");
}

#[test]
fn the_last_answer_may_take_longer_than_the_wait_before_sending_again() {
    let address = fake(|socket, request, from| {
        thread::sleep(Duration::from_millis(300));
        send(socket, request, from);
    });
    let (printed, _, code) = talk(&address, &["--ping", "1", "--wait", "0.01"], "");
    assert!(printed.contains("sent 1, back 1, lost 0 %"), "{printed}");
    assert_eq!(code, 0);
}
