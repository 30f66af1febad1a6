"""What Prometheus and probes see beside the service."""

import re
import urllib.error
import urllib.request

from checks import expect, output_of
from rpc import TAGGING, Client
from server import Server

METRICS = re.compile(r"newstance: metrics on http://(127\.0\.0\.1:\d+)/metrics$")
OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"


def check_metrics(newstance, promtool):
    with Server(newstance, "--metrics-listen", "127.0.0.1:0", "--log", "text") as server:
        server.wait_until_listening()
        address = server.wait_for_line(METRICS, 5).group(1)
        with Client(server.address) as client:
            client.wait_until_healthy(TAGGING, 25)
            client.tag(article={"body": "Zwetschgendatschi for the army."})
        expect(get(address, "/readyz")[0] == 200, "it is not ready")
        expect(get(address, "/no-such-page")[0] == 404, "any path is answered")
        _, kind, text = get(address, "/metrics", OPEN_METRICS)
        expect(kind == OPEN_METRICS, f"content type {kind!r}")
        counted = 'newstance_articles_total{model="newstance-en"} 1'
        expect(counted in text.splitlines(), f"the article is not counted: {text}")
        _, _, text = get(address, "/metrics")
        output_of([promtool, "check", "metrics"], text)
        line = server.wait_for_line(re.compile(r"TaggingService/TagArticle OK .*articles=1"), 5)
        expect("Zwetsch" not in line.string, f"it logs the text: {line.string}")


def get(address, path, accept="*/*"):
    """Status, content type and body."""
    request = urllib.request.Request(f"http://{address}{path}", headers={"Accept": accept})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=5) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read().decode()
