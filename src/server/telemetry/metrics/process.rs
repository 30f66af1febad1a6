//! The process, by the names that every Prometheus client uses. Linux tells it in files; elsewhere
//! only the start is known.

use std::{
    fmt, fs,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, NoLabelSet},
    metrics::MetricType,
    registry::Unit,
};

/// This process.
#[derive(Debug)]
pub struct Process {
    started: Duration,
}

impl Process {
    /// The process, as begun now.
    #[must_use]
    pub fn starting_now() -> Self {
        let started = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            started: started.unwrap_or_default(),
        }
    }
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let mut gauge = |name: &str, help: &str, unit: Unit, value: f64| {
            encoder
                .encode_descriptor(name, help, Some(&unit), MetricType::Gauge)?
                .encode_gauge(&value)
        };
        let started = self.started.as_secs_f64();
        gauge(
            "process_start_time",
            "When it started, since 1970",
            Unit::Seconds,
            started,
        )?;
        if let Some(bytes) = resident_bytes() {
            gauge(
                "process_resident_memory",
                "Memory in use",
                Unit::Bytes,
                bytes as f64,
            )?;
        }
        if let Some(seconds) = cpu_seconds() {
            let (help, unit) = ("Time that processors spent on it", Unit::Seconds);
            encoder
                .encode_descriptor("process_cpu", help, Some(&unit), MetricType::Counter)?
                .encode_counter::<NoLabelSet, _, u64>(&seconds, None)?;
        }
        if let Some(open) = open_files() {
            let help = "Open file descriptors";
            encoder
                .encode_descriptor("process_open_fds", help, None, MetricType::Gauge)?
                .encode_gauge(&open)?;
        }
        Ok(())
    }
}

/// What stands behind `VmRSS:`, in kB.
fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}

fn open_files() -> Option<i64> {
    let files = fs::read_dir("/proc/self/fd").ok()?;
    i64::try_from(files.count()).ok()
}

/// The 14th and 15th field, in ticks. The second one may hold spaces, within brackets.
#[cfg(target_os = "linux")]
fn cpu_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    let ticks = ticks()? + ticks()?;
    Some(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

#[cfg(not(target_os = "linux"))]
fn cpu_seconds() -> Option<f64> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn linux_tells_everything() {
        assert!(resident_bytes().unwrap() > 1 << 20);
        assert!(open_files().unwrap() > 2);
        let before = cpu_seconds().unwrap();
        let busy = std::time::Instant::now();
        while busy.elapsed() < Duration::from_millis(50) {}
        assert!(cpu_seconds().unwrap() >= before);
    }
}
