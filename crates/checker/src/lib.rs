//! The judge: runs anybody's program, is the other end of its sockets, and says
//! in one card what is wrong and why.
//!
//! A check starts the program under check as a process ([`CommandLine`]), speaks
//! bytes to it and compares what comes back. It knows no lesson crate and shares
//! no code with one, or a single bug could pass on both sides.
//!
//! Reading order: [`Lesson`] and [`Check`] (what is asked), [`run()`] (how it is
//! asked), the private modules `bench`, `subject` and `peer` (with what),
//! `diagnose` (from what came to why), [`report`] (how it is told), and
//! [`suites`] (the lessons themselves). [`proxy`] stands beside: it breaks the
//! network between two programs on purpose; [`program`] runs our own programs in
//! their lessons' tests.

mod bench;
mod causes;
mod conformance;
mod diagnose;
mod history;
mod lesson;
mod limits;
mod peer;
pub mod program;
pub mod proxy;
pub mod report;
mod run;
mod show;
mod speech;
mod subject;
pub mod suites;
mod verdict;

pub use causes::CAUSES;
pub use conformance::conformance;
pub use history::Event;
pub use lesson::{Check, Lesson, Level, Role, Transport};
pub use run::{CheckResult, Options, Outcome, Progress, Report, Target, Verdict, run};
pub use show::{harmless, wrap};
pub use subject::{CommandLine, end_all};
pub use verdict::{Card, Cause, Side};
