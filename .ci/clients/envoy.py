"""JSON over HTTP through stock Envoy with the configuration of deploy/envoy."""

import json
import subprocess
import sysconfig
import time
import urllib.error
import urllib.request
from pathlib import Path

import article
from checks import CheckFailed, expect
from ports import free_port

ENVOY = Path(sysconfig.get_path("purelib")) / "envoy" / "_bin" / "envoy"
TAG = "/newstance.v1.TaggingService/TagArticle"
BATCH = "/newstance.v1.TaggingService/BatchTagArticles"


def check_all(checks, address, tools):
    with Envoy(tools.work / "deploy" / "envoy", address) as envoy:
        if not checks.run("Envoy is ready", envoy.wait_until_ready):
            return
        cases = {
            "Envoy: JSON gets labels": check_labels,
            "Envoy: a batch in JSON": check_batch,
            "Envoy: an error is JSON": check_error,
            "Envoy: a long article passes, a huge one does not": check_sizes,
            "Envoy: what is no request is refused": check_garbage,
            "Envoy: the model in JSON": check_model,
        }
        for name, check in cases.items():
            checks.run(name, lambda check=check: check(envoy))


class Envoy:
    def __init__(self, folder, address):
        self.port = free_port()
        config = (folder / "envoy.yaml").read_text(encoding="utf-8")
        upstream = address.rsplit(":", maxsplit=1)[1]
        for wanted, port in (("8080", self.port), ("50051", upstream)):
            expect(config.count(f"port_value: {wanted} ") == 1, f"port {wanted} is not there once")
            config = config.replace(f"port_value: {wanted} ", f"port_value: {port} ")
        (folder / "ports.yaml").write_text(config, encoding="utf-8")
        flags = ["--log-level", "warn", "--concurrency", "1", "--use-dynamic-base-id"]
        # The file of descriptors is named by a relative path.
        self.process = subprocess.Popen([ENVOY, "--config-path", "ports.yaml", *flags], cwd=folder)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.process.kill()
        self.process.wait()

    def wait_until_ready(self):
        deadline = time.monotonic() + 20
        while True:
            expect(self.process.poll() is None, f"Envoy ended with {self.process.returncode}")
            try:
                status, _ = self.post("/newstance.v1.ModelService/GetModel", {})
            except OSError as error:
                status = str(error)
            if status == 200:
                return
            if time.monotonic() > deadline:
                raise CheckFailed(f"still {status} after 20 s")
            time.sleep(0.1)

    def post(self, path, message):
        return self.post_raw(path, json.dumps(message).encode())

    def post_raw(self, path, body):
        """Status and JSON of the answer."""
        url = f"http://127.0.0.1:{self.port}{path}"
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(url, data=body, headers=headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            text = error.read().decode("utf-8", errors="replace")
            is_json = error.headers.get_content_type() == "application/json"
            return error.code, json.loads(text) if is_json else text


def check_labels(envoy):
    message = {"article": {"articleId": "json-1", "title": article.TITLE, "body": article.BODY}}
    status, answer = envoy.post(TAG, message)
    expect(status == 200, f"{status}: {answer}")
    tagging = answer["tagging"]
    expect(tagging["articleId"] == "json-1", f"id: {tagging['articleId']}")
    topic = next(axis for axis in tagging["axes"] if axis["axis"] == "topic")
    expect(topic["decision"] == "DECISION_ASSIGNED", f"decision: {topic['decision']}")
    expect(topic["labels"][0]["code"] == "medtop:16000000", f"label: {topic['labels'][0]}")


def check_batch(envoy):
    articles = [{"body": article.BODY}, {"body": " "}]
    status, answer = envoy.post(BATCH, {"articles": articles, "options": {"axes": ["topic"]}})
    expect(status == 200, f"{status}: {answer}")
    good, bad = answer["results"]
    expect(good["tagging"]["axes"][0]["labels"], f"first: {good}")
    expect(bad["error"]["code"] == 3, f"second: {bad}")
    kinds = {detail["@type"].rsplit(".", maxsplit=1)[1] for detail in bad["error"]["details"]}
    expect(kinds == {"ErrorInfo", "BadRequest"}, f"details: {kinds}")


def check_error(envoy):
    status, answer = envoy.post(TAG, {"article": {"body": " "}})
    expect(status == 400, f"{status}: {answer}")
    expect(answer["code"] == 3 and "article.body" in answer["message"], f"error: {answer}")
    [reason] = [detail["reason"] for detail in answer["details"] if "reason" in detail]
    expect(reason == "ARTICLE_EMPTY", f"reason: {reason}")
    status, answer = envoy.post("/newstance.v1.ModelService/GetModel", {"name": "models/none"})
    expect((status, answer["code"]) == (404, 5), f"{status}: {answer}")


def check_sizes(envoy):
    options = {"axes": ["topic"], "maxLabels": 1}
    for size, expected in ((2_000_000, 200), (9_000_000, 429)):
        body = "war " * (size // 4)
        status, answer = envoy.post(TAG, {"article": {"body": body}, "options": options})
        expect(status == expected, f"{status} for {size} bytes: {answer}")


def check_garbage(envoy):
    for body in (b"{", b"[]", b'{"artikel": {}}', b'{"article": {"body": 1}}', b"\xff"):
        status, answer = envoy.post_raw(TAG, body)
        expect(status == 400, f"{status} for {body}: {answer}")
    status, answer = envoy.post("/newstance.v1.TaggingService/Untag", {})
    expect(status == 404, f"{status}: {answer}")


def check_model(envoy):
    status, answer = envoy.post("/newstance.v1.ModelService/GetModel", {})
    expect(status == 200, f"{status}: {answer}")
    expect(answer["model"]["name"] == answer["defaultModel"], f"model: {answer['model']['name']}")
