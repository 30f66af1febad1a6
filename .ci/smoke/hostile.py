"""Requests that no honest client sends: the server answers or refuses them, and lives on."""

import random
import socket

import grpc

from checks import expect
from reading import MARKER
from rpc import TAGGING

SEED = 20_240_607
TRIES = 200


def check_all(checks, server, client):
    cases = {
        "invalid UTF-8 is refused": lambda: check_invalid_utf8(client),
        "garbage for a message is refused": lambda: check_garbage(client),
        "garbage for HTTP/2 is survived": lambda: check_noise(server.address),
        "server still serves": lambda: check_alive(server, client),
    }
    for name, check in cases.items():
        checks.run(name, check)


def check_invalid_utf8(client):
    for text in (b"\xff\xfe", b"war \xc3(", b"\xed\xa0\x80", b"ends in \xf0\x9f"):
        refused = client.refusal_of_raw(field(1, field(3, text)))
        refused.expect(grpc.StatusCode.INVALID_ARGUMENT)


def field(number, value):
    """A length-delimited field of under 128 bytes as it goes over the wire."""
    return bytes([number << 3 | 2, len(value)]) + value


def check_garbage(client):
    """Random bytes, and a sound request with some bytes changed."""
    dice = random.Random(SEED)
    sound = field(1, field(2, b"Army leaves town") + field(3, b"The war is over."))
    for _ in range(TRIES):
        expect_survived(client, dice.randbytes(dice.randrange(400)))
        expect_survived(client, mutated(sound, dice))


def mutated(message, dice):
    changed = bytearray(message)
    for _ in range(dice.randrange(1, 5)):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def expect_survived(client, request):
    try:
        client.call_raw(TAGGING, "TagArticle", request)
    except grpc.RpcError as error:
        is_client_error = error.code() == grpc.StatusCode.INVALID_ARGUMENT
        expect(is_client_error, f"{error.code()} ({error.details()}) for {request.hex()}")


def check_noise(address):
    """Bytes that are not HTTP/2 at all, and a sound preface with noise behind it."""
    host, port = address.rsplit(":", maxsplit=1)
    dice = random.Random(SEED)
    for preface in (b"", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"):
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            try:
                connection.sendall(preface + dice.randbytes(4096))
            except ConnectionError:
                pass  # it hung up at once, and may


def check_alive(server, client):
    server.expect_alive()
    client.wait_until_healthy(TAGGING, 5)
    expect(client.tag(article={"body": "The army left the town."}).axes, "no axis is answered")


def check_log(server):
    for line in server.lines:
        expect("panicked" not in line, f"it panicked: {line}")
        expect(MARKER not in line, "it logs text of articles")
