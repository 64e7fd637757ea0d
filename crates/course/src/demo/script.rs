//! The scenes of a lesson as data: `crates/LESSON/demo.toml`.
//!
//! ```toml
//! [[scene]]
//! title = "One message there and back"
//! narration = "What a good teacher says before it begins."
//! server = ["--framing", "lines"]          # optional: arguments behind --listen
//! proxy.to-server = { split = 3 }          # optional: what the network does, see below
//! only-on = "unix"                         # optional
//! steps = [
//!   { client = { name = "A", args = [] } },            # runs a client, waits until it is connected
//!   { type = { to = "A", text = "hello" } },           # types a line
//!   { wait = { on = "server", text = "hello" } },      # until it has printed this, after the last wait
//!   { quiet = { on = "A", time = "300ms" } },          # for so long it prints nothing
//!   { note = "Narration in the middle." },
//!   { end = "A" },                                     # ends its input, as Ctrl-D does
//!   { exit = { of = "A", code = 0 } },                 # until it has ended so
//!   { stop = "server" },                               # as Ctrl-C does
//!   { server = { args = [] } },                        # starts it again, on the same port
//! ]
//! expect = [["server", "hello"], ["wire", "68 65"], ["A", "hello"]]
//! ```
//!
//! A lesson of datagrams has other faults: `drop`, `duplicate`, `swap`, `truncate` and `corrupt`,
//! each a list of places (`[1, 3]`, counted from 1 in its direction) or a chance (`"20%"`), `delay`
//! (`"300ms"` for all, `"300ms:1,3"` for some), and `proxy.seed`.
//!
//! Actors are `server`, `wire` (the proxy between them) and clients by their names.

mod network;
mod validate;
mod words;

use std::fs;
use std::path::Path;

use checker::Transport;
use serde::Deserialize;

use crate::error::{Error, Result};
pub(super) use network::Network;
use network::Time;

/// The name of the server among the actors.
pub(super) const SERVER: &str = "server";
/// The name of the recording proxy among the actors.
pub(super) const WIRE: &str = "wire";

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    scene: Vec<Scene>,
}

/// One scene.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Scene {
    pub(super) title: String,
    pub(super) narration: String,
    /// Arguments of the server, behind `--listen`.
    #[serde(default)]
    pub(super) server: Vec<String>,
    #[serde(default)]
    pub(super) proxy: Network,
    /// Where the scene can be played: everywhere, or only on Unix.
    #[serde(default)]
    only_on: Option<System>,
    pub(super) steps: Vec<Step>,
    /// What must have appeared when the scene is over: actor and text.
    pub(super) expect: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum System {
    Unix,
}

/// One thing that is done, or waited for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
pub(super) enum Step {
    /// Narration in the middle.
    Note(String),
    /// Runs a client and waits until it is connected to the proxy, or has ended.
    Client(Client),
    /// Types one line, or several at once.
    Type(Typed),
    /// Waits until an actor has printed a text, after the one it was last waited for.
    Wait(Wait),
    /// Holds for a time in which an actor must not print anything.
    Quiet(Quiet),
    /// Ends a client's input.
    End(String),
    /// Waits until a client or the server has ended.
    Exit(Exit),
    /// Stops the server and waits for its end.
    Stop(String),
    /// Starts the server again, on the port it had.
    Server(Again),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Client {
    pub(super) name: String,
    #[serde(default)]
    pub(super) args: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Typed {
    pub(super) to: String,
    pub(super) text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wait {
    pub(super) on: String,
    pub(super) text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Quiet {
    pub(super) on: String,
    pub(super) time: Time,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exit {
    pub(super) of: String,
    pub(super) code: i32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Again {
    #[serde(default)]
    pub(super) args: Vec<String>,
}

impl Scene {
    /// Whether this system can play it.
    pub(super) fn is_playable(&self) -> bool {
        match self.only_on {
            Some(System::Unix) => cfg!(unix),
            None => true,
        }
    }
}

/// Reads a file of scenes.
///
/// # Errors
///
/// When it cannot be read, or says something that has no meaning, with the place.
pub(super) fn load(file: &Path, transport: Transport) -> Result<Vec<Scene>> {
    let text = fs::read_to_string(file)
        .map_err(|error| Error::machine(file.display().to_string(), error))?;
    parse(&text, transport).map_err(|why| Error::machine(file.display().to_string(), why))
}

fn parse(text: &str, transport: Transport) -> std::result::Result<Vec<Scene>, String> {
    let script: Script = toml::from_str(text).map_err(|error| error.to_string())?;
    for (number, scene) in (1..).zip(&script.scene) {
        scene
            .validate(transport)
            .map_err(|why| format!("scene {number} ({}): {why}", scene.title))?;
    }
    Ok(script.scene)
}

#[cfg(test)]
mod tests {
    use checker::proxy::datagram::Which;

    use super::*;

    fn scene(steps: &str) -> String {
        format!(
            "[[scene]]\ntitle = 'T'\nnarration = 'N'\nsteps = [{steps}]\n\
             expect = [['server', 'x']]\n"
        )
    }

    #[test]
    fn the_example_in_the_documentation_is_valid() {
        let source = include_str!("script.rs");
        let example: String = source
            .lines()
            .map_while(|line| line.strip_prefix("//!"))
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .skip_while(|line| *line != "```toml")
            .skip(1)
            .take_while(|line| *line != "```")
            .map(|line| format!("{line}\n"))
            .collect();
        let scenes = parse(&example, Transport::Stream).unwrap();
        assert_eq!(scenes[0].steps.len(), 9);
        assert_eq!(scenes[0].proxy.streams().to_server.split, Some(3));
    }

    #[test]
    fn a_mistake_is_named_with_its_place() {
        for (steps, why) in [
            (
                "{ type = { to = 'A', text = 'x' } }",
                "scene 1 (T): step 1 (type): there is no 'A'",
            ),
            (
                "{ client = { name = 'A' } }, { client = { name = 'A' } }",
                "step 2 (client): 'A'",
            ),
            ("{ stop = 'A' }", "only the server is stopped"),
            (
                "{ tpye = { to = 'A', text = 'x' } }",
                "unknown variant `tpye`",
            ),
            ("{ end = 'A', wait = 'B' }", "wanted exactly 1 element"),
            (
                "{ quiet = { on = 'server', time = '5 hours' } }",
                "is not a unit of time",
            ),
            (
                "{ client = { name = 'A', arg = [] } }",
                "unknown field `arg`",
            ),
        ] {
            let error = parse(&scene(steps), Transport::Stream).unwrap_err();
            assert!(error.contains(why), "{steps}: {error}");
        }
        let is_wrong = |text: String| parse(&text, Transport::Stream).is_err();
        assert!(is_wrong(scene("").replace("[['server', 'x']]", "[]")));
        assert!(is_wrong(scene("").replace("'server'", "'B'")));
    }

    #[test]
    fn faults_are_those_of_the_transport() {
        let parse_with = |faults: &str, transport| {
            parse(
                &format!("{}proxy.to-server = {faults}\n", scene("")),
                transport,
            )
        };
        let datagrams = "{ drop = [1, 3], swap = '20%', delay = '300ms:2' }";
        let scenes = parse_with(datagrams, Transport::Datagram).unwrap();
        let faults = scenes[0].proxy.datagrams().to_server;
        assert_eq!(faults.drop, Which::Listed(vec![1, 3]));
        assert_eq!(faults.swap, Which::Chance(0.2));
        assert_eq!(faults.delay.0, Which::Listed(vec![2]));
        for (faults, transport, why) in [
            (datagrams, Transport::Stream, "`drop` is for datagrams"),
            (
                "{ split = 3 }",
                Transport::Datagram,
                "`split` is for connections",
            ),
            ("{ drop = [0] }", Transport::Datagram, "count from 1"),
            ("{ delay = '1s:2' }", Transport::Stream, "is for datagrams"),
        ] {
            let error = parse_with(faults, transport).unwrap_err();
            assert!(error.contains(why), "{faults}: {error}");
        }
    }
}
