"""The server under test, as a child process on a free port."""

import re
import subprocess
import threading
import time

from checks import CheckFailed, expect

LISTENING = re.compile(r"newstance: listening on (127\.0\.0\.1:\d+)$")
SERVING = re.compile(r"newstance: serving models/\S+")


class Server:
    def __init__(self, binary, *flags, listen="127.0.0.1:0"):
        self.lines = []
        self.address = None
        self._changed = threading.Condition()
        self.process = subprocess.Popen(
            [binary, "serve", "--listen", listen, *flags],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._reader.join(timeout=5)

    def _read(self):
        for line in self.process.stderr:
            print("     | " + line.rstrip(), flush=True)
            with self._changed:
                self.lines.append(line.rstrip())
                self._changed.notify_all()

    def wait_for_line(self, pattern, seconds):
        """The match of `pattern` in a line of standard error, of now or of the next seconds."""
        deadline = time.monotonic() + seconds
        while True:
            with self._changed:
                for line in self.lines:
                    if match := pattern.search(line):
                        return match
                self._changed.wait(timeout=0.1)
            self.expect_alive()
            if time.monotonic() > deadline:
                raise CheckFailed(f"no line with {pattern.pattern!r} within {seconds} s")

    def wait_until_listening(self):
        self.address = self.wait_for_line(LISTENING, 20).group(1)

    def wait_until_serving(self):
        self.wait_for_line(SERVING, 30)

    def expect_alive(self):
        status = self.process.poll()
        expect(status is None, f"the server ended with {status}")

    def check_stop(self):
        self.expect_alive()
        self.process.terminate()
        try:
            status = self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            raise CheckFailed("still running 5 s after SIGTERM") from None
        self._reader.join(timeout=5)
        expect(status == 0, f"ended with {status} after SIGTERM")
