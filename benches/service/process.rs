//! What a process takes of the machine, as `/proc` tells it.

use std::{fmt, fs};

/// Memory, threads and descriptors of a process.
#[derive(Debug, Clone, Copy, Default)]
pub struct Usage {
    resident_kib: u64,
    threads: u64,
    descriptors: usize,
}

impl Usage {
    /// Now; all zero where there is no such process or no `/proc`.
    pub fn of(pid: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let digits = line.and_then(|line| line.split_whitespace().next());
            digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
        };
        Self {
            resident_kib: number("VmRSS:"),
            threads: number("Threads:"),
            descriptors: fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count),
        }
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mib = self.resident_kib as f64 / 1024.0;
        let Self {
            threads,
            descriptors,
            ..
        } = self;
        write!(
            f,
            "{mib:.1} MiB resident, {threads} threads, {descriptors} descriptors"
        )
    }
}
