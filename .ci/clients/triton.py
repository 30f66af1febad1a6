"""Triton's own client, unchanged, gets what TagArticle says."""

import json
import sys
from pathlib import Path

import grpc

import article
from checks import expect, output_of

CALLS = Path(__file__).with_name("triton_calls.py")
MODEL = "newstance-en"
ARTICLES = [
    {"title": article.TITLE, "body": article.BODY},
    {"title": "", "body": "The central bank raised interest rates to slow inflation, and shares "
     "of the largest banks fell on the stock exchange by the end of the week."},
    {"title": "Rain", "body": ""},
]


def check_all(checks, address, tools):
    answers = {}

    def run():
        command = [str(tools.triton), str(CALLS), address, MODEL]
        answers.update(json.loads(output_of(command, json.dumps(ARTICLES))))

    if not checks.run("tritonclient makes its calls", run):
        return
    checks.run("tritonclient: live, ready, metadata", lambda: check_metadata(answers))
    taggings = tag_all(address, tools)
    checks.run("tritonclient: one article", lambda: check_same(answers["one"], taggings[:1]))
    checks.run("tritonclient: a batch", lambda: check_same(answers["batch"], taggings))
    checks.run("tritonclient: chosen outputs", lambda: check_chosen(answers))
    checks.run("tritonclient: an error", lambda: check_refusal(answers["refused"]))


def tag_all(address, tools):
    """The answers of BatchTagArticles, by the stubs of the Python example."""
    sys.path.append(str(tools.work / "examples" / "python"))
    from newstance.v1 import article_pb2, tagging_service_pb2 as api
    from newstance.v1.tagging_service_pb2_grpc import TaggingServiceStub

    articles = [article_pb2.Article(**parts) for parts in ARTICLES]
    with grpc.insecure_channel(address) as channel:
        request = api.BatchTagArticlesRequest(articles=articles)
        answer = TaggingServiceStub(channel).BatchTagArticles(request, timeout=20)
    return [result.tagging for result in answer.results]


def check_metadata(answers):
    for name in ("server_live", "server_ready", "model_ready"):
        expect(answers[name] is True, f"{name} is {answers[name]}")
    expect(answers["other_model_ready"] is False, "a model that is not there is ready")
    expect(answers["server"]["name"] == "newstance", f"server: {answers['server']}")
    model = answers["model"]
    expect(model["name"] == MODEL and model["versions"], f"model: {model}")
    expect([t["name"] for t in model["inputs"]] == ["body", "title"], f"inputs: {model['inputs']}")
    # JSON of protobuf writes 64-bit numbers as texts.
    probabilities = {"name": "topic.probabilities", "datatype": "FP64", "shape": ["-1", "17"]}
    expect(probabilities in model["outputs"], f"outputs: {model['outputs']}")


def check_same(answer, taggings):
    tensors = answer["tensors"]
    expect(answer["id"] == "triton-1", f"id: {answer['id']!r}")
    expect(len(tensors) == 4 * len(taggings[0].axes), f"tensors: {sorted(tensors)}")
    for at, tagging in enumerate(taggings):
        for axis in tagging.axes:
            codes = tensors[f"{axis.axis}.labels"][at]
            probabilities = dict(zip(codes, tensors[f"{axis.axis}.probabilities"][at]))
            expected = {label.code: label.probability for label in axis.labels}
            expect(probabilities == expected, f"{axis.axis}: {probabilities}, not {expected}")
            assigned = ",".join(label.code for label in axis.labels if label.assigned)
            answered = tensors[axis.axis][at]
            expect(answered == assigned, f"{axis.axis}: {answered!r}, not {assigned!r}")
            abstained = bool(tensors[f"{axis.axis}.abstain_reason"][at])
            expect(abstained == bool(axis.abstain_reason), f"{axis.axis}: abstained {abstained}")


def check_chosen(answers):
    chosen, batch = answers["chosen"]["tensors"], answers["batch"]["tensors"]
    expect(list(chosen) == ["genre", "topic.probabilities"], f"outputs: {list(chosen)}")
    for name, values in chosen.items():
        expect(values == batch[name], f"{name}: {values}")


def check_refusal(refused):
    expect(refused and refused[0] == "StatusCode.INVALID_ARGUMENT", f"refusal: {refused}")
    expect("inputs[0].name" in refused[1], f"message: {refused[1]}")
