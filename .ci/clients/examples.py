"""The examples in three languages. Each is started before the server is there, so that it has to
try again, and all of them must print the same."""

import re
import subprocess
import sys
import time

from checks import expect
from ports import free_port
from server import Server

SECONDS_ALONE = 0.5
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

    for language in commands:
        checks.run(f"the example in {language} runs", lambda language=language: check(language))
    checks.run("all examples print the same", lambda: check_same(printed, commands))


def lines_of(command, newstance):
    address = f"127.0.0.1:{free_port()}"
    command = [str(word).format(address) for word in command]
    example = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8")
    try:
        time.sleep(SECONDS_ALONE)
        expect(example.poll() is None, f"it ended with {example.returncode} without a server")
        with Server(newstance, listen=address):
            output, _ = example.communicate(timeout=30)
    finally:
        example.kill()
    expect(example.returncode == 0, f"it ended with {example.returncode}")
    return output.splitlines()


def expect_lines(lines):
    expect(len(lines) == len(EXPECTED), f"it printed {lines}")
    for line, pattern in zip(lines, EXPECTED):
        expect(re.fullmatch(pattern, line), f"{line!r} does not match {pattern!r}")


def check_same(printed, commands):
    expect(len(printed) == len(commands), "not all of them ran")
    first, *others = printed.values()
    for other in others:
        expect(other == first, f"{other} differs from {first}")
