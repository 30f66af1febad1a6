"""What a user of Triton writes: run with the stock tritonclient and nothing else.

    python triton_calls.py ADDRESS MODEL < articles.json > answers.json
"""

import json
import sys

import numpy as np
import tritonclient.grpc as triton


def main(address, model):
    articles = json.load(sys.stdin)
    client = triton.InferenceServerClient(address)
    answers = {
        "server_live": client.is_server_live(),
        "server_ready": client.is_server_ready(),
        "model_ready": client.is_model_ready(model),
        "other_model_ready": client.is_model_ready("no-such-model"),
        "server": client.get_server_metadata(as_json=True),
        "model": client.get_model_metadata(model, as_json=True),
        "one": infer(client, model, articles[:1]),
        "batch": infer(client, model, articles),
        "chosen": infer(client, model, articles, ["genre", "topic.probabilities"]),
        "refused": refusal(client, model),
    }
    json.dump(answers, sys.stdout)


def infer(client, model, articles, names=()):
    inputs = [texts(articles, name) for name in ("title", "body")]
    outputs = [triton.InferRequestedOutput(name) for name in names] or None
    result = client.infer(model, inputs, outputs=outputs, request_id="triton-1")
    answer = result.get_response()
    tensors = {tensor.name: listed(result.as_numpy(tensor.name)) for tensor in answer.outputs}
    return {"id": answer.id, "tensors": tensors}


def texts(articles, name):
    column = np.array([article[name].encode() for article in articles], dtype=np.object_)
    tensor = triton.InferInput(name, column.shape, "BYTES")
    tensor.set_data_from_numpy(column)
    return tensor


def listed(array):
    """An array as JSON has it."""
    if array.dtype == np.object_:
        return np.char.decode(array.astype(np.bytes_), "utf-8").tolist()
    return array.tolist()


def refusal(client, model):
    """The status and message for an input that no model of articles takes."""
    tensor = triton.InferInput("image", [1, 2], "FP32")
    tensor.set_data_from_numpy(np.zeros((1, 2), dtype=np.float32))
    try:
        client.infer(model, [tensor])
    except triton.InferenceServerException as error:
        return [error.status(), error.message()]
    return None


if __name__ == "__main__":
    main(*sys.argv[1:])
