//! The paths of Unix sockets, which do not go away with the socket.

use std::{
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// What is still to be removed. Of the process, because one that is ended in
/// the middle of its work runs no destructors.
static PATHS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn paths() -> MutexGuard<'static, Vec<PathBuf>> {
    PATHS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A path that is removed when this is dropped, or by [`remove_paths`].
#[derive(Debug)]
pub(super) struct RemoveOnDrop(PathBuf);

impl RemoveOnDrop {
    #[cfg(unix)]
    pub(super) fn new(path: PathBuf) -> Self {
        paths().push(path.clone());
        RemoveOnDrop(path)
    }
}

impl Drop for RemoveOnDrop {
    fn drop(&mut self) {
        let mut paths = paths();
        if let Some(at) = paths.iter().position(|path| *path == self.0) {
            paths.swap_remove(at);
            // Nothing to do about a failure: the path may be gone already.
            let _ = std::fs::remove_file(&self.0);
        }
    }
}

/// Removes what is left, before the process is ended.
pub(crate) fn remove_paths() {
    for path in paths().drain(..) {
        let _ = std::fs::remove_file(path);
    }
}
