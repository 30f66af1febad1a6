"""Labels articles with a running server: one, a batch, a stream; reads rich errors and tries again
when the server asks for it.

    python tag.py 127.0.0.1:50051
"""

import json
import random
import sys
import time
from pathlib import Path

import grpc
from google.protobuf import json_format
from google.rpc import error_details_pb2
from grpc_status import rpc_status

# Made of proto/ by grpc_tools.protoc, see README.md.
from newstance.v1 import article_pb2, tagging_pb2, tagging_service_pb2 as api
from newstance.v1.tagging_service_pb2_grpc import TaggingServiceStub

ARTICLES = Path(__file__).parents[1] / "articles.json"
# Seconds that a call may take; the server gives up at the same moment as the client.
DEADLINE = 10
# How often a call is made at most.
ATTEMPTS = 7
TOPIC_ALONE = tagging_pb2.TagOptions(axes=["topic"], max_labels=1)


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:50051"
    parts = json.loads(ARTICLES.read_text(encoding="utf-8"))
    articles = [json_format.ParseDict(part, article_pb2.Article()) for part in parts]
    with grpc.insecure_channel(address) as channel:
        service = TaggingServiceStub(channel)
        one(service, articles[0])
        batch(service, articles)
        stream(service, articles)
        refused(service, articles[0])


def one(service, article):
    """One article, with the words that decided."""
    options = tagging_pb2.TagOptions(axes=["topic"], max_labels=1, explain=True, max_evidence=3)
    request = api.TagArticleRequest(article=article, options=options)
    tagging = retrying(lambda: service.TagArticle(request, timeout=DEADLINE)).tagging
    [topic] = tagging.axes
    [label] = topic.labels
    terms = ", ".join(evidence.term for evidence in topic.evidence)
    about = f"{tagging.article_id} is about {label.name} ({label.probability:.3f})"
    print(f"one: {about} by the words {terms}")


def batch(service, articles):
    """Many articles in one call; one that is refused spoils no other."""
    request = api.BatchTagArticlesRequest(articles=articles, options=TOPIC_ALONE)
    answer = retrying(lambda: service.BatchTagArticles(request, timeout=DEADLINE))
    for result in answer.results:
        print("batch:", describe(result))


def stream(service, articles):
    """Articles as they come: answers arrive while others are still being sent."""
    requests = (
        api.StreamTagArticlesRequest(article=article, options=TOPIC_ALONE) for article in articles
    )
    for answer in service.StreamTagArticles(requests, timeout=DEADLINE):
        print("stream:", describe(answer.result))


def refused(service, article):
    """An error says what is wrong with which field, for programs and for people."""
    options = tagging_pb2.TagOptions(axes=["mood"])
    try:
        service.TagArticle(api.TagArticleRequest(article=article, options=options), timeout=DEADLINE)
    except grpc.RpcError as error:
        print("refused:", reason_and_field(rpc_status.from_call(error)))


def retrying(call):
    """Makes a call again, as long as the server says that this may help."""
    backoff = 0.1
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return call()
        except grpc.RpcError as error:
            # The server knows best when to come back; one that is not there says nothing.
            delay = told_delay(error)
            if delay is None and error.code() == grpc.StatusCode.UNAVAILABLE:
                delay = backoff * random.uniform(0.8, 1.2)
            if delay is None or attempt == ATTEMPTS:
                raise
        time.sleep(delay)
        backoff *= 2


def told_delay(error):
    """The seconds of a RetryInfo, where the error has one."""
    info = detail(rpc_status.from_call(error), error_details_pb2.RetryInfo)
    return info.retry_delay.ToTimedelta().total_seconds() if info else None


def describe(result):
    if result.WhichOneof("outcome") == "error":
        return f"{result.article_id} refused, {reason_and_field(result.error)}"
    return f"{result.article_id} {result.tagging.axes[0].labels[0].code}"


def reason_and_field(status):
    info = detail(status, error_details_pb2.ErrorInfo)
    request = detail(status, error_details_pb2.BadRequest)
    return f"{info.reason} at {request.field_violations[0].field}"


def detail(status, kind):
    """The detail of this kind in a google.rpc.Status, or None."""
    for packed in status.details if status else []:
        message = kind()
        if packed.Unpack(message):
            return message
    return None


if __name__ == "__main__":
    main()
