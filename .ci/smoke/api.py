"""What people do first: health, reflection, and calls by grpcurl and buf curl."""

import json
import re
import unicodedata

from checks import expect, expect_close, output_of
from rpc import MODELS, TAGGING
import article

LIMITS = {
    "maxRequestBytes": 4_194_304,
    "maxTitleBytes": 16_384,
    "maxBodyBytes": 2_097_152,
    "maxNameBytes": 256,
    "maxTargets": 64,
    "maxAxes": 32,
    "maxEvidence": 10_000,
    "maxLabels": 1_000,
}


def check_all(checks, address, tools):
    def grpcurl(*command, text=None):
        flags, rest = ["-plaintext", "-max-time", "20"], list(command)
        if text is not None:
            flags += ["-d", "@"]
        return output_of([tools.grpcurl, *flags, address, *rest], text)

    checks.run("grpcurl lists the services", lambda: check_list(grpcurl))
    checks.run("grpcurl describes messages and errors", lambda: check_describe(grpcurl))
    checks.run("grpcurl tags an article", lambda: check_tagging(grpcurl))
    checks.run("grpcurl asks for stances", lambda: check_stances(grpcurl))
    checks.run("buf curl describes the model", lambda: check_model(address, tools.buf))


def check_health(server, client):
    for service in ("", TAGGING):
        client.wait_until_healthy(service, 25)
    server.wait_until_serving()


def check_list(grpcurl):
    services = grpcurl("list").split()
    for service in (TAGGING, MODELS, "grpc.health.v1.Health"):
        expect(service in services, f"{service} is not among {services}")


def check_describe(grpcurl):
    method = grpcurl("describe", f"{TAGGING}.TagArticle")
    expect("rpc TagArticle" in method, method)
    for name in ("newstance.v1.Article", "google.rpc.ErrorInfo", "google.rpc.BadRequest"):
        described = grpcurl("describe", name)
        expect("message " + name.rsplit(".", maxsplit=1)[1] in described, described)


def check_tagging(grpcurl):
    request = {
        "article": {"articleId": "smoke-1", "title": article.TITLE, "body": article.BODY},
        "options": {"explain": True, "maxEvidence": 5},
    }
    answer = grpcurl(f"{TAGGING}/TagArticle", text=json.dumps(request))
    tagging = json.loads(answer)["tagging"]
    expect(tagging["articleId"] == "smoke-1", "the article's id is not returned")
    topic = next(axis for axis in tagging["axes"] if axis["axis"] == "topic")
    labels = topic["labels"]
    check_ranking(labels)
    evidence = [e for e in topic.get("evidence", []) if e["labelCode"] == labels[0]["code"]]
    check_sum(labels[0], evidence)
    for entry in evidence:
        check_spans(entry)
    print(f"     topic: {topic['decision']}, first {labels[0]}")


def check_stances(grpcurl):
    """A target that is named twice, and one that is not in the text."""
    request = {
        "article": {"title": article.TITLE, "body": article.BODY, "targets": ["Norravia", "Atlantis"]},
        "options": {"axes": ["stance"]},
    }
    answer = grpcurl(f"{TAGGING}/TagArticle", text=json.dumps(request))
    norravia, atlantis = json.loads(answer)["tagging"]["stances"]
    expect(norravia["decision"] == "DECISION_ASSIGNED", f"not judged: {norravia}")
    expect(len(norravia["mentions"]) == 2, f"mentions: {norravia['mentions']}")
    check_ranking(norravia["labels"])
    reason = atlantis.get("abstainReason")
    expect(reason == "ABSTAIN_REASON_TARGET_NOT_FOUND", f"Atlantis: {atlantis}")


def check_ranking(labels):
    """Probabilities of a single-label axis fall and sum to 1."""
    probabilities = [label.get("probability", 0.0) for label in labels]
    expect(len(labels) > 1, f"labels: {labels}")
    expect(probabilities == sorted(probabilities, reverse=True), f"not falling: {probabilities}")
    expect_close(sum(probabilities), 1.0, "sum of the labels' probabilities")


def check_sum(label, evidence):
    """What is listed, what is not and the bias add up to the label's log-odds."""
    expect(0 < len(evidence) <= 5, f"{len(evidence)} terms of evidence, expected 1 to 5")
    parts = [label.get("bias", 0.0), label.get("unlistedLogOdds", 0.0)]
    parts += [entry.get("logOdds", 0.0) for entry in evidence]
    expect_close(sum(parts), label.get("logOdds", 0.0), "bias + unlisted + listed log-odds")
    weights = [abs(entry.get("logOdds", 0.0)) for entry in evidence]
    expect(weights == sorted(weights, reverse=True), f"evidence is not by weight: {weights}")


def check_spans(entry):
    """Every span is a whole word, or words, that read as the term; there is one a count."""
    texts = {"ARTICLE_FIELD_TITLE": article.TITLE, "ARTICLE_FIELD_BODY": article.BODY}
    spans = entry.get("spans", [])
    expect(len(spans) == entry["count"] > 0, f"{len(spans)} spans, count {entry['count']}")
    for span in spans:
        encoded = texts[span["field"]].encode()
        start, end = span.get("start", 0), span["end"]
        before, found, after = (
            part.decode() for part in (encoded[:start], encoded[start:end], encoded[end:])
        )
        expect(skeleton(found) == skeleton(entry["term"]), f"{found!r} is not {entry['term']!r}")
        whole = not before[-1:].isalnum() and not after[:1].isalnum()
        expect(whole, f"{found!r} is cut out of {before[-9:] + found + after[:9]!r}")


def skeleton(text):
    """The letters and digits alone: without case, accents, possessives and punctuation."""
    plain = unicodedata.normalize("NFKD", re.sub(r"['’]s\b", "", text, flags=re.IGNORECASE))
    return "".join(c for c in plain.casefold() if c.isalnum())


def check_model(address, buf):
    command = [buf, "curl", "--protocol", "grpc", "--http2-prior-knowledge"]
    command += ["--reflect-protocol", "grpc-v1", "--data", "{}"]
    answer = json.loads(output_of([*command, f"http://{address}/{MODELS}/GetModel"]))
    model, limits = answer["model"], answer["limits"]
    expect(model["name"].startswith("models/"), f"model is named {model['name']!r}")
    expect(re.fullmatch(r"[0-9a-f]{64}", model["digest"]), f"digest {model['digest']!r}")
    expect("topic" in [axis["name"] for axis in model["axes"]], "no axis is named topic")
    for limit, value in LIMITS.items():
        expect(int(limits[limit]) == value, f"{limit} is {limits[limit]}, the API says {value}")
