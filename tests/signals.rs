//! What the program does with the signals of an operating system.
#![cfg(unix)]

mod common;

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use common::{by_hand, http_request, path};

/// A program that does not outlive its test.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn send(signal: &str, program: &Child) {
    let process = program.id().to_string();
    let sent = Command::new("kill").args([signal, &process]).status();
    assert!(sent.unwrap().success());
}

#[tokio::test]
async fn a_hangup_changes_nothing_and_a_second_signal_ends_the_drain() {
    let program = Command::new(env!("CARGO_BIN_EXE_newstance"))
        .args(["serve", "--listen=127.0.0.1:0", "--reload-interval=90s"])
        .args(["--drain-pause=0s", "--drain-timeout=10m"])
        .arg("--model")
        .arg(path("data/model-v3.safetensors"))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut program = Killed(program);
    let program = &mut program.0;
    let mut log = BufReader::new(program.stderr.take().unwrap()).lines();
    let mut line = || log.next().unwrap().unwrap();
    let listening = line();
    // Where the system gives few descriptors it says so first.
    while !line().contains("serving") {}
    let address = listening.rsplit_once(' ').unwrap().1.parse().unwrap();

    send("-HUP", program);
    let told = line();
    assert!(
        told.contains("SIGHUP changes nothing") && told.contains("every 1m 30s"),
        "{told}"
    );

    // A call whose request never ends.
    let mut sender = by_hand(address).await.ready().await.unwrap();
    let call = sender.send_request(http_request(address), false).unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    send("-TERM", program);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(
        program.try_wait().unwrap().is_none(),
        "it waits for the call"
    );
    send("-INT", program);
    assert!(line().contains("1 connections were cut off"));
    let started = Instant::now();
    let ended = loop {
        if let Some(ended) = program.try_wait().unwrap() {
            break ended;
        }
        assert!(started.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(ended.success());
    drop(call);
}
