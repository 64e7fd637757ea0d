//! A starter with its holes filled.

use std::fs;

use crate::student::Student;

/// What lesson 2's starter gives must be right, or nobody could pass.
#[test]
fn a_starter_with_its_holes_filled_passes() {
    let student = Student::new();
    let folder = student.folder().join("mine");
    let to = folder.to_str().unwrap();
    student.run(&["start", "tcp-threaded", "--to", to]).code(0);
    for (file, holes) in FILLED {
        let path = folder.join("src").join(file);
        let mut source = fs::read_to_string(&path).unwrap();
        for (hole, filled) in *holes {
            assert_eq!(source.matches(hole).count(), 1, "{file}: {hole}");
            source = source.replace(hole, filled);
        }
        fs::write(&path, source).unwrap();
    }
    let judged = student.run(&["check", "tcp-threaded"]).code(0);
    assert!(!judged.stdout.contains('✗'), "{}", judged.stdout);
}

/// A file of a starter, and what stands in place of its holes.
type Filled = (&'static str, &'static [(&'static str, &'static str)]);

/// Lesson 2's starter, filled as its comments say.
const FILLED: &[Filled] = &[
    (
        "protocol.rs",
        &[("name.to_vec()", r#"[&b"Hello, "[..], name, b"!"].concat()"#)],
    ),
    (
        "server.rs",
        &[
            (
                "stream.and_then(serve)",
                "stream.and_then(|stream| {
                    std::thread::Builder::new().spawn(|| serve(stream)).map(drop)
                })",
            ),
            (
                "let mut lines =",
                r#"send(&mut stream, b"Welcome!")?; let mut lines ="#,
            ),
            (
                "let _ = message;\n    stream.flush()",
                r#"stream.write_all(&[message, b"\n"].concat())"#,
            ),
        ],
    ),
    (
        "client.rs",
        &[
            (
                "for name in io::stdin()",
                r#"let greeting = receive(&mut stream, &mut messages)?;
                print(&greeting)?;
                if greeting == b"Busy, try again later" {
                    return Err(io::Error::other("the server is full"));
                }
                for name in io::stdin()"#,
            ),
            (
                "let answer = receive(",
                "if protocol::is_marker(name.as_bytes()) {
                    return io::copy(&mut stream, &mut io::sink()).map(drop);
                }
                let answer = receive(",
            ),
            (
                "let count = stream.read(&mut chunk)?;",
                "let message = loop {
                    if let Some(message) = messages.next() {
                        break Some(message);
                    }
                    let count = stream.read(&mut chunk)?;
                    if count == 0 {
                        break None;
                    }
                    messages.push(&chunk[..count]);
                };",
            ),
            (
                "    messages.push(&chunk[..count]);
    let message = messages.next().or_else(|| messages.last());\n",
                "",
            ),
        ],
    ),
];
