//! What one of our own programs prints, collected by a thread.

use std::{
    io::Read,
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

use super::SOON;

/// What a program has printed so far, and whether that is all.
#[derive(Debug, Default)]
pub(super) struct Printed {
    pub(super) text: Mutex<(Vec<u8>, bool)>,
    pub(super) news: Condvar,
}

impl Printed {
    pub(super) fn collect(mut from: impl Read + Send + 'static) -> Arc<Self> {
        let printed = Arc::new(Printed::default());
        let here = Arc::clone(&printed);
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            loop {
                let count = from.read(&mut buffer).unwrap_or(0);
                let mut text = here.text.lock().expect("no panic");
                text.0.extend_from_slice(&buffer[..count]);
                text.1 = count == 0;
                here.news.notify_all();
                if count == 0 {
                    return;
                }
            }
        });
        printed
    }

    /// Waits until `done` has an answer for the text so far, and whether it is
    /// all.
    #[track_caller]
    pub(super) fn wait<T>(&self, mut done: impl FnMut(&str, bool) -> Option<T>) -> T {
        let begun = Instant::now();
        let mut text = self.text.lock().expect("no panic");
        loop {
            let so_far = String::from_utf8_lossy(&text.0).into_owned();
            if let Some(found) = done(&so_far, text.1) {
                return found;
            }
            assert!(
                !text.1 && begun.elapsed() < SOON,
                "waited in vain; printed: {so_far:?}"
            );
            text = self.news.wait_timeout(text, SOON).expect("no panic").0;
        }
    }

    /// Whether that is all in time.
    pub(super) fn ends_within(&self, limit: Duration) -> bool {
        let text = self.text.lock().expect("no panic");
        let goes_on = |text: &mut (Vec<u8>, bool)| !text.1;
        let waited = self.news.wait_timeout_while(text, limit, goes_on);
        waited.expect("no panic").0.1
    }

    #[track_caller]
    pub(super) fn line(&self, wanted: &dyn Fn(&str) -> bool) {
        self.wait(|text, _| {
            text.lines()
                .take(text.matches('\n').count())
                .any(wanted)
                .then_some(())
        });
    }
}
