//! How fast the codecs are, on 64-byte messages. `cargo bench --package common`
//!
//! The encodings are measured beside the crates beneath them.

use std::hint::black_box;

use common::{
    frame::{Decoder, Framing},
    text::{OnError, TextCodec, encoding_for_label},
};
use divan::{Bencher, counter::BytesCount};

fn main() {
    divan::main();
}

const MESSAGES: usize = 1024;
const READ: usize = 16 * 1024;

fn stream(framing: Framing) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..MESSAGES {
        framing.emit(&[b'x'; 64], &mut bytes).expect("short");
    }
    bytes
}

#[divan::bench(args = [Framing::Lines, Framing::Length])]
fn decode(bencher: Bencher<'_, '_>, framing: Framing) {
    let bytes = stream(framing);
    bencher
        .counter(BytesCount::new(bytes.len()))
        .bench_local(|| {
            let mut decoder = Decoder::new(framing);
            for chunk in bytes.chunks(READ) {
                decoder.push(black_box(chunk));
                while let Some(message) = decoder.next().expect("valid") {
                    black_box(message);
                }
            }
        });
}

#[divan::bench(args = [Framing::Lines, Framing::Length])]
fn encode(bencher: Bencher<'_, '_>, framing: Framing) {
    let mut out = Vec::with_capacity(stream(framing).len());
    bencher
        .counter(BytesCount::new(out.capacity()))
        .bench_local(|| {
            out.clear();
            for _ in 0..MESSAGES {
                framing
                    .emit(black_box(&[b'x'; 64]), &mut out)
                    .expect("short");
            }
            black_box(&out);
        });
}

const LABELS: [&str; 2] = ["utf-8", "gbk"];

fn text(label: &str) -> Vec<u8> {
    encoding_for_label(label)
        .expect("known")
        .encode(&characters())
        .0
        .into_owned()
}

#[divan::bench(args = LABELS)]
fn text_ours(bencher: Bencher<'_, '_>, label: &str) {
    let bytes = text(label);
    let codec = TextCodec::new(encoding_for_label(label).expect("known"), OnError::Strict);
    bencher
        .counter(BytesCount::new(bytes.len()))
        .bench_local(|| codec.decode(black_box(&bytes)).expect("valid").len());
}

#[divan::bench(args = LABELS)]
fn text_beneath(bencher: Bencher<'_, '_>, label: &str) {
    let bytes = text(label);
    let encoding = encoding_for_label(label).expect("known");
    bencher
        .counter(BytesCount::new(bytes.len()))
        .bench_local(|| match label {
            "utf-8" => std::str::from_utf8(black_box(&bytes)).expect("valid").len(),
            _ => {
                let decoded =
                    encoding.decode_without_bom_handling_and_without_replacement(black_box(&bytes));
                decoded.expect("valid").len()
            }
        });
}

fn characters() -> String {
    "网络编程 network ".repeat(50)
}

#[divan::bench(args = LABELS)]
fn text_back_ours(bencher: Bencher<'_, '_>, label: &str) {
    let text = characters();
    let codec = TextCodec::new(encoding_for_label(label).expect("known"), OnError::Strict);
    bencher
        .counter(BytesCount::new(text.len()))
        .bench_local(|| codec.encode(black_box(&text)).expect("valid").len());
}

#[divan::bench(args = LABELS)]
fn text_back_beneath(bencher: Bencher<'_, '_>, label: &str) {
    let text = characters();
    let encoding = encoding_for_label(label).expect("known");
    bencher
        .counter(BytesCount::new(text.len()))
        .bench_local(|| encoding.encode(black_box(&text)).0.len());
}
