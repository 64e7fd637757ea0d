//! Running the checks: what is shown meanwhile, and how Ctrl-C ends it.

use std::io::{self, IsTerminal as _, Write as _};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use checker::{Lesson, Options, Progress, Report, Target};

use crate::cli::ReportForm;
use crate::error::{Error, Result};
use crate::signal;
use crate::style;

/// Takes the cursor to the beginning of the line and clears the line.
const CLEAR: &str = "\r\x1b[2K";

/// Runs checks.
pub(super) struct Judge {
    /// Whether somebody looks at a line that changes.
    is_watched: bool,
    /// Ctrl-C was pressed.
    stop: Arc<AtomicBool>,
}

impl Judge {
    /// From now on the first Ctrl-C ends the command after the running check, and a second one at
    /// once. The program under check is in a process group of its own, where Ctrl-C does not reach
    /// it: only the end of its check ends it for certain.
    ///
    /// # Errors
    ///
    /// When the system refuses a handler or a thread.
    pub(super) fn new(form: ReportForm) -> Result<Judge> {
        let signals = signal::stop()?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopping = Arc::clone(&stop);
        let listen = move || {
            for () in signals {
                if stopping.swap(true, Ordering::SeqCst) {
                    checker::end_all();
                    process::exit(Error::stopped().exit_code().into());
                }
                style::say("stopping after this check; Ctrl-C again stops at once");
            }
        };
        thread::Builder::new()
            .name("stop".to_owned())
            .spawn(listen)
            .map_err(|error| Error::machine("listening for Ctrl-C", error))?;
        Ok(Judge {
            // On standard error: the report alone is on standard output.
            is_watched: form == ReportForm::Pretty && io::stderr().is_terminal(),
            stop,
        })
    }

    /// Runs the checks of one role, with a line that says which one is running.
    pub(super) fn run(
        &self,
        lesson: &'static Lesson,
        target: &Target,
        options: &Options,
    ) -> Report {
        let report = checker::run(lesson, target, options, &mut |event| {
            if let (true, Progress::Started(check)) = (self.is_watched, event) {
                let _ = write!(io::stderr(), "{CLEAR}{} {} …", check.role, check.name);
            }
        });
        self.clear();
        report
    }

    /// What [`Options`] take to end the run after the check that runs when Ctrl-C is pressed.
    pub(super) fn stop(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    /// Whether Ctrl-C was pressed.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    fn clear(&self) {
        if self.is_watched {
            let _ = write!(io::stderr(), "{CLEAR}");
        }
    }
}
