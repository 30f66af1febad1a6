"""Drives the real binary the way its users do: a server with four kinds of client, and the CLI.

Run by .ci/run; by hand:

    target/ci/venv/bin/python .ci/smoke --newstance target/release/newstance \
        --grpcurl target/ci/venv/bin/grpcurl --buf target/ci/npm/node_modules/.bin/buf \
        --promtool promtool
"""

import argparse
import sys

import api
import cli
import hostile
import packs
import reading
import telemetry
from checks import Checks
from rpc import Client
from server import Server


def main():
    tools = arguments()
    checks = Checks()
    with Server(tools.newstance) as server:
        if checks.run("server listens", server.wait_until_listening):
            check_server(checks, server, tools)
        checks.run("server keeps quiet about texts", lambda: hostile.check_log(server))
    cli.check_all(checks, tools.newstance)
    checks.run("a new axis is trained and served", lambda: packs.check_pack(tools.newstance))
    checks.run(
        "metrics and calls are told",
        lambda: telemetry.check_metrics(tools.newstance, tools.promtool),
    )
    return checks.summary()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    for tool in ("newstance", "grpcurl", "buf", "promtool"):
        parser.add_argument(f"--{tool}", required=True, metavar="FILE")
    return parser.parse_args()


def check_server(checks, server, tools):
    with Client(server.address) as client:
        checks.run("health turns to SERVING", lambda: api.check_health(server, client))
        api.check_all(checks, server.address, tools)
        reading.check_all(checks, client)
        hostile.check_all(checks, server, client)
        # The client's connection is still open: it must not hold the server up.
        checks.run("SIGTERM ends it with 0 within 5 s", server.check_stop)


if __name__ == "__main__":
    sys.exit(main())
