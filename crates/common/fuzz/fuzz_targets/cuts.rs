//! One input, two ways through a decoder: whole, and cut where the input says.

use common::frame::{Decoder, FrameError, Framing};

/// What a decoder made of its input: messages, then perhaps an error.
pub(crate) type Outcome = (Vec<Vec<u8>>, Option<FrameError>);

/// What the fuzzer's bytes mean.
pub(crate) struct Case<'a> {
    /// Most bytes of a message, small so that it is reached.
    pub(crate) limit: usize,
    cuts: &'a [u8],
    /// What the network brings.
    pub(crate) bytes: &'a [u8],
}

impl<'a> Case<'a> {
    /// Layout: the limit, the number of cuts, the cuts, the rest.
    pub(crate) fn read(data: &'a [u8]) -> Option<Self> {
        let [limit, count, rest @ ..] = data else {
            return None;
        };
        let (cuts, bytes) = rest.split_at_checked(usize::from(count % 16))?;
        let limit = usize::from(*limit);
        Some(Case { limit, cuts, bytes })
    }

    /// Both ways, compared. The outcome is that of the uncut one.
    pub(crate) fn run(&self, framing: Framing) -> Outcome {
        let mut decoder = Decoder::with_limit(framing, self.limit);
        let mut whole = Outcome::default();
        decoder.push(self.bytes);
        drain(&mut decoder, &mut whole);
        decoder.end();
        drain(&mut decoder, &mut whole);

        let mut decoder = Decoder::with_limit(framing, self.limit);
        let mut cut = Outcome::default();
        let mut rest = self.bytes;
        // At least one byte in each round, or it would go on for ever.
        let mut sizes = self.cuts.iter().chain(&[1]).cycle();
        // After an error a caller closes; only until then is the memory bounded.
        while !rest.is_empty() && cut.1.is_none() {
            let size = sizes.next().expect("endless");
            let (chunk, tail) = rest.split_at(rest.len().min(usize::from(*size)));
            rest = tail;
            decoder.push(chunk);
            drain(&mut decoder, &mut cut);
            // A message that is not complete, its header, and one chunk; a
            // growing Vec takes up to twice what it needs.
            let bound = 2 * (self.limit + 4 + usize::from(u8::MAX));
            assert!(decoder.capacity() <= bound, "{}", decoder.capacity());
        }
        decoder.end();
        drain(&mut decoder, &mut cut);
        assert_eq!(cut, whole, "cut {:?}", self.cuts);
        whole
    }
}

fn drain(decoder: &mut Decoder, (messages, error): &mut Outcome) {
    while error.is_none() {
        match decoder.next() {
            Ok(Some(message)) => messages.push(message.to_vec()),
            Ok(None) => break,
            Err(reason) => *error = Some(reason),
        }
    }
}
