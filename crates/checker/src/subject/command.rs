//! The command line of the program under check.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The placeholders a command may use.
const PLACEHOLDERS: [&str; 6] = ["host", "port", "addr", "dir", "name", "format"];

/// A command, split into words; placeholders are filled in at each start.
///
/// There is no shell: quotes group words, a backslash is an ordinary
/// character (so Windows paths need no care), and nothing else is special.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    text: String,
    words: Vec<String>,
}

impl CommandLine {
    /// Splits `text` at blanks outside single or double quotes.
    ///
    /// # Errors
    /// One sentence for the user when the command is empty, a quote is not
    /// closed, or a `{placeholder}` is unknown.
    pub fn parse(text: &str) -> Result<Self, String> {
        let words = split(text)?;
        if words.first().is_none_or(String::is_empty) {
            return Err("the command is empty".into());
        }
        for word in &words {
            check_placeholders(word)?;
        }
        Ok(Self {
            text: text.into(),
            words,
        })
    }

    /// A command from words that are already split, such as a path with blanks.
    #[must_use]
    pub fn from_words(words: impl IntoIterator<Item = String>) -> Self {
        let words: Vec<_> = words.into_iter().collect();
        Self {
            text: words.join(" "),
            words,
        }
    }

    /// The words of the command with the placeholders filled in.
    pub(crate) fn fill(&self, values: &Values) -> Vec<String> {
        let fill = |word: &String| {
            values
                .pairs()
                .iter()
                .fold(word.clone(), |word, (name, value)| {
                    word.replace(&format!("{{{name}}}"), value)
                })
        };
        self.words.iter().map(fill).collect()
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn split(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in text.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => word.get_or_insert_default().push(c),
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(c),
        }
    }
    if let Some(open) = quote {
        return Err(format!("the command has a {open} that is never closed"));
    }
    words.extend(word);
    Ok(words)
}

/// Only `{lowercase}` is a placeholder, so that `awk '{ print }'` is left alone.
fn check_placeholders(word: &str) -> Result<(), String> {
    for (at, _) in word.match_indices('{') {
        let Some((name, _)) = word[at + 1..].split_once('}') else {
            continue;
        };
        let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase());
        if is_name && !PLACEHOLDERS.contains(&name) {
            return Err(format!(
                "unknown placeholder {{{name}}}; there are {}",
                PLACEHOLDERS.map(|known| format!("{{{known}}}")).join(" ")
            ));
        }
    }
    Ok(())
}

/// What the placeholders stand for in one start of the program.
#[derive(Debug, Clone)]
pub(crate) struct Values {
    pub(crate) address: SocketAddr,
    pub(crate) dir: PathBuf,
    /// What else the lesson has its programs told, by placeholder.
    pub(crate) more: Vec<(&'static str, String)>,
}

impl Values {
    /// Name and value of each placeholder that stands for something.
    pub(crate) fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = vec![
            ("host", self.address.ip().to_string()),
            ("port", self.address.port().to_string()),
            ("addr", self.address.to_string()),
            ("dir", self.dir.display().to_string()),
        ];
        pairs.extend(self.more.iter().cloned());
        pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(text: &str) -> Vec<String> {
        split(text).unwrap()
    }

    #[test]
    fn quotes_group_and_nothing_else_is_special() {
        assert_eq!(
            words("python3 my.py {port}"),
            ["python3", "my.py", "{port}"]
        );
        assert_eq!(
            words(r"C:\py\python.exe 'a b'"),
            [r"C:\py\python.exe", "a b"]
        );
        assert_eq!(words(r#"a"b c"d '' "it's""#), ["ab cd", "", "it's"]);
        assert_eq!(words("  $HOME | cat  "), ["$HOME", "|", "cat"]);
    }

    #[test]
    fn mistakes_are_named() {
        let error = |text| CommandLine::parse(text).unwrap_err();
        assert!(error("").contains("empty"));
        assert!(error("'' x").contains("empty"));
        assert!(error("run 'x").contains("never closed"));
        assert!(error("run {prot}").contains("{prot}"));
        assert!(CommandLine::parse("awk '{ print $1 }' {port}").is_ok());
    }

    #[test]
    fn placeholders_are_filled_wherever_they_stand() {
        let values = Values {
            address: "127.0.0.1:9001".parse().unwrap(),
            dir: "/tmp/x".into(),
            more: vec![("name", "Ada".into())],
        };
        let command = CommandLine::parse("a --listen={addr} {host}:{port} {dir}/f <{name}>");
        assert_eq!(
            command.unwrap().fill(&values),
            [
                "a",
                "--listen=127.0.0.1:9001",
                "127.0.0.1:9001",
                "/tmp/x/f",
                "<Ada>"
            ]
        );
    }

    proptest! {
        #[test]
        fn quoted_words_come_back(list in prop::collection::vec("[^']{0,8}", 1..5)) {
            let text: Vec<_> = list.iter().map(|w| format!("'{w}'")).collect();
            prop_assert_eq!(words(&text.join(" ")), list);
        }

        #[test]
        fn any_text_is_a_command_or_an_error(text in ".{0,40}") {
            let _ = CommandLine::parse(&text);
        }
    }
}
