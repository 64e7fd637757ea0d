//! Plays one scene: does what each step says, and says which one failed.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use checker::Transport;
use crossbeam_channel::{Receiver, never};

use super::entry::{Entry, Kind};
use super::screen::Screen;
use super::script::{Quiet, Scene, Step, Wait};
use super::stage::{DEADLINE, Done, Programs, Stage, Trouble, Woken};
use crate::error::{Error, Result};

/// Time limits would end a conversation while somebody explains it.
const PATIENT_SERVER: [&str; 2] = ["--timeout", "--idle-timeout"];
/// The same for the client, which has no idle time. Programs of datagrams have neither: a client's
/// waits are what its lesson is about.
const PATIENT_CLIENT: [&str; 1] = ["--timeout"];

/// On a terminal: how long a line stands before the next one, and a line of narration.
const LINE: Duration = Duration::from_millis(350);
const NARRATION: Duration = Duration::from_millis(1000);
/// In stepped form: nothing for so long means that a step has shown what it does.
const SETTLED: Duration = Duration::from_millis(150);

/// Who decides when it goes on.
#[derive(Clone, Copy)]
pub(super) enum Pace<'a> {
    /// Nobody: as fast as it happens.
    Events,
    /// The reader's eyes.
    Reading,
    /// The Enter key.
    Enter(&'a Receiver<()>),
}

/// One scene being played.
pub(super) struct Player<'a> {
    stage: Stage<'a>,
    transport: Transport,
    pace: Pace<'a>,
    /// How much of each actor's history the waits have used up.
    heard: BTreeMap<String, usize>,
}

impl<'a> Player<'a> {
    pub(super) fn new(
        programs: &'a Programs,
        screen: Screen<'a>,
        stop: &'a Receiver<()>,
        pace: Pace<'a>,
    ) -> Player<'a> {
        let line = match pace {
            Pace::Reading => LINE,
            Pace::Events | Pace::Enter(_) => Duration::ZERO,
        };
        Player {
            transport: programs.transport,
            stage: Stage::new(programs, screen, stop, line),
            pace,
            heard: BTreeMap::new(),
        }
    }

    /// Plays the scene to its end.
    ///
    /// # Errors
    ///
    /// When a step fails, or something expected does not appear.
    pub(super) fn play(mut self, number: usize, scene: &Scene) -> Result<()> {
        let played = self.steps(number, scene);
        let shown = match &played {
            Ok(()) => self.stage.catch_up(),
            Err(_) => self.stage.flush(),
        };
        played.and(shown.map_err(|trouble| failure(String::new(), trouble)))
    }

    fn steps(&mut self, number: usize, scene: &Scene) -> Result<()> {
        let place = |step: &str| format!("scene {number} ({}), {step}", scene.title);
        let server = self.patient(&scene.server, &PATIENT_SERVER);
        let opened = self.read(&scene.narration);
        let opened = opened.and_then(|()| self.stage.open(&server, &scene.proxy));
        opened.map_err(|trouble| failure(place("start"), trouble))?;
        for (index, step) in (1..).zip(&scene.steps) {
            let done = self.pause(step).and_then(|()| self.step(step));
            done.map_err(|trouble| failure(place(&format!("step {index}: {step}")), trouble))?;
        }
        for (actor, text) in &scene.expect {
            let done = self.expect(actor, text);
            done.map_err(|trouble| failure(place("expect"), trouble))?;
        }
        Ok(())
    }

    /// Gives the reader time for a narration.
    fn read(&mut self, narration: &str) -> Done<()> {
        match self.pace {
            Pace::Reading => {
                let lines = Screen::narration_lines(narration);
                self.stage.rest(NARRATION * lines)
            }
            Pace::Events | Pace::Enter(_) => Ok(()),
        }
    }

    /// In stepped form, waits for Enter before everything that is done; waits follow by
    /// themselves. What the step before it does is shown first, what happens meanwhile, too.
    fn pause(&mut self, step: &Step) -> Done<()> {
        let Pace::Enter(enter) = self.pace else {
            return Ok(());
        };
        if matches!(step, Step::Wait(_) | Step::Quiet(_) | Step::Exit(_)) {
            return Ok(());
        }
        while self.stage.pump(Some(Instant::now() + SETTLED), &never())? != Woken::Late {}
        self.stage.screen.prompt(&step.to_string())?;
        while self.stage.pump(None, enter)? != Woken::Enter {
            // What came has pushed the prompt up.
            self.stage.screen.prompt(&step.to_string())?;
        }
        Ok(self.stage.screen.answered()?)
    }

    fn step(&mut self, step: &Step) -> Done<()> {
        match step {
            Step::Note(text) => {
                self.stage.catch_up()?;
                self.stage.screen.narration(text)?;
                self.read(text)
            }
            Step::Client(client) => {
                let args = self.patient(&client.args, &PATIENT_CLIENT);
                self.stage.start_client(&client.name, &args)
            }
            Step::Type(typed) => {
                for line in typed.text.split('\n') {
                    // A scene may type what drives a terminal, into a program and not here.
                    let line = checker::harmless(line.as_bytes());
                    self.stage.act(&typed.to, Kind::Typed, &line);
                }
                let text = format!("{}\n", typed.text);
                let actor = self.stage.actor(&typed.to)?;
                let typed = actor.type_text(&text);
                typed.map_err(|error| Trouble::Failed(format!("it does not read: {error}")))
            }
            Step::Wait(wait) => self.wait(wait),
            Step::Quiet(quiet) => self.quiet(quiet),
            Step::End(name) => {
                self.stage.act(name, Kind::Act, "(end of input: Ctrl-D)");
                self.stage.actor(name)?.end_input();
                Ok(())
            }
            Step::Exit(exit) => self.exit(&exit.of, exit.code),
            Step::Stop(name) => {
                self.stage.act(name, Kind::Act, "(Ctrl-C)");
                self.stage.actor(name)?.ask_to_stop();
                // Where a program can be asked, it ends in order.
                if cfg!(unix) {
                    self.exit(name, 0)
                } else {
                    self.gone(name).map(drop)
                }
            }
            Step::Server(again) => {
                let address = self.stage.server_address();
                let address = address.ok_or_else(|| Trouble::Failed("no address".to_owned()))?;
                let args = self.patient(&again.args, &PATIENT_SERVER);
                self.stage.start_server(address, &args).map(drop)
            }
        }
    }

    fn wait(&mut self, wait: &Wait) -> Done<()> {
        let from = self.heard.get(&wait.on).copied().unwrap_or(0);
        let found = self.stage.until(|stage| {
            let news = (from..).zip(stage.history().iter().skip(from));
            let mut news = news.filter(|(_, entry)| says(entry, &wait.on, &wait.text));
            news.next().map(|(place, _)| place)
        })?;
        match found {
            Some(place) => {
                self.heard.insert(wait.on.clone(), place + 1);
                Ok(())
            }
            None => Err(self.late(&wait.on)),
        }
    }

    fn quiet(&mut self, quiet: &Quiet) -> Done<()> {
        let began = Instant::now();
        let until = began + quiet.time.0;
        let seen = self.stage.history().len();
        while self.stage.pump(Some(until), &never())? != Woken::Late {}
        let broken = self.stage.history()[seen..]
            .iter()
            .find(|entry| entry.actor == quiet.on && entry.is_news());
        match broken {
            Some(entry) => Err(Trouble::Failed(format!("it said '{}'", entry.line()))),
            None => Ok(()),
        }
    }

    fn exit(&mut self, name: &str, code: i32) -> Done<()> {
        match self.gone(name)? {
            Some(found) if found == code => Ok(()),
            found => {
                let found = found.map_or("a signal".to_owned(), |found| format!("code {found}"));
                let words = self.stage.last_words(name);
                Err(Trouble::Failed(format!("it ended by {found}; {words}")))
            }
        }
    }

    /// Waits for a program's end and returns its exit code, `None` for a signal.
    fn gone(&mut self, name: &str) -> Done<Option<i32>> {
        // Its end as part of the history: everything it said comes before.
        let from = self.heard.get(name).copied().unwrap_or(0);
        let found = self.stage.until(|stage| {
            let news = (from..).zip(stage.history().iter().skip(from));
            let mut ends = news.filter(|(_, e)| e.actor == name && e.kind == Kind::Exit);
            ends.next().map(|(place, _)| place)
        })?;
        let Some(place) = found else {
            return Err(self.late(name));
        };
        self.heard.insert(name.to_owned(), place + 1);
        Ok(self
            .stage
            .actor(name)?
            .status()
            .and_then(|status| status.code()))
    }

    fn expect(&mut self, actor: &str, text: &str) -> Done<()> {
        let found = self.stage.until(|stage| {
            let mut history = stage.history().iter();
            history.any(|entry| says(entry, actor, text)).then_some(())
        })?;
        found.ok_or_else(|| {
            let words = self.stage.last_words(actor);
            Trouble::Failed(format!("'{text}' did not appear; {words}"))
        })
    }

    fn late(&self, actor: &str) -> Trouble {
        let words = self.stage.last_words(actor);
        Trouble::Failed(format!("not within {} s; {words}", DEADLINE.as_secs()))
    }

    /// In stepped form, time limits are off, except those that the scene is about.
    fn patient(&self, args: &[String], limits: &[&str]) -> Vec<String> {
        let mut all = args.to_vec();
        if matches!(self.pace, Pace::Enter(_)) && self.transport == Transport::Stream {
            for limit in limits {
                if !args.iter().any(|arg| arg == limit) {
                    all.extend([(*limit).to_owned(), "0".to_owned()]);
                }
            }
        }
        all
    }
}

fn says(entry: &Entry, actor: &str, text: &str) -> bool {
    entry.actor == actor && entry.is_news() && entry.line().contains(text)
}

fn failure(place: String, trouble: Trouble) -> Error {
    match trouble {
        Trouble::Failed(why) => Error::machine(place, why),
        Trouble::Over(error) => error,
    }
}
