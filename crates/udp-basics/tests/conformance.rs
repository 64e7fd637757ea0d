//! The checker judges our own pair: everything, core and more.

use std::path::Path;

use checker::{Role, conformance};

#[test]
fn the_server_keeps_the_protocol() {
    let program = Path::new(env!("CARGO_BIN_EXE_udp-basics-server"));
    conformance("udp-basics", Role::Server, program, &["--listen", "{addr}"]);
}

#[test]
fn the_client_keeps_the_protocol() {
    let program = Path::new(env!("CARGO_BIN_EXE_udp-basics-client"));
    conformance(
        "udp-basics",
        Role::Client,
        program,
        &["--connect", "{addr}"],
    );
}
