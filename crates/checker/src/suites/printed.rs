//! What is to be found on a client's standard output.

/// The first of `texts` that does not follow the ones before it, counted from 0,
/// and where to look for it.
pub(super) fn first_missing<'a>(
    texts: impl IntoIterator<Item = &'a [u8]>,
    stdout: &[u8],
) -> Option<(usize, usize)> {
    let mut from = 0;
    for (nth, text) in texts.into_iter().enumerate() {
        match find(&stdout[from..], text) {
            Some(at) => from += at + text.len(),
            None => return Some((nth, from)),
        }
    }
    None
}

pub(super) fn contains(text: &[u8], part: &[u8]) -> bool {
    find(text, part).is_some()
}

pub(super) fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    if part.is_empty() {
        return Some(0);
    }
    text.windows(part.len()).position(|window| window == part)
}
