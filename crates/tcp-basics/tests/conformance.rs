//! The checker judges our own pair: everything, core and more.

use std::path::Path;

use checker::{Role, conformance};

#[test]
fn the_server_keeps_the_protocol() {
    let program = Path::new(env!("CARGO_BIN_EXE_tcp-basics-server"));
    conformance("tcp-basics", Role::Server, program, &["--listen", "{addr}"]);
}

#[test]
fn the_client_keeps_the_protocol() {
    let program = Path::new(env!("CARGO_BIN_EXE_tcp-basics-client"));
    conformance(
        "tcp-basics",
        Role::Client,
        program,
        &["--connect", "{addr}"],
    );
}
