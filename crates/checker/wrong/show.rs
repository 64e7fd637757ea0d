//! What reaches the terminal, escaped.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

/// The block of the larger of the two, Python.
const BLOCK: usize = 8192;

/// Prints one line. A closed standard output is nobody's fault.
pub(crate) fn say(line: &str) {
    say_bytes(line.as_bytes());
}

/// Prints what came from the network; `raw` as it came.
pub(crate) fn say_text(before: &str, text: &[u8], raw: bool) {
    let mut line = before.as_bytes().to_vec();
    if raw {
        line.extend_from_slice(text);
    } else {
        line.extend_from_slice(escaped(text).as_bytes());
    }
    say_bytes(&line);
}

/// As [`say_text`] does it raw where output is buffered in blocks, as Python and
/// C do on a pipe; what does not fill a block is never seen.
pub(crate) fn say_in_blocks(before: &str, text: &[u8]) {
    static WAITING: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    let mut waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
    waiting.extend_from_slice(&[before.as_bytes(), text, b"\n"].concat());
    while waiting.len() >= BLOCK {
        let mut out = io::stdout().lock();
        let block: Vec<u8> = waiting.drain(..BLOCK).collect();
        let _ = out.write_all(&block);
        let _ = out.flush();
    }
}

fn say_bytes(line: &[u8]) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(line);
    let _ = out.write_all(b"\n");
    let _ = out.flush();
}

/// Control characters (C0, DEL, C1) as `\xNN`, marks that change the writing
/// direction as `\u{NNNN}`.
fn escaped(text: &[u8]) -> String {
    let mut line = String::new();
    for c in String::from_utf8_lossy(text).chars() {
        match c {
            '\0'..='\x1f' | '\x7f'..='\u{9f}' => line += &format!("\\x{:02x}", u32::from(c)),
            '\u{61c}' | '\u{200e}' | '\u{200f}' => line += &c.escape_unicode().to_string(),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' => {
                line += &c.escape_unicode().to_string();
            }
            _ => line.push(c),
        }
    }
    line
}
