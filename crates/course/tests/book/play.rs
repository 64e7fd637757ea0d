//! Runs transcripts: the same commands, on ports of their own.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use checker::suites;

use crate::none;
use crate::pages::{self, Page};
use crate::running::Running;
use crate::transcript::{self, Prompt, Transcript, Typed, fits, neutral};

#[test]
fn what_the_pages_show_is_what_happens() {
    let binaries = build();
    // Transcripts wait most of the time, so all pages are played at once.
    let pages = pages::all();
    let played: Vec<_> = thread::scope(|scope| {
        let pages: Vec<_> = pages
            .iter()
            .map(|page| scope.spawn(|| play(page, &binaries)))
            .collect();
        let pages = pages.into_iter();
        pages.flat_map(|page| page.join().unwrap()).collect()
    });
    assert!(
        !played.is_empty(),
        "transcripts are not written as this test reads them"
    );
    let complaints: Vec<_> = played.into_iter().filter_map(Result::err).collect();
    none(&complaints);
}

/// What became of each transcript of a page.
fn play(page: &Page, binaries: &BTreeMap<String, PathBuf>) -> Vec<Result<(), String>> {
    match transcript::of(page) {
        Err(complaint) => vec![Err(complaint)],
        Ok(transcripts) => {
            let transcripts = transcripts.iter();
            transcripts
                .map(|transcript| Stage::new(binaries).play(transcript))
                .collect()
        }
    }
}

/// Builds the lessons' programs and examples with the cargo that runs this test.
pub(crate) fn build() -> BTreeMap<String, PathBuf> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .current_dir(pages::root())
        .args(["build", "--bins", "--examples"])
        .arg("--message-format=json-render-diagnostics");
    for lesson in suites::all() {
        cargo.args(["--package", lesson.name]);
    }
    let output = cargo.stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "the lessons do not build");
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .filter_map(|line| {
            let message: serde_json::Value = serde_json::from_str(line).ok()?;
            let path = message["executable"].as_str()?;
            Some((message["target"]["name"].as_str()?.to_owned(), path.into()))
        })
        .collect()
}

/// The place where one transcript is played.
struct Stage<'a> {
    binaries: &'a BTreeMap<String, PathBuf>,
    folder: tempfile::TempDir,
    /// Addresses as the page has them, and the real ones.
    addresses: BTreeMap<String, String>,
}

impl<'a> Stage<'a> {
    fn new(binaries: &'a BTreeMap<String, PathBuf>) -> Self {
        Stage {
            binaries,
            folder: tempfile::tempdir().unwrap(),
            addresses: BTreeMap::new(),
        }
    }

    fn play(mut self, transcript: &Transcript) -> Result<(), String> {
        let place = |line: usize| format!("{}:{line}", transcript.page);
        if let Some(why) = missing(transcript) {
            eprintln!("{}: skipped: {why}", place(transcript.commands[0].line));
            return Ok(());
        }
        for (name, text) in &transcript.programs {
            fs::write(self.folder.path().join(name), text).unwrap();
        }
        let mut servers = Vec::new();
        let mut complete = true;
        for typed in &transcript.commands {
            let complain = |why: String| format!("{}: {why}", place(typed.line));
            let name = &typed.words[0];
            match typed.prompt {
                Prompt::Server => {
                    let server = self.start(typed).map_err(complain)?;
                    servers.push((typed, server));
                }
                _ if name != "cargo" && !is_installed(name) => {
                    eprintln!("{}: skipped: no {name} here", place(typed.line));
                    complete = false;
                }
                _ => self.run(typed).map_err(complain)?,
            }
        }
        for (typed, server) in servers {
            // A client that was left out is missing in what the server prints.
            if complete {
                let finished = self.finish(typed, server);
                finished.map_err(|why| format!("{}: {why}", place(typed.line)))?;
            }
        }
        Ok(())
    }

    /// Starts a server and waits until it says where it listens.
    fn start(&mut self, typed: &Typed) -> Result<Running, String> {
        let mut shown = Vec::new();
        let (program, mut args) = self.command(typed)?;
        for at in 0..args.len() {
            if args[at] == "--listen" {
                let address = args.get_mut(at + 1).ok_or("--listen without an address")?;
                shown.push(address.clone());
                *address = self.free(address);
            }
        }
        if shown.is_empty() {
            let default = default_address(&program).ok_or("a server needs --listen")?;
            args.extend(["--listen".to_owned(), self.free(&default)]);
            shown.push(default);
        }
        let mut server = Running::start(self.folder.path(), typed, &program, &args)?;
        let listening = |lines: &[String]| {
            lines
                .iter()
                .filter_map(|line| Some(line.strip_prefix("listening on ")?.to_owned()))
                .collect::<Vec<_>>()
        };
        if !server.wait(|lines| listening(lines).len() >= shown.len()) {
            return Err(format!("does not listen; {}", server.said()));
        }
        let real = listening(&server.lines);
        self.addresses.extend(shown.into_iter().zip(real));
        Ok(server)
    }

    /// An address of the same kind that nobody else has.
    fn free(&self, address: &str) -> String {
        if address.starts_with("unix:") {
            format!("unix:{}", self.folder.path().join("socket").display())
        } else {
            let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
            format!("{host}:0")
        }
    }

    /// Runs a command to its end.
    fn run(&self, typed: &Typed) -> Result<(), String> {
        let (program, mut args) = self.command(typed)?;
        for at in 0..args.len() {
            if at > 0 && args[at - 1] == "--bind" {
                args[at] = self.free(&args[at]);
            }
            for (shown, real) in &self.addresses {
                args[at] = args[at].replace(shown, real);
                // `nc HOST PORT` has them apart.
                let port = |address: &str| Some(address.rsplit_once(':')?.1.to_owned());
                if Some(&args[at]) == port(shown).as_ref() {
                    args[at] = port(real).unwrap();
                }
            }
        }
        let ours = typed.prompt == Prompt::Client && typed.words[0] == "cargo";
        if ours && !args.iter().any(|arg| arg == "--connect") {
            let real = default_address(&program).and_then(|default| self.addresses.get(&default));
            let real = real.ok_or("no server of this block listens at the default address")?;
            args.extend(["--connect".to_owned(), real.clone()]);
        }
        let mut client = Running::start(self.folder.path(), typed, &program, &args)?;
        let code = client.end()?;
        if typed.shows_code {
            client.lines.push(code.to_string());
        } else if code != 0 {
            return Err(format!("exit code {code}; {}", client.said()));
        }
        self.compare(typed, &client)
    }

    /// Compares what a server printed, once it is all there.
    fn finish(&self, typed: &Typed, mut server: Running) -> Result<(), String> {
        if typed.words.iter().any(|word| word == "--once") {
            let code = server.end()?;
            if code != 0 {
                return Err(format!("exit code {code}; {}", server.said()));
            }
        } else {
            // Without a gap at the end the last line is known, so nothing is compared too early.
            server.wait(|lines| typed.fits_server(&self.as_shown(lines)));
        }
        self.compare(typed, &server)
    }

    fn compare(&self, typed: &Typed, ran: &Running) -> Result<(), String> {
        let got = self.as_shown(&ran.lines);
        let fits = match typed.prompt {
            Prompt::Server => typed.fits_server(&got),
            Prompt::Client | Prompt::Neither => fits(&typed.expected, &got),
        };
        if fits {
            return Ok(());
        }
        let list = |lines: &[String]| {
            let lines = lines.iter().map(|line| format!("\n    {}", neutral(line)));
            lines.collect::<String>()
        };
        Err(format!(
            "expected{}\n  but came{}{}",
            list(&typed.expected),
            list(&got),
            ran.errors(),
        ))
    }

    /// The page's paths in place of ours.
    fn as_shown(&self, lines: &[String]) -> Vec<String> {
        let mut lines = lines.to_vec();
        for (shown, real) in &self.addresses {
            if shown.starts_with("unix:") {
                for line in &mut lines {
                    *line = line.replace(real, shown);
                }
            }
        }
        lines
    }

    /// The program of a command, and its arguments. `cargo run` is not run: cargo has built before,
    /// and would print and wait for locks.
    fn command(&self, typed: &Typed) -> Result<(PathBuf, Vec<String>), String> {
        let mut words = typed.words.iter();
        let name = words.next().ok_or("no command")?;
        if name != "cargo" {
            return Ok((name.into(), words.cloned().collect()));
        }
        let mut binary = None;
        let mut run = false;
        let mut args = Vec::new();
        while let Some(word) = words.next() {
            match word.as_str() {
                "run" => run = true,
                "-q" => {}
                "--package" => _ = words.next(),
                "--bin" | "--example" => binary = words.next(),
                "--" => break,
                // cargo hands over what is no option of its own.
                word if binary.is_some() && !word.starts_with('-') => {
                    args.push(word.to_owned());
                    break;
                }
                word => return Err(format!("cargo {word} is not understood here")),
            }
        }
        let binary = binary.filter(|_| run).ok_or("only cargo run --bin X")?;
        let path = self.binaries.get(binary);
        let path = path.ok_or_else(|| format!("no lesson has a program {binary}"))?;
        args.extend(words.cloned());
        Ok((path.clone(), args))
    }
}

/// Where a lesson's program listens or connects unless told otherwise.
fn default_address(program: &Path) -> Option<String> {
    let name = program.file_stem()?.to_str()?;
    let (lesson, _) = name.rsplit_once('-')?;
    let lesson = suites::all().iter().find(|known| known.name == lesson)?;
    Some(format!("127.0.0.1:{}", lesson.port))
}

/// What this machine lacks for the whole transcript.
fn missing(transcript: &Transcript) -> Option<&'static str> {
    let text = &transcript.text;
    if cfg!(not(unix)) && (text.contains("unix:") || text.contains("AF_UNIX")) {
        return Some("no Unix sockets here");
    }
    if text.contains("[::1]") && TcpListener::bind("[::1]:0").is_err() {
        return Some("no IPv6 here");
    }
    None
}

/// Whether a foreign program is here, and is the one that the page means.
pub(crate) fn is_installed(name: &str) -> bool {
    let ask = |argument: &str| Command::new(name).arg(argument).output();
    match name {
        // There are four different programs of this name.
        "nc" => ask("-h").is_ok_and(|help| {
            String::from_utf8_lossy(&[help.stdout, help.stderr].concat()).contains("OpenBSD")
        }),
        "socat" => ask("-V").is_ok_and(|version| version.status.success()),
        name => Command::new(name)
            .arg("--version")
            .output()
            .is_ok_and(|version| version.status.success()),
    }
}
