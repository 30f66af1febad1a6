"""Runs checks one by one, each within a time limit, and counts how they end."""

import signal
import subprocess
import time
import traceback

SECONDS_PER_CHECK = 60


class CheckFailed(Exception):
    """What was expected and what was found."""


def expect(condition, message):
    if not condition:
        raise CheckFailed(message)


def expect_close(actual, expected, what):
    tolerance = 1e-9 * max(1.0, abs(actual), abs(expected))
    expect(abs(actual - expected) <= tolerance, f"{what}: {actual!r}, expected {expected!r}")


def run_tool(command, text=None, seconds=20):
    """Runs `command` with `text` as its standard input, or none."""
    return subprocess.run(
        command,
        input=text or "",
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=seconds,
        check=False,
    )


def output_of(command, text=None):
    """The standard output of a command that must end with 0."""
    done = run_tool(command, text)
    if done.returncode != 0:
        raise CheckFailed(f"{command} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


class Checks:
    def __init__(self):
        self.passed = 0
        self.failed = 0
        signal.signal(signal.SIGALRM, self._out_of_time)

    def run(self, name, check):
        """Whether `check` raised nothing and returned in time."""
        started = time.monotonic()
        signal.alarm(SECONDS_PER_CHECK)
        try:
            check()
        except CheckFailed as failure:
            problem = str(failure)
        except Exception:  # the next check still runs
            problem = traceback.format_exc()
        else:
            problem = None
        finally:
            signal.alarm(0)
        self._report(name, problem, time.monotonic() - started)
        return problem is None

    def _report(self, name, problem, seconds):
        print(f"{'ok  ' if problem is None else 'FAIL'} {name} ({seconds:.1f} s)", flush=True)
        if problem is None:
            self.passed += 1
        else:
            self.failed += 1
            print("     " + problem.replace("\n", "\n     "), flush=True)

    def summary(self):
        """Prints the counts; returns the exit status."""
        print(f"smoke: {self.passed} checks passed, {self.failed} failed")
        return int(self.failed > 0)

    @staticmethod
    def _out_of_time(_signal, _frame):
        raise CheckFailed(f"not done within {SECONDS_PER_CHECK} s")
