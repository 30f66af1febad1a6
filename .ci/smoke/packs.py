"""An axis of one's own: trained from a recipe and served beside the default model, without code."""

import tempfile
from pathlib import Path

from checks import expect, output_of
from rpc import MODELS, TAGGING, Client
from server import Server

DATA = Path(__file__).resolve().parents[2] / "tests" / "data"
ARTICLE = {"body": "The patrol held two smugglers at the frontier."}


def check_pack(newstance):
    with tempfile.TemporaryDirectory() as folder:
        pack = str(Path(folder) / "border.safetensors")
        recipe = str(DATA / "border.toml")
        output_of([newstance, "train", "--recipe", recipe, "--data", str(DATA), "--out", pack])
        with Server(newstance, "--pack", pack) as server:
            server.wait_until_listening()
            with Client(server.address) as client:
                client.wait_until_healthy(TAGGING, 25)
                check_both(client)


def check_both(client):
    first = client.call(MODELS, "ListModels", page_size=1)
    second = client.call(MODELS, "ListModels", page_size=1, page_token=first.next_page_token)
    names = [model.name for page in (first, second) for model in page.models]
    expect(names == [first.default_model, "models/border"], f"models: {names}")
    expect(not second.next_page_token, "there is a third page")

    own = client.tag(article=ARTICLE, model="models/border")
    expect([axis.axis for axis in own.axes] == ["side"], f"axes of the pack: {own.axes}")
    expect(own.axes[0].labels[0].code == "side:orlan", f"side: {own.axes[0]}")
    default = client.tag(article=ARTICLE)
    expect(default.model.name == first.default_model, f"default: {default.model.name}")
