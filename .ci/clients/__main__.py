"""Clients that others wrote, against the real server. Run by .ci/clients/run, which installs them."""

import argparse
import sys
from pathlib import Path

# What the smoke test checks with, these do as well.
sys.path.append(str(Path(__file__).resolve().parents[1] / "smoke"))

import envoy
import examples
import triton
from checks import Checks
from server import Server


def main():
    tools = arguments()
    checks = Checks()
    examples.check_all(checks, tools)
    with Server(tools.newstance) as server:
        if checks.run("server listens", server.wait_until_listening):
            server.wait_until_serving()
            triton.check_all(checks, server.address, tools)
            envoy.check_all(checks, server.address, tools)
    return checks.summary()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    for tool in ("newstance", "rust-example", "triton", "work"):
        parser.add_argument(f"--{tool}", required=True, metavar="PATH", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
