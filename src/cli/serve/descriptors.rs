//! File descriptors: each connection takes one.

use std::num::NonZeroU32;

use crate::server::telemetry::log;

/// What a server opens beside its connections: ports, files, metrics and traces.
const OTHERS: u64 = 64;

/// Takes as many as the system gives, and says so where they may run out before `connections` are
/// open.
pub fn provide(connections: NonZeroU32) {
    let needed = u64::from(connections.get()) + OTHERS;
    if let Some(limit) = raised_limit().filter(|&limit| limit < needed) {
        log::warn(format_args!(
            "max_connections = {connections} may take {needed} file descriptors, but the system \
             allows {limit}: raise that (ulimit -n), or lower max_connections"
        ));
    }
}

/// The number that this process may have open, raised as far as it may be; `None` for any number.
#[cfg(unix)]
fn raised_limit() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    // Where the system does not want that, the limit is what it was.
    let _ = setrlimit(Resource::Nofile, raised);
    getrlimit(Resource::Nofile).current
}

#[cfg(not(unix))]
fn raised_limit() -> Option<u64> {
    None
}
