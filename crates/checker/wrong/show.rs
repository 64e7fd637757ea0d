//! What reaches the terminal, escaped.

use std::io::{self, Write};

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
