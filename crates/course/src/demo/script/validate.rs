//! What a scene must keep so that it means something.

use std::collections::BTreeSet;

use checker::Transport;

use super::{SERVER, Scene, Step, WIRE};

impl Scene {
    /// Every name in the scene must mean somebody at that point, and every fault be one of its
    /// transport.
    pub(super) fn validate(&self, transport: Transport) -> Result<(), String> {
        self.proxy.validate(transport)?;
        let mut clients = BTreeSet::new();
        for (number, step) in (1..).zip(&self.steps) {
            step.validate(&mut clients)
                .map_err(|why| format!("step {number} ({}): {why}", step.verb()))?;
        }
        for (actor, text) in &self.expect {
            if actor != SERVER && actor != WIRE && !clients.contains(actor.as_str()) {
                return Err(format!(
                    "expect ({actor}, {text}): there is no actor '{actor}'"
                ));
            }
        }
        if self.expect.is_empty() {
            return Err("expect is empty: the scene proves nothing".to_owned());
        }
        Ok(())
    }
}

impl Step {
    /// The key it is written under.
    fn verb(&self) -> &'static str {
        match self {
            Step::Note(_) => "note",
            Step::Client(_) => "client",
            Step::Type(_) => "type",
            Step::Wait(_) => "wait",
            Step::Quiet(_) => "quiet",
            Step::End(_) => "end",
            Step::Exit(_) => "exit",
            Step::Stop(_) => "stop",
            Step::Server(_) => "server",
        }
    }

    fn validate<'a>(&'a self, clients: &mut BTreeSet<&'a str>) -> Result<(), String> {
        let known = |name: &str, others: &[&str]| {
            if clients.contains(name) || others.contains(&name) {
                return Ok(());
            }
            Err(format!("there is no '{name}' at this point"))
        };
        match self {
            Step::Note(_) | Step::Server(_) => Ok(()),
            Step::Client(client) => {
                let taken = [SERVER, WIRE].contains(&client.name.as_str());
                if taken || client.name.is_empty() || !clients.insert(&client.name) {
                    return Err(format!("'{}' is no new name", client.name));
                }
                Ok(())
            }
            Step::Type(typed) => known(&typed.to, &[SERVER]),
            Step::Wait(wait) => known(&wait.on, &[SERVER, WIRE]),
            Step::Quiet(quiet) => known(&quiet.on, &[SERVER, WIRE]),
            Step::End(name) => known(name, &[SERVER]),
            Step::Exit(exit) => known(&exit.of, &[SERVER]),
            Step::Stop(name) if name == SERVER => Ok(()),
            Step::Stop(name) => Err(format!("only the server is stopped, not '{name}'")),
        }
    }
}
