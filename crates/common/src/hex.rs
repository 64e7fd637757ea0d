//! Hex dump: offset, bytes, and what they would be in ASCII.

use std::fmt::Write as _;

/// Bytes in a row.
const ROW: usize = 16;

/// A dump of `bytes`, one row per 16 bytes, each row ended by LF.
///
/// Bytes outside printable ASCII are shown as `.`, so the dump is safe to print
/// whatever the peer sent.
///
/// ```
/// assert_eq!(
///     common::hex::dump(b"hello\n"),
///     "00000000  68 65 6c 6c 6f 0a                                 hello.\n"
/// );
/// ```
#[must_use]
pub fn dump(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(ROW) * 80);
    for (row, chunk) in bytes.chunks(ROW).enumerate() {
        let _ = write!(out, "{:08x} ", row * ROW);
        for column in 0..ROW {
            if column % 8 == 0 {
                out.push(' ');
            }
            let _ = match chunk.get(column) {
                Some(byte) => write!(out, "{byte:02x} "),
                None => write!(out, "   "),
            };
        }
        out.push(' ');
        out.extend(chunk.iter().map(|&byte| match byte {
            0x20..=0x7e => char::from(byte),
            _ => '.',
        }));
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows() {
        let bytes: Vec<u8> = (0x18..0x30).collect();
        assert_eq!(
            dump(&bytes),
            "00000000  18 19 1a 1b 1c 1d 1e 1f  20 21 22 23 24 25 26 27  ........ !\"#$%&'\n\
             00000010  28 29 2a 2b 2c 2d 2e 2f                           ()*+,-./\n"
        );
        assert_eq!(dump(b""), "");
    }
}
