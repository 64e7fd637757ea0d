//! What may depend on what, and what the pure modules may not mention.

use std::{collections::BTreeMap, process::Command};

use serde::Deserialize;

use crate::{lessons, none, read, root, sources};

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    targets: Vec<Target>,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
    path: Option<String>,
}

fn cargo(args: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(args)
        .args(["--offline", "--manifest-path"])
        .arg(root().join("Cargo.toml"))
        .output()
        .expect("cargo runs: it runs this test");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn packages() -> Vec<Package> {
    let text = cargo(&["metadata", "--format-version", "1", "--no-deps"]);
    serde_json::from_str::<Metadata>(&text)
        .expect("cargo's form")
        .packages
}

#[test]
fn dependencies_point_one_way() {
    let lessons = lessons();
    let mut complaints = Vec::new();
    for package in packages() {
        for dependency in package.dependencies.iter().filter(|d| d.path.is_some()) {
            let in_tests = dependency.kind.as_deref() == Some("dev");
            let allowed = match dependency.name.as_str() {
                "common" => lessons.contains(&package.name),
                "checker" => {
                    package.name == "course" || lessons.contains(&package.name) && in_tests
                }
                // The mail lesson uses the TLS and the server of the web lesson.
                "http-client" => package.name == "smtp-sender",
                _ => false,
            };
            if !allowed {
                complaints.push(format!(
                    "{} must not depend on {}",
                    package.name, dependency.name
                ));
            }
        }
    }
    none(&complaints);
}

#[test]
fn program_names_are_unique_and_say_their_lesson() {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut complaints = Vec::new();
    for package in packages() {
        for target in package
            .targets
            .iter()
            .filter(|target| target.kind.contains(&"bin".into()))
        {
            if !target.name.starts_with(&package.name) {
                complaints.push(format!("{} builds {}", package.name, target.name));
            }
            if let Some(other) = seen.insert(target.name.clone(), package.name.clone()) {
                complaints.push(format!(
                    "{other} and {} both build {}",
                    package.name, target.name
                ));
            }
        }
    }
    none(&complaints);
}

#[test]
fn common_and_the_command_build_no_tls() {
    for package in ["common", "course"] {
        let tree = cargo(&[
            "tree",
            "--package",
            package,
            "--edges",
            "normal,build",
            "--prefix",
            "none",
        ]);
        let found = tree
            .lines()
            .find(|line| line.starts_with("native-tls ") || line.starts_with("openssl-sys "));
        assert_eq!(found, None, "{package} reaches it");
    }
}

#[test]
fn versions_are_written_once() {
    let mut complaints = Vec::new();
    for name in crate::crates() {
        let path = format!("crates/{name}/Cargo.toml");
        let mut section = String::new();
        for (number, line) in read(&path).lines().enumerate() {
            if line.starts_with('[') {
                line.clone_into(&mut section);
            }
            // In a member every dependency says where its version is written.
            let dependency = section.contains("dependencies") && line.contains('=');
            if dependency && !line.contains("workspace = true") {
                complaints.push(format!("{path}:{}: {line}", number + 1));
            }
        }
    }
    none(&complaints);
}

/// Words that mean a socket, a clock or a thread.
const IMPURE: [&str; 8] = [
    "std::net",
    "socket2",
    "TcpStream",
    "UdpSocket",
    "std::time",
    "Instant",
    "std::thread",
    "std::io",
];

#[test]
fn protocols_and_codecs_know_no_socket_clock_or_thread() {
    let mut pure: Vec<String> = ["address", "escape", "hex", "text"]
        .map(|name| format!("crates/common/src/{name}.rs"))
        .into();
    pure.extend(sources("crates/common/src/frame"));
    for lesson in lessons() {
        pure.extend(
            sources(&format!("crates/{lesson}/src"))
                .into_iter()
                .filter(|path| path.contains("/protocol")),
        );
    }
    assert!(pure.len() > 8, "{pure:?}");
    let mut complaints = Vec::new();
    for path in pure {
        for (number, line) in read(&path).lines().enumerate() {
            let code = line.trim_start();
            // An IPv6 address is a number; parsing it opens no socket.
            let excused = code.starts_with("//") || code.contains("net::Ipv6Addr");
            if !excused && IMPURE.iter().any(|word| code.contains(word)) {
                complaints.push(format!("{path}:{}: {code}", number + 1));
            }
        }
    }
    none(&complaints);
}
