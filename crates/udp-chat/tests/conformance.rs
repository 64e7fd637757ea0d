//! The checker judges our own pair: everything, core and more, the slow checks
//! as well.

use std::path::Path;

use checker::{Role, conformance};

#[test]
fn the_server_keeps_the_protocol() {
    let program = Path::new(env!("CARGO_BIN_EXE_udp-chat-server"));
    conformance("udp-chat", Role::Server, program, &["--listen", "{addr}"]);
}

#[test]
fn the_client_keeps_the_protocol() {
    let program = Path::new(env!("CARGO_BIN_EXE_udp-chat-client"));
    conformance(
        "udp-chat",
        Role::Client,
        program,
        &["--connect", "{addr}", "--name", "{name}"],
    );
}
