//! What a server does with the file descriptors that it is given, and without any.
#![cfg(target_os = "linux")]

mod common;

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::TcpStream,
    process::{Child, ChildStderr, Command, Stdio},
    time::Duration,
};

/// A server whose limits are set by a command of the shell; it ends with this.
struct Limited {
    child: Child,
    address: String,
    log: BufReader<ChildStderr>,
}

impl Limited {
    fn start(limit: &str) -> Self {
        let mut child = Command::new("sh")
            .args(["-c", &format!("{limit} && exec \"$0\" \"$@\"")])
            .arg(env!("CARGO_BIN_EXE_newstance"))
            .args(["serve", "--listen=127.0.0.1:0", "--model"])
            .arg(common::path("data/model-v3.safetensors"))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        log.read_line(&mut line).unwrap();
        let address = line.trim_end().rsplit_once(' ').unwrap().1.to_owned();
        Self {
            child,
            address,
            log,
        }
    }

    /// Ends it, and reads what it told after its first line.
    fn told(mut self) -> String {
        self.child.kill().unwrap();
        let mut told = String::new();
        self.log.read_to_string(&mut told).unwrap();
        told
    }

    /// Reads its log until it serves.
    fn is_ready(&mut self) -> String {
        let mut told = String::new();
        while !told.contains("serving") {
            assert_ne!(self.log.read_line(&mut told).unwrap(), 0, "{told}");
        }
        told
    }
}

impl Drop for Limited {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_limit_is_raised_as_far_as_it_may_be() {
    let mut server = Limited::start("ulimit -n 2000 && ulimit -S -n 64");
    let told = server.is_ready();
    let limits = fs::read_to_string(format!("/proc/{}/limits", server.child.id())).unwrap();
    let files = limits
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let numbers: Vec<_> = files.unwrap().split_whitespace().skip(3).take(2).collect();
    assert_eq!(numbers, ["2000", "2000"]);
    assert!(!told.contains("descriptors"), "{told}");
}

#[test]
fn a_limit_that_is_too_low_is_told_and_its_end_is_told_seldom() {
    let mut server = Limited::start("ulimit -n 64");
    let told = server.is_ready();
    let expected =
        "max_connections = 1024 may take 1088 file descriptors, but the system allows 64";
    assert_eq!(told.matches(expected).count(), 1, "{told}");
    let open = || TcpStream::connect(&server.address).unwrap();
    let _connections: Vec<_> = (0..100).map(|_| open()).collect();
    std::thread::sleep(Duration::from_millis(1500));
    let told = server.told();
    let times = told.matches("cannot accept a connection").count();
    assert!((1..=3).contains(&times), "{told}");
}
