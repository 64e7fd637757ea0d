//! What both test files need: our programs.

use checker::program::Pair;

pub(crate) const PAIR: Pair = Pair {
    server: env!("CARGO_BIN_EXE_udp-basics-server"),
    client: env!("CARGO_BIN_EXE_udp-basics-client"),
};

/// Runs a client to its end: standard output, standard error, and exit code.
pub(crate) fn talk(address: &str, args: &[&str], input: &str) -> (String, String, i32) {
    let ended = PAIR.run(address, args, input);
    (ended.printed, ended.errors, ended.code)
}
