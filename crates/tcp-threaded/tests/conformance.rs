//! The checker judges our own pair: everything, core and more.

use std::path::Path;

use checker::{Role, conformance};

#[test]
fn the_server_keeps_the_protocol() {
    let program = Path::new(env!("CARGO_BIN_EXE_tcp-threaded-server"));
    conformance(
        "tcp-threaded",
        Role::Server,
        program,
        &["--listen", "{addr}"],
    );
}

#[test]
fn the_pool_keeps_it_too() {
    // 64 workers: a client with a thread of its own until the server is full.
    let program = Path::new(env!("CARGO_BIN_EXE_tcp-threaded-server"));
    let pool = [
        "--listen",
        "{addr}",
        "--model",
        "pool",
        "--workers",
        "64",
        "--queue",
        "0",
    ];
    conformance("tcp-threaded", Role::Server, program, &pool);
}

#[test]
fn the_client_keeps_the_protocol() {
    let program = Path::new(env!("CARGO_BIN_EXE_tcp-threaded-client"));
    conformance(
        "tcp-threaded",
        Role::Client,
        program,
        &["--connect", "{addr}"],
    );
}
