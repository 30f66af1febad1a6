"""Corpora and recipes cut to what an experiment may see, and newstance trained on them."""

import hashlib
import json
import pathlib
import subprocess
import sys
import tomllib

RECIPES = pathlib.Path(__file__).resolve().parents[2] / "models/recipes"
RECIPE = {"ag": "ag-news-benchmark", "alignment": "alignment-syria"}
FIGURE = {"frame": "micro_f1", "genre": "macro_f1", "stance": "macro_f1"}
FOLDS = 5
# Corpora without a dev split: a fold of their train split is held out instead.
FOLDED = {"noaa-storm-events", "newsmtsc", "hyperpartisan", "ag-news", "invented"}
# Corpora that are part of the repository, beside the recipes.
BESIDE = {"invented": "../invented/invented.jsonl"}
# AG News as three of the topics; its world news is of every topic.
AG_TOPICS = {
    "ag:sports": ["medtop:15000000"],
    "ag:business": ["medtop:04000000"],
    "ag:sci_tech": ["medtop:13000000"],
}


class Missing(Exception):
    """A corpus is not in the folder."""


def figure(axis):
    """The figure that the axis is judged by, as newstance calls it."""
    return FIGURE.get(axis, "accuracy")


def chance(salt, row):
    """0 to 1 by id."""
    digest = hashlib.sha256(f"{salt} {row['id']}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32


def fold(row):
    """The fifth of a corpus that a row is of."""
    return int(chance("fold", row) * FOLDS)


def place(row):
    """A share of the rows are those below it."""
    return chance("share", row)


def labelled(row, axis):
    return bool(row.get("stances") if axis == "stance" else row["labels"].get(axis))


def corpora_of(learners):
    """Names of the corpora that parts of a recipe learn from."""
    sources = [source for part in learners for source in part["regression"]["sources"]]
    return {name for source in sources for name in source["corpora"]}


def cut(axis, without=(), own_terms=False):
    """The recipe with one axis, and the parts of it that learn, nothing from corpora `without`.

    With `own_terms` the vocabulary is of the corpora that this axis learns from alone.
    """
    path = RECIPES / f"{RECIPE.get(axis, 'newstance-en')}.toml"
    recipe = tomllib.loads(path.read_text(encoding="utf-8"))
    axes = {pathlib.Path(part["definition"]).stem: part for part in recipe["axes"]}
    stance, vocabulary = recipe.pop("stance", {}), recipe["vocabulary"]
    parts = [stance.get("axis"), stance.get("longer")] if axis == "stance" else [axes[axis]]
    learners = [part for part in parts if part and leave_out(part, without)]
    if own_terms:
        vocabulary["corpora"] = sorted(corpora_of(learners))
    recipe["axes"] = learners
    if axis == "stance":
        # A recipe needs an axis by article; this one costs least.
        recipe["axes"] = [axes["partisanship"]]
        vocabulary.update(corpora=["hyperpartisan"], max_terms=1000)
        stance["lexicon"] = str(RECIPES / stance["lexicon"])
        stance.pop("longer", None)
        recipe["stance"] = stance | dict(zip(["axis", "longer"], learners))
    sharing = [stance] if axis == "stance" else [part["regression"] for part in learners]
    if any(one.get("words") for one in sharing):
        known = recipe["words"]["corpora"]
        recipe["words"]["corpora"] = [name for name in known if name not in without]
    else:
        recipe.pop("words", None)
    for part in recipe["axes"] + (learners if axis == "stance" else []):
        part["definition"] = str(RECIPES / part["definition"])
        part.pop("measure", None)
    return recipe, learners


def leave_out(part, without):
    """Takes corpora out of an axis; says whether any are left."""
    regression = part["regression"]
    for source in regression["sources"]:
        source["corpora"] = [name for name in source["corpora"] if name not in without]
    regression["sources"] = [source for source in regression["sources"] if source["corpora"]]
    if regression["sources"] and part["calibrate_on"] in without:
        part["calibrate_on"] = regression["sources"][0]["corpora"][0]
    return bool(regression["sources"])


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def write(path, rows):
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return path


class Lab:
    """A folder of corpora, and one for what is made of them."""

    def __init__(self, options, folder):
        self.options = options
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        self.model = self.folder / "model.safetensors"
        self.data.mkdir()

    def path(self, corpus):
        beside = RECIPES / BESIDE.get(corpus, "")
        path = pathlib.Path(self.options.folder) / f"{corpus}.jsonl.zst"
        path = beside if beside.is_file() else path
        if not path.exists():
            raise Missing(path.name)
        return path.resolve()

    def rows(self, corpus, split=None):
        """Rows of a corpus; `ag-topics` is AG News as topics."""
        path = self.path("ag-news" if corpus == "ag-topics" else corpus)
        with subprocess.Popen(["zstd", "-dcfq", path], stdout=subprocess.PIPE, text=True) as lines:
            for row in map(json.loads, lines.stdout):
                if corpus == "ag-topics":
                    row["labels"] = {"topic": AG_TOPICS.get(row["labels"]["ag"][0], [])}
                if split in (None, row["split"]):
                    yield row

    def held_out(self, corpus, axis, number=0):
        """Rows to judge by that are not of a test split."""
        split = "train" if corpus in FOLDED or corpus == "ag-topics" else "dev"
        rows = (row for row in self.rows(corpus, split) if labelled(row, axis))
        return [row for row in rows if corpus not in FOLDED or fold(row) == number]

    def train(self, axis, without=(), keep=None):
        """Trains on the training rows that `keep` keeps; returns the figures of the model's card.

        Rows of other splits stay in all corpora, so that the same is held out of training.
        """
        recipe, learners = cut(axis, without, own_terms=keep is not None)
        for part in learners:
            part["regression"]["steps"] = self.options.steps
        read = corpora_of(recipe["axes"] + learners) | set(recipe["vocabulary"].get("corpora", []))
        read.update(recipe.get("words", {}).get("corpora", []))
        for corpus in recipe["corpora"]:
            name = corpus["name"]
            corpus["file"] = f"{name}.jsonl"
            path = self.data / corpus["file"]
            path.unlink(missing_ok=True)
            if name not in read:
                path.symlink_to(self.without_train(name))
            elif keep is None:
                path.symlink_to(self.path(name))
            else:
                rows = self.rows(name)
                write(path, (row for row in rows if row["split"] != "train" or keep(name, row)))
        path = self.folder / "recipe.toml"
        lines = (f"{key} = {toml(item)}\n" for key, item in recipe.items())
        path.write_text("".join(lines), encoding="utf-8")
        self.run("train", "--recipe", path, "--data", self.data, "--out", self.model)
        with self.model.open("rb") as file:
            header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        card = json.loads(header["__metadata__"]["newstance"])["card"]
        return {(metric["corpus"], metric["name"]): metric["value"] for metric in card["metrics"]}

    def without_train(self, corpus):
        path = self.folder / f"{corpus}.held-out.jsonl"
        if not path.exists():
            write(path, (row for row in self.rows(corpus) if row["split"] != "train"))
        return path

    def evaluate(self, axis, rows):
        """Number of judged articles or targets, and the axis's figure on them."""
        path = write(self.folder / "rows.jsonl", rows)
        options = ["--model", self.model, "--axis", axis, "--data", path, "--format", "json"]
        report = json.loads(self.run("evaluate", *options))
        return report["n"], report[figure(axis)]

    def run(self, *arguments):
        ran = subprocess.run([self.options.program, *arguments], capture_output=True, text=True)
        if ran.returncode:
            sys.exit(f"newstance {arguments[0]}: {ran.stderr}")
        return ran.stdout
