//! Programs and headers that the course, or a part of it, uses.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Finding, Remedy};
use crate::style;

/// Columns that the demo needs for server, wire and client side by side.
const DEMO_WIDTH: usize = 100;

/// The compiler against the version the workspace asks for.
pub(super) fn rust() -> Finding {
    const NAME: &str = "rustc";
    const NEEDED: &str = env!("CARGO_PKG_RUST_VERSION");
    let remedy = Remedy::everywhere("rustup update stable (https://rustup.rs)");
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let Some(line) = first_line(Path::new(&rustc)) else {
        return Finding::bad(
            NAME,
            format!("does not run; {NEEDED} or newer is needed"),
            remedy,
        );
    };
    match (version(&line), version(NEEDED)) {
        (Some(found), Some(needed)) if found >= needed => {
            Finding::good(NAME, format!("{line}, {NEEDED} or newer is needed"))
        }
        (Some(_), _) => Finding::bad(NAME, format!("{line} is older than {NEEDED}"), remedy),
        (None, _) => Finding::bad(NAME, format!("says '{line}', which is no version"), remedy),
    }
}

/// `major.minor` of the first word that looks like a version.
fn version(text: &str) -> Option<(u32, u32)> {
    text.split_whitespace().find_map(|word| {
        let mut numbers = word.split(['.', '-']);
        let major = numbers.next()?.parse().ok()?;
        let minor = numbers.next()?.parse().ok()?;
        Some((major, minor))
    })
}

/// Wide enough, and able to show more than ASCII?
pub(super) fn terminal() -> Finding {
    const NAME: &str = "terminal";
    if !style::is_terminal() {
        return Finding::good(
            NAME,
            "output is not a terminal: the demo prints plain lines",
        );
    }
    let width = style::width();
    // POSIX: the first of these that is set and not empty decides.
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(env::var_os)
        .find(|value| !value.is_empty())
        .map(|value| value.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let utf8 = cfg!(windows) || locale.contains("utf-8") || locale.contains("utf8");
    if !utf8 {
        let detail = format!("the locale '{locale}' is not UTF-8: arrows and 你好 may be garbled");
        return Finding::optional(NAME, detail, Remedy::everywhere("export LC_ALL=C.UTF-8"));
    }
    if width < DEMO_WIDTH {
        let detail = format!("{width} columns: the demo needs {DEMO_WIDTH} for side by side");
        return Finding::optional(NAME, detail, Remedy::everywhere("widen the window"));
    }
    Finding::good(NAME, format!("{width} columns, UTF-8"))
}

/// For programs of one's own in Python.
pub(super) fn python() -> Finding {
    const NAME: &str = "python3";
    let names: &[&str] = if cfg!(windows) {
        &["py", "python"]
    } else {
        &["python3"]
    };
    match names.iter().find_map(|name| first_line(Path::new(name))) {
        Some(line) => Finding::good(NAME, line),
        None => Finding::optional(
            NAME,
            "not found: only for writing your programs in Python",
            Remedy {
                debian: "sudo apt install python3",
                macos: "brew install python",
                windows: "winget install Python.Python.3.13",
            },
        ),
    }
}

/// For talking to a server by hand.
pub(super) fn netcat() -> Finding {
    const NAME: &str = "nc";
    let names: &[&str] = if cfg!(windows) {
        &["ncat"]
    } else {
        &["nc", "ncat"]
    };
    match names.iter().find_map(|name| on_path(name)) {
        Some(path) => Finding::good(NAME, path.display().to_string()),
        None => Finding::optional(
            NAME,
            "not found: only for talking to a server by hand",
            Remedy {
                debian: "sudo apt install netcat-openbsd",
                macos: "part of macOS: look at your PATH",
                windows: "winget install Insecure.Nmap (brings ncat)",
            },
        ),
    }
}

/// For the pages that use it, and for the interop tests.
pub(super) fn socat() -> Finding {
    const NAME: &str = "socat";
    match on_path(NAME) {
        Some(path) => Finding::good(NAME, path.display().to_string()),
        None => Finding::optional(
            NAME,
            "not found: only for talking to our programs with it",
            Remedy {
                debian: "sudo apt install socat",
                macos: "brew install socat",
                windows: "not for Windows: ncat does most of it",
            },
        ),
    }
}

/// For `just demo` in place of `cargo course demo`.
pub(super) fn just() -> Finding {
    let remedy = Remedy {
        debian: "sudo apt install just, or cargo install just",
        macos: "brew install just",
        windows: "winget install Casey.Just",
    };
    let without = "not found: short names for the same commands, nothing else";
    by_version("just", without, remedy)
}

/// For the book as a website.
pub(super) fn mdbook() -> Finding {
    let without = "not found: only for building the book; docs/src can be read as it is";
    let remedy = Remedy::everywhere("cargo install mdbook");
    by_version("mdbook", without, remedy)
}

/// A tool that says its version, and that nothing in lesson 1 needs.
fn by_version(name: &'static str, without: &str, remedy: Remedy) -> Finding {
    match first_line(Path::new(name)) {
        Some(line) => Finding::good(name, line),
        None => Finding::optional(name, without, remedy),
    }
}

/// For OpenSSL from source and for comparing speeds with C.
pub(super) fn c_compiler() -> Finding {
    const NAME: &str = "C compiler";
    let names: &[&str] = if cfg!(windows) {
        &["cl", "clang", "gcc"]
    } else {
        &["cc", "gcc", "clang"]
    };
    match names.iter().find_map(|name| on_path(name)) {
        Some(path) => Finding::good(NAME, path.display().to_string()),
        None => Finding::optional(
            NAME,
            "not found: for comparing speeds with C, and for TLS in later lessons",
            Remedy {
                debian: "sudo apt install build-essential",
                macos: "xcode-select --install",
                windows: "the build tools of Visual Studio, 'Desktop development with C++'",
            },
        ),
    }
}

/// For TLS, which begins with lesson 6; elsewhere than on Unix the system has its own.
pub(super) fn openssl() -> Finding {
    const NAME: &str = "OpenSSL";
    if cfg!(any(windows, target_os = "macos")) {
        return Finding::good(NAME, "not needed here: the system's own TLS is used");
    }
    let by_pkg_config = Command::new("pkg-config")
        .args(["--exists", "openssl"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let include = |root: PathBuf| root.join("include/openssl/ssl.h").is_file();
    let roots = ["/usr", "/usr/local"].into_iter().map(PathBuf::from);
    if by_pkg_config
        || env::var_os("OPENSSL_DIR")
            .map(PathBuf::from)
            .into_iter()
            .chain(roots)
            .any(include)
    {
        return Finding::good(NAME, "headers found (first needed in lesson 6)");
    }
    let detail = "no headers: not needed before lesson 6, which then builds it from source";
    let remedy = Remedy {
        debian: "sudo apt install libssl-dev pkg-config saves a minute of building",
        macos: "",
        windows: "",
    };
    Finding::optional(NAME, detail, remedy)
}

/// The first line a program prints for `--version`, if it runs.
fn first_line(program: &Path) -> Option<String> {
    let output = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().next()?.trim().to_owned();
    (output.status.success() && !line.is_empty()).then_some(line)
}

/// Where a program is, without running it: not every one has a harmless option.
fn on_path(name: &str) -> Option<PathBuf> {
    let name = format!("{name}{}", env::consts::EXE_SUFFIX);
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(&name))
        .find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(
            version("rustc 1.95.0 (59807616e 2026-04-14)"),
            Some((1, 95))
        );
        assert_eq!(version("rustc 1.100.0-nightly (x)"), Some((1, 100)));
        assert_eq!(version("1.88"), Some((1, 88)));
        assert_eq!(version("no version"), None);
        assert!(version("1.100") > version("1.88"));
    }
}
