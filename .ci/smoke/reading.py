"""What a Python service relies on: offsets in its own units, equal answers, rich errors."""

import grpc

from checks import expect
from rpc import MODELS, refusal
import article

# No error and no line of the log may contain this word of a text.
MARKER = "Zwetschgendatschi"

UNITS = {
    "OFFSET_ENCODING_UTF8": ("utf-8", 1),
    "OFFSET_ENCODING_UTF16": ("utf-16-le", 2),
    "OFFSET_ENCODING_UTF32": ("utf-32-le", 4),
}


def check_all(checks, client):
    cases = {
        "offsets cut the same words in every encoding": check_encodings,
        "two equal requests get equal answers": check_repeat,
        "an empty article is refused": check_empty,
        "an unknown axis is refused": check_unknown_axis,
        "a body over the limit is refused": check_long_body,
        "a body of 10 MB is refused": check_huge_body,
        "an unknown model is refused": check_unknown_model,
    }
    for name, check in cases.items():
        checks.run(name, lambda check=check: check(client))


def check_encodings(client):
    cut = {encoding: words_of_evidence(client, encoding) for encoding in UNITS}
    expect(cut["OFFSET_ENCODING_UTF8"], "no evidence")
    for encoding, words in cut.items():
        expect(words == cut["OFFSET_ENCODING_UTF8"], f"{encoding} cuts {words}")


def words_of_evidence(client, encoding):
    codec, width = UNITS[encoding]
    number = client.pool.FindEnumTypeByName("newstance.v1.OffsetEncoding")
    options = {
        "axes": ["topic"],
        "explain": True,
        "offset_encoding": number.values_by_name[encoding].number,
    }
    tagging = client.tag(article=fiction(), options=options)
    texts = {1: article.TITLE.encode(codec), 2: article.BODY.encode(codec)}
    return [
        texts[span.field][span.start * width : span.end * width].decode(codec)
        for evidence in tagging.axes[0].evidence
        for span in evidence.spans
    ]


def check_repeat(client):
    first, second = (
        client.tag(article=fiction(), options={"explain": True}).SerializeToString()
        for _ in range(2)
    )
    expect(first == second, "answers differ")


def check_empty(client):
    client.refusal_of(article={}).expect_invalid("article")
    client.refusal_of().expect_invalid("article")
    client.refusal_of(article={"title": " \n", "body": "\t"}).expect_invalid("article")


def check_unknown_axis(client):
    refused = client.refusal_of(article={"body": MARKER}, options={"axes": ["no-such-axis"]})
    refused.expect_invalid("axes")
    expect(MARKER not in refused.text, "the error contains text of the article")


def check_long_body(client):
    body = (MARKER + " ") * (2_097_152 // len(MARKER))
    refused = client.refusal_of(article={"body": body})
    refused.expect_invalid("body")
    expect(MARKER not in refused.text, "the error contains text of the article")


def check_huge_body(client):
    refused = client.refusal_of(article={"body": "word " * 2_000_000})
    refused.expect(grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.INVALID_ARGUMENT)


def check_unknown_model(client):
    refused = refusal(lambda: client.call(MODELS, "GetModel", name="models/no-such-model"))
    refused.expect(grpc.StatusCode.NOT_FOUND)


def fiction():
    return {"title": article.TITLE, "body": article.BODY}
