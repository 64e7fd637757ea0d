//! A step in words, for whoever has to press Enter, and for failures.

use std::fmt;

use super::{SERVER, Step, WIRE};

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = |name: &str| match name {
            SERVER => "the server".to_owned(),
            WIRE => "the wire".to_owned(),
            name => format!("client {name}"),
        };
        match self {
            Step::Note(_) => f.write_str("go on"),
            Step::Client(client) => write!(f, "start client {}", client.name),
            Step::Type(typed) => {
                let text = checker::harmless(typed.text.as_bytes());
                write!(f, "type '{text}' into {}", who(&typed.to))
            }
            Step::Wait(wait) => write!(f, "wait for '{}' from {}", wait.text, who(&wait.on)),
            Step::Quiet(quiet) => write!(f, "nothing from {}", who(&quiet.on)),
            Step::End(name) => write!(f, "end the input of {}", who(name)),
            Step::Exit(exit) => write!(f, "exit code {} of {}", exit.code, who(&exit.of)),
            Step::Stop(name) => write!(f, "stop {}", who(name)),
            Step::Server(_) => f.write_str("start the server again"),
        }
    }
}
