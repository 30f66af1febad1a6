//! A thread that writes the log, so that whoever reads it too slowly, or not at all, holds nobody
//! up: lines that find no room are counted and left out.

use std::{
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

/// Lines that may wait to be written.
const WAITING_LINES: usize = 4096;
/// Bytes that are written at once, about.
const CHUNK_BYTES: usize = 64 * 1024;
/// How long the end of the process waits for the last lines.
const FLUSH_TIME: Duration = Duration::from_secs(1);

enum Message {
    Line(String),
    Flush(SyncSender<()>),
}

/// Takes lines.
#[derive(Debug, Clone)]
pub struct Lines {
    sender: SyncSender<Message>,
    dropped: Arc<AtomicU64>,
}

/// Waits, when it is dropped, until the lines so far are written, but not for long.
#[derive(Debug)]
pub struct Flushed(SyncSender<Message>);

/// Starts the thread.
pub fn start(writer: impl Write + Send + 'static) -> (Lines, Flushed) {
    let (sender, receiver) = sync_channel(WAITING_LINES);
    let lines = Lines {
        sender: sender.clone(),
        dropped: Arc::default(),
    };
    let dropped = lines.dropped.clone();
    let thread = thread::Builder::new().name("log".into());
    // Without a thread there is no log, which is no reason not to serve.
    let _ = thread.spawn(move || write_all(writer, &receiver, &dropped));
    (lines, Flushed(sender))
}

impl Lines {
    /// Takes one line, with its end.
    pub fn write(&self, line: String) {
        if self.sender.try_send(Message::Line(line)).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Flushed {
    fn drop(&mut self) {
        let (done, is_done) = sync_channel(1);
        // Where there is no room for the question, nobody writes.
        if self.0.try_send(Message::Flush(done)).is_ok() {
            let _ = is_done.recv_timeout(FLUSH_TIME);
        }
    }
}

fn write_all(mut writer: impl Write, receiver: &Receiver<Message>, dropped: &AtomicU64) {
    let mut chunk = String::new();
    while let Ok(first) = receiver.recv() {
        let mut flushes = Vec::new();
        for message in [first].into_iter().chain(receiver.try_iter()) {
            match message {
                Message::Line(line) => chunk.push_str(&line),
                Message::Flush(done) => flushes.push(done),
            }
            if chunk.len() >= CHUNK_BYTES {
                break;
            }
        }
        let lost = dropped.swap(0, Ordering::Relaxed);
        if lost > 0 {
            let notice = format!("newstance: {lost} lines of the log were left out\n");
            chunk.push_str(&notice);
        }
        // A full disk or a closed pipe: there is nowhere to say so.
        let _: io::Result<()> = writer
            .write_all(chunk.as_bytes())
            .and_then(|()| writer.flush());
        chunk.clear();
        for done in flushes {
            let _ = done.send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_are_written_in_order_before_the_end() {
        let written = Shared::default();
        let (lines, flushed) = start(written.clone());
        for n in 0..100 {
            lines.write(format!("{n}\n"));
        }
        drop(flushed);
        let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        let expected: String = (0..100).map(|n| format!("{n}\n")).collect();
        assert_eq!(text, expected);
    }

    #[test]
    fn a_reader_that_does_not_read_holds_nobody_up() {
        let written = Shared::default();
        let (lines, flushed) = start(written.clone());
        let reader = written.0.lock().unwrap();
        // The thread takes some before it waits for the reader.
        while lines.dropped.load(Ordering::Relaxed) == 0 {
            lines.write("line\n".into());
        }
        drop(reader);
        // Lines find room again, and those that did not are told of.
        let text = || String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        let told = |text: &str| text.contains("lines of the log were left out\n");
        for _ in 0..1000 {
            lines.write("last\n".into());
            if told(&text()) {
                break;
            }
            thread::sleep(Duration::from_millis(10));
        }
        drop(flushed);
        let text = text();
        assert!(told(&text) && text.contains("last\n"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_stops_nothing() {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
        let (lines, flushed) = start(full.unwrap());
        for _ in 0..3 * WAITING_LINES {
            lines.write("line\n".into());
        }
        drop(flushed);
    }
}
