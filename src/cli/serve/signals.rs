//! Signals of the operating system to a server.

use std::{io, time::Duration};

use tokio::sync::mpsc;

use crate::server::Stop;

/// Each request to stop: Ctrl-C and, where there is such a thing, SIGTERM. SIGHUP is one where the
/// server runs in a terminal, which is gone then; elsewhere the log says what became of it.
///
/// # Errors
/// When the operating system does not give them.
#[cfg(unix)]
pub fn stops(reload_interval: Option<Duration>) -> io::Result<mpsc::UnboundedReceiver<Stop>> {
    use std::io::IsTerminal;

    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupts = signal(SignalKind::interrupt())?;
    let mut terminations = signal(SignalKind::terminate())?;
    let mut hangups = signal(SignalKind::hangup())?;
    let in_terminal = io::stderr().is_terminal();
    let (stop, stops) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            let asked = tokio::select! {
                _ = interrupts.recv() => Stop::Now,
                _ = terminations.recv() => Stop::Planned,
                _ = hangups.recv() => {
                    if !in_terminal {
                        tell_of_hangup(reload_interval);
                        continue;
                    }
                    Stop::Now
                }
            };
            if stop.send(asked).is_err() {
                return;
            }
        }
    });
    Ok(stops)
}

/// Many send it to have files read again.
#[cfg(unix)]
fn tell_of_hangup(reload_interval: Option<Duration>) {
    let looked_at = match reload_interval {
        Some(interval) => format!("every {}", humantime::format_duration(interval)),
        None => "at the start alone (reload_interval)".into(),
    };
    crate::server::telemetry::log::tell(format_args!(
        "SIGHUP changes nothing: models, certificates and tokens are looked at {looked_at}, options \
         at the start"
    ));
}

/// Each request to stop: Ctrl-C.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn stops(_: Option<Duration>) -> io::Result<mpsc::UnboundedReceiver<Stop>> {
    let (stop, stops) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        // Without signals the server runs until it is killed.
        while tokio::signal::ctrl_c().await.is_ok() && stop.send(Stop::Now).is_ok() {}
    });
    Ok(stops)
}
