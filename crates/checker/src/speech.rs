//! What the programs of a lesson say to each other.

/// The words around a conversation over TCP. The checks that several lessons
/// share, and the predictions of what a wrong program answers, take them from
/// here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Speech {
    /// What the server says first, without its LF; empty where the client begins.
    pub(crate) greeting: &'static str,
    /// What stands before the text in its answer.
    pub(crate) before: &'static str,
    /// What stands behind it.
    pub(crate) after: &'static str,
}

impl Speech {
    /// The client begins, and is answered with its own text.
    pub(crate) const ECHO: Self = Self {
        greeting: "",
        before: "",
        after: "",
    };

    /// The greeting, as it goes over the wire.
    pub(crate) fn greeting(self) -> Option<Vec<u8>> {
        (!self.greeting.is_empty()).then(|| format!("{}\n", self.greeting).into_bytes())
    }

    /// The answer to `text`, without its LF.
    pub(crate) fn wrap(self, text: &[u8]) -> Vec<u8> {
        [self.before.as_bytes(), text, self.after.as_bytes()].concat()
    }

    /// The answer to `text`, as it goes over the wire.
    pub(crate) fn answer(self, text: &[u8]) -> Vec<u8> {
        let mut answer = self.wrap(text);
        answer.push(b'\n');
        answer
    }

    /// The text in an answer to it, as it goes over the wire.
    pub(crate) fn text(self, answer: &[u8]) -> Option<&[u8]> {
        let line = answer.strip_suffix(b"\n")?;
        let rest = line.strip_prefix(self.before.as_bytes())?;
        rest.strip_suffix(self.after.as_bytes())
    }

    /// How many bytes an answer is longer than its text.
    pub(crate) fn around(self) -> usize {
        self.before.len() + self.after.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn other_words_are_no_answer() {
        let hello = Speech {
            greeting: "Welcome!",
            before: "Hello, ",
            after: "!",
        };
        assert_eq!(hello.greeting(), Some(b"Welcome!\n".to_vec()));
        assert_eq!(hello.answer(b"Ada"), b"Hello, Ada!\n");
        for line in [
            "Welcome!\n",
            "Hello, Ada!",
            "Hello, Ada\n",
            "Ada!\n",
            "Hello, \n",
        ] {
            assert_eq!(hello.text(line.as_bytes()), None, "{line:?}");
        }
    }

    proptest! {
        #[test]
        fn the_text_comes_out_of_its_answer(text: Vec<u8>) {
            let shout = Speech { greeting: "", before: "HEY ", after: "!" };
            for speech in [Speech::ECHO, shout] {
                let answer = speech.answer(&text);
                prop_assert_eq!(speech.text(&answer), Some(&text[..]));
                prop_assert_eq!(answer.len(), text.len() + speech.around() + 1);
            }
        }
    }
}
