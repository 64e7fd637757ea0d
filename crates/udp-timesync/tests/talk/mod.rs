//! What the test files over sockets need: our programs.

use checker::program::Pair;

pub(crate) const PAIR: Pair = Pair {
    server: env!("CARGO_BIN_EXE_udp-timesync-server"),
    client: env!("CARGO_BIN_EXE_udp-timesync-client"),
};

/// Runs a client to its end, while nobody types anything: standard output,
/// standard error, and exit code.
pub(crate) fn talk(address: &str, args: &[&str]) -> (String, String, i32) {
    let mut client = PAIR.client(address, args);
    let code = client.wait();
    (client.stdout(), client.stderr(), code)
}
