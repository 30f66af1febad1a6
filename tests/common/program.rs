//! The program, called as a user calls it.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

fn newstance(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_newstance"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that refuses its arguments does not read its input.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

pub fn ok(arguments: &[&str], input: &[u8]) -> String {
    let output = newstance(arguments, input);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    assert_eq!(
        errors, "",
        "a success is silent on standard error in a pipe"
    );
    String::from_utf8(output.stdout).unwrap()
}

/// A success that has something to say on standard error.
pub fn told(arguments: &[&str]) -> (String, String) {
    let output = newstance(arguments, b"");
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{arguments:?}: {errors}");
    (String::from_utf8(output.stdout).unwrap(), errors)
}

pub fn fails(arguments: &[&str], input: &[u8], code: i32, message: &str) -> String {
    let output = newstance(arguments, input);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{errors}");
    assert!(
        errors.contains(message),
        "expected {message:?} in {errors:?}"
    );
    String::from_utf8(output.stdout).unwrap()
}

pub fn file(name: &str) -> String {
    super::path(name).display().to_string()
}
