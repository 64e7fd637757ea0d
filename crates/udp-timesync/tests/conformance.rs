//! The checker judges our own pair: everything, core and more.

use std::path::Path;

use checker::{Role, conformance};

#[test]
fn the_server_keeps_the_protocol() {
    let program = Path::new(env!("CARGO_BIN_EXE_udp-timesync-server"));
    let args = ["--listen", "{addr}"];
    conformance("udp-timesync", Role::Server, program, &args);
}

/// With little patience, since some checks never answer.
#[test]
fn the_client_keeps_the_protocol() {
    let program = Path::new(env!("CARGO_BIN_EXE_udp-timesync-client"));
    let args = [
        ["--connect", "{addr}"],
        ["--format", "{format}"],
        ["--count", "1"],
        ["--wait", "0.2"],
        ["--timeout", "2.5"],
    ];
    conformance("udp-timesync", Role::Client, program, args.as_flattened());
}
