//! How many descriptors, and so connections, the system lets this process have
//! ([getrlimit(2)](https://man7.org/linux/man-pages/man2/getrlimit.2.html),
//! `RLIMIT_NOFILE`, in a shell `ulimit -n`).

/// Raises this process's limit of open files to `wanted`, or as near to it as
/// the system allows, and says what it is then.
///
/// Where there is no such limit, as on Windows, that is all there are.
#[must_use]
pub fn allow_descriptors(wanted: usize) -> usize {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

        let limit = getrlimit(Resource::Nofile);
        let wanted = u64::try_from(wanted).unwrap_or(u64::MAX);
        let now = limit.current.unwrap_or(u64::MAX);
        if now >= wanted {
            return usize::try_from(now).unwrap_or(usize::MAX);
        }
        // Everybody may raise the soft limit up to the hard one.
        let most = limit.maximum.map_or(wanted, |hard| hard.min(wanted));
        let raised = setrlimit(
            Resource::Nofile,
            Rlimit {
                current: Some(most),
                maximum: limit.maximum,
            },
        );
        let allowed = if raised.is_ok() { most } else { now };
        usize::try_from(allowed).unwrap_or(usize::MAX)
    }
    #[cfg(not(unix))]
    {
        let _ = wanted;
        usize::MAX
    }
}
