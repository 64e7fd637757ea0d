//! What the judge says to the client, and how it is cut.

use super::Talk;

impl Talk {
    /// Greets, where the server should, with a greeting that must be printed.
    pub(in crate::suites) fn greet(&mut self) {
        if let Some(greeting) = self.speech.greeting() {
            self.stream.send(&greeting);
            self.expect_line(self.speech.greeting.into(), vec![greeting]);
        }
    }

    /// Greets, where the server should, with a cut before the offset `cut`.
    pub(in crate::suites) fn greet_in_pieces(&mut self, cut: usize) {
        if let Some(greeting) = self.speech.greeting() {
            let (beginning, rest) = greeting.split_at(cut);
            self.stream.send_and_hold(beginning);
            self.stream.send_and_hold(rest);
        }
    }

    /// Answers in one write.
    pub(in crate::suites) fn answer(&mut self, text: &str) {
        self.answer_in_pieces(text, &[]);
    }

    /// Answers in one write and gives the client time to print it.
    pub(in crate::suites) fn answer_and_hold(&mut self, text: &str) {
        self.answer(text);
        self.stream.hold();
    }

    /// Answers with a cut before each offset of `cuts`. Every piece is held, the
    /// last one too, so that no read finds two answers.
    pub(in crate::suites) fn answer_in_pieces(&mut self, text: &str, cuts: &[usize]) {
        let message = self.speech.answer(text.as_bytes());
        let mut pieces = Vec::new();
        let mut from = 0;
        for &cut in cuts.iter().chain([&message.len()]) {
            pieces.push(message[from..cut].to_vec());
            from = cut;
        }
        for piece in &pieces {
            if cuts.is_empty() {
                self.stream.send(piece);
            } else {
                self.stream.send_and_hold(piece);
            }
        }
        self.expect_printed(text, pieces);
    }

    /// Answers with a cut before the offset `cut`, and a silence there.
    pub(in crate::suites) fn answer_after_silence(&mut self, text: &str, cut: usize) {
        let message = self.speech.answer(text.as_bytes());
        let (beginning, rest) = message.split_at(cut);
        self.stream.send_and_wait(beginning);
        self.stream.send(rest);
        self.expect_printed(text, vec![beginning.to_vec(), rest.to_vec()]);
    }

    /// Answers with several texts at once, the last one cut in its middle.
    pub(in crate::suites) fn answer_glued(&mut self, texts: &[String]) {
        let answers = texts.iter().map(|text| self.speech.answer(text.as_bytes()));
        let whole: Vec<u8> = answers.flatten().collect();
        let cut = whole.len() - 4;
        let pieces = vec![whole[..cut].to_vec(), whole[cut..].to_vec()];
        self.stream.send_and_hold(&pieces[0]);
        self.stream.send_and_hold(&pieces[1]);
        for text in texts {
            self.expect_printed(text, pieces.clone());
        }
    }
}
