"""The examples in three languages. Each is started before the server is there, so that it has to
try again, and all of them must print the same."""

import re
import subprocess
import sys
import time

from checks import expect
from ports import free_port
from refusing import RefusingServer
from server import Server

SECONDS_ALONE = 0.5
TOLD_DELAY = 0.15
# As in each of the examples.
ATTEMPTS = 7
EXPECTED = [
    r"one: orlan-1 is about conflict, war and peace \(0\.\d{3}\) by the words (\w+, ){2}\w+",
    r"batch: orlan-1 medtop:16000000",
    r"batch: orlan-2 medtop:04000000",
    r"batch: orlan-3 refused, ARTICLE_EMPTY at article\.body",
    r"stream: orlan-1 medtop:16000000",
    r"stream: orlan-2 medtop:04000000",
    r"stream: orlan-3 refused, ARTICLE_EMPTY at article\.body",
    r"refused: AXIS_UNKNOWN at options\.axes\[0\]",
]


def check_all(checks, tools):
    examples = tools.work / "examples"
    commands = {
        "Rust": [tools.rust_example.resolve(), "http://{}"],
        "Python": [sys.executable, examples / "python" / "tag.py", "{}"],
        "Node": ["node", examples / "node" / "tag.js", "{}"],
    }
    printed = {}

    def check(language):
        printed[language] = lines_of(commands[language], tools.newstance)
        expect_lines(printed[language])

    for language, command in commands.items():
        checks.run(f"the example in {language} runs", lambda language=language: check(language))
        name = f"the example in {language} comes back when it is told to"
        checks.run(name, lambda command=command: check_patience(command))
    checks.run("all examples print the same", lambda: check_same(printed, commands))


def started(command, address):
    command = [str(word).format(address) for word in command]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, encoding="utf-8")


def lines_of(command, newstance):
    address = f"127.0.0.1:{free_port()}"
    example = started(command, address)
    try:
        time.sleep(SECONDS_ALONE)
        expect(example.poll() is None, f"it ended with {example.returncode} without a server")
        with Server(newstance, listen=address):
            output, errors = example.communicate(timeout=30)
    finally:
        example.kill()
    expect(example.returncode == 0, f"it ended with {example.returncode}: {errors}")
    return output.splitlines()


def check_patience(command):
    """A full server that names a delay is asked again after it; one that names none is not."""
    for delay, calls in ((TOLD_DELAY, ATTEMPTS), (None, 1)):
        with RefusingServer(delay) as server:
            example = started(command, server.address)
            try:
                example.communicate(timeout=30)
            finally:
                example.kill()
        expect(example.returncode != 0, "it ended well without an answer")
        expect(len(server.times) == calls, f"{len(server.times)} calls, not {calls}")
        pauses = [after - before for before, after in zip(server.times, server.times[1:])]
        expect(all(pause >= 0.9 * TOLD_DELAY for pause in pauses), f"it paused for {pauses}")


def expect_lines(lines):
    expect(len(lines) == len(EXPECTED), f"it printed {lines}")
    for line, pattern in zip(lines, EXPECTED):
        expect(re.fullmatch(pattern, line), f"{line!r} does not match {pattern!r}")


def check_same(printed, commands):
    expect(len(printed) == len(commands), "not all of them ran")
    first, *others = printed.values()
    for other in others:
        expect(other == first, f"{other} differs from {first}")
