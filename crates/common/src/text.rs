//! Text: bytes to characters and back, with a policy for what does not fit.
//!
//! A message is bytes; an encoding says which characters they stand for. Bytes
//! that stand for none are an ordinary event on a network, so the policy is
//! chosen by the user and the error says at which byte it went wrong.

use std::{borrow::Cow, fmt, str};

use encoding_rs::{
    DecoderResult, EncoderResult, Encoding, ISO_2022_JP, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE,
};

/// What to do with bytes or characters that have no counterpart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    /// Refuse the text and name the offset.
    #[default]
    Strict,
    /// U+FFFD when decoding, `?` when encoding.
    Replace,
    /// Leave it out. Loses data without a word.
    Ignore,
}

/// Why a text cannot be decoded or encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextError {
    /// These bytes are no text in this encoding.
    Decode {
        /// Zero-based offset of the first byte that does not belong.
        at: usize,
        /// Name of the encoding.
        encoding: &'static str,
    },
    /// This encoding has no such character.
    Encode {
        /// The character.
        character: char,
        /// Its zero-based byte offset in the UTF-8 text.
        at: usize,
        /// Name of the encoding.
        encoding: &'static str,
    },
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TextError::Decode { at, encoding } => write!(f, "not {encoding} at byte {at}"),
            TextError::Encode {
                character,
                at,
                encoding,
            } => write!(f, "{encoding} has no {character:?} (byte {at})"),
        }
    }
}

impl std::error::Error for TextError {}

/// An encoding and what to do when it does not fit.
#[derive(Debug, Clone, Copy)]
pub struct TextCodec {
    encoding: &'static Encoding,
    on_error: OnError,
}

impl Default for TextCodec {
    /// UTF-8, strict.
    fn default() -> Self {
        TextCodec::new(UTF_8, OnError::Strict)
    }
}

/// The encoding of a label such as `gbk`, as listed by the
/// [WHATWG Encoding Standard](https://encoding.spec.whatwg.org/#names-and-labels).
///
/// # Errors
///
/// One sentence if the label is unknown, or if the encoding cannot be used in
/// lines because its bytes may contain an LF that is not a line feed.
pub fn encoding_for_label(label: &str) -> Result<&'static Encoding, String> {
    let encoding = Encoding::for_label(label.as_bytes())
        .ok_or_else(|| "unknown encoding; try utf-8, gbk, gb18030, big5 or shift_jis".to_owned())?;
    if [UTF_16LE, UTF_16BE, ISO_2022_JP, REPLACEMENT].contains(&encoding) {
        return Err(format!(
            "{} cannot be used here: its bytes may contain a newline that is none",
            encoding.name()
        ));
    }
    Ok(encoding)
}

impl TextCodec {
    /// A codec for this encoding and policy.
    #[must_use]
    pub fn new(encoding: &'static Encoding, on_error: OnError) -> Self {
        TextCodec { encoding, on_error }
    }

    /// What the user typed, which is UTF-8, in this encoding. The policy is the
    /// same both ways.
    ///
    /// # Errors
    ///
    /// [`TextError`] with [`OnError::Strict`].
    pub fn encode_typed(&self, typed: &[u8]) -> Result<Vec<u8>, TextError> {
        let text = TextCodec::new(UTF_8, self.on_error).decode(typed)?;
        self.encode(&text).map(Cow::into_owned)
    }

    /// Most bytes of a typed line that may make a message of `limit` bytes.
    #[must_use]
    pub fn input_limit(&self, limit: usize) -> usize {
        // A character of one byte here may have three in UTF-8, as € does in
        // windows-1252; those with four have at least two in every encoding.
        limit * if self.encoding == UTF_8 { 1 } else { 3 }
    }

    /// The characters that `bytes` stand for. A byte order mark is a character
    /// like any other.
    ///
    /// # Errors
    ///
    /// [`TextError::Decode`] with [`OnError::Strict`].
    pub fn decode<'a>(&self, bytes: &'a [u8]) -> Result<Cow<'a, str>, TextError> {
        if self.encoding == UTF_8 {
            match str::from_utf8(bytes) {
                Ok(text) => return Ok(Cow::Borrowed(text)),
                Err(error) if self.on_error == OnError::Strict => {
                    return Err(self.decode_error(error.valid_up_to()));
                }
                Err(_) => {}
            }
        }
        match self.on_error {
            OnError::Replace => Ok(self.encoding.decode_without_bom_handling(bytes).0),
            OnError::Strict | OnError::Ignore => self.decode_by_parts(bytes).map(Cow::Owned),
        }
    }

    fn decode_error(&self, at: usize) -> TextError {
        TextError::Decode {
            at,
            encoding: self.encoding.name(),
        }
    }

    fn decode_by_parts(&self, bytes: &[u8]) -> Result<String, TextError> {
        let mut decoder = self.encoding.new_decoder_without_bom_handling();
        let mut text = String::new();
        let mut read = 0;
        loop {
            let rest = &bytes[read..];
            // An overflowing usize would need a message of half the address space.
            text.reserve(
                decoder
                    .max_utf8_buffer_length(rest.len())
                    .unwrap_or(rest.len()),
            );
            let (result, used) =
                decoder.decode_to_string_without_replacement(rest, &mut text, true);
            read += used;
            match result {
                DecoderResult::InputEmpty => return Ok(text),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(bad, after) => {
                    if self.on_error == OnError::Strict {
                        return Err(self.decode_error(read - usize::from(bad) - usize::from(after)));
                    }
                }
            }
        }
    }

    /// The bytes that stand for `text`.
    ///
    /// # Errors
    ///
    /// [`TextError::Encode`] with [`OnError::Strict`].
    pub fn encode<'a>(&self, text: &'a str) -> Result<Cow<'a, [u8]>, TextError> {
        if self.encoding == UTF_8 {
            return Ok(Cow::Borrowed(text.as_bytes()));
        }
        let mut encoder = self.encoding.new_encoder();
        let mut bytes = Vec::new();
        let mut read = 0;
        loop {
            let rest = &text[read..];
            let room = encoder
                .max_buffer_length_from_utf8_without_replacement(rest.len())
                .unwrap_or(rest.len());
            bytes.reserve(room);
            let (result, used) =
                encoder.encode_from_utf8_to_vec_without_replacement(rest, &mut bytes, true);
            read += used;
            match result {
                EncoderResult::InputEmpty => return Ok(Cow::Owned(bytes)),
                EncoderResult::OutputFull => {}
                EncoderResult::Unmappable(character) => match self.on_error {
                    OnError::Strict => {
                        return Err(TextError::Encode {
                            character,
                            at: read - character.len_utf8(),
                            encoding: self.encoding.name(),
                        });
                    }
                    OnError::Replace => bytes.push(b'?'),
                    OnError::Ignore => {}
                },
            }
        }
    }
}

#[cfg(test)]
mod tests;
