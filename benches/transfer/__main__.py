"""What newstance knows of sources that it never saw, what more articles would bring, and where
plain linear models stand on the same rows: the tables of models/CARD.md, as Markdown.

    python3 -m venv target/peers
    target/peers/bin/pip install scikit-learn==1.9.1
    cargo build --release
    target/peers/bin/python benches/transfer FOLDER-WITH-CORPORA [--table sources] [--axis topic]

Every model is trained by a recipe of models/recipes, cut to one axis, on corpora cut in a temporary
folder; where rows are left out, its vocabulary is of the axis's own corpora. Figures are of dev
splits, or of folds held out of train; test splits are read with --test alone. An axis whose corpora
are not in the folder is skipped. The corpora are JSON lines, compressed with zstd, which has to be
installed.
"""

import argparse
import os
import pathlib
import sys
import tempfile

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

from lab import FOLDED, FOLDS, Lab, Missing, cut, figure, fold, labelled, place  # noqa: E402
from linear import by_group, measure, tune  # noqa: E402

AXES = ["topic", "frame", "genre", "partisanship", "stance", "ag", "alignment"]
# Sources within a corpus by the beginning of the id, and corpora with more of the same source.
PARTS = [
    ("AllSides in `annotated`", "annotated", "allsides-", ("allsides-1", "allsides-2")),
    ("Wikinews in `annotated`", "annotated", "wikinews-", ()),
    ("SemEval hyperpartisan in `annotated`", "annotated", "hp-", ("hyperpartisan",)),
    ("FA-KES in `annotated`", "annotated", "fakes-", ()),
    ("HuffPost in `annotated`", "annotated", "hpv2-", ("huffpost-headlines",)),
    ("POLUSA in `newsmtsc`", "newsmtsc", "polusa_", ()),
    ("AllSides in `newsmtsc`", "newsmtsc", "allsides_", ("allsides-1", "allsides-2")),
]
# What learning curves are measured on, and by how many folds.
CURVES = {
    "topic": (["annotated", "ag-topics"], 1),
    "frame": (["annotated"], 1),
    "genre": (["annotated"], 1),
    "partisanship": (["hyperpartisan"], FOLDS),
    "stance": (["newsmtsc", "annotated"], 1),
    "ag": (["ag-news"], 1),
}
SHARES = [1 / 8, 1 / 4, 1 / 2, 1]
# Where linear models are compared, and the test split.
LINEAR = {
    "topic": ("ag-topics", "test"),
    "partisanship": ("hyperpartisan", "test"),
    "stance": ("newsmtsc", "test-rw"),
    "ag": ("ag-news", "test"),
    "alignment": ("fakes-syria", None),
}


def sources(lab, axis):
    """One source at a time is left out of training and judged."""
    regressions = [part["regression"] for part in cut(axis)[1]]
    groups = {tuple(one["corpora"]) for found in regressions for one in found["sources"]}
    known = {name for group in groups for name in group}
    names = {group: " and ".join(f"`{name}`" for name in group) for group in groups}
    cases = [(names[group], group[0], "", group) for group in sorted(groups) if len(groups) > 1]
    cases += [case for case in PARTS if case[1] in known]

    def train(corpus, prefix, without):
        def keep(name, row):
            seen = name not in FOLDED or fold(row) != 0
            return seen and not (name == corpus and row["id"].startswith(prefix))

        lab.train(axis, without, keep)

    if cases:
        train(None, "", ())
    rows, full = {}, {}
    for name, corpus, prefix, _ in cases:
        held = lab.held_out(corpus, axis)
        rows[name] = [row for row in held if row["id"].startswith(prefix)]
        full[name] = lab.evaluate(axis, rows[name])
    for name, corpus, prefix, without in cases:
        train(corpus, prefix, without)
        count, before = full[name]
        yield axis, name, count, figure(axis), before, lab.evaluate(axis, rows[name])[1]


def outlets(lab, axis):
    """A part of the rows at a time, and of these one outlet after another left out."""
    lines = {}
    for share in SHARES:
        card = lab.train(axis, keep=lambda _, row, share=share: place(row) < share)
        rows = (row for row in lab.rows("fakes-syria", "train") if labelled(row, axis))
        rows = [row for row in rows if place(row) < share]
        best = tune(axis, by_group(rows, lambda row: row["outlet"]))
        figures = {"newstance": card["fakes-syria", figure(axis)]}
        figures |= {kind: reached for kind, (reached, _) in best.items()}
        for model, reached in figures.items():
            lines.setdefault(model, []).append(reached)
    for model, line in lines.items():
        yield axis, "fakes-syria", model, len(rows), figure(axis), *line


def curves(lab, axis):
    """Training on a part of the rows at a time."""
    if axis == "alignment":
        yield from outlets(lab, axis)
    corpora, folds = CURVES.get(axis, ([], 0))
    lines = {}
    for share in SHARES:
        found = {}
        for number in range(folds):

            def keep(name, row):
                part = place(row) < share or not labelled(row, axis)
                return part and (name not in FOLDED or fold(row) != number)

            lab.train(axis, keep=keep)
            for corpus in corpora:
                unseen = lab.held_out(corpus, axis, number)
                found.setdefault((corpus, "newstance"), []).append(lab.evaluate(axis, unseen))
                if corpus not in FOLDED:
                    continue
                rows = (row for row in lab.rows(corpus, "train") if labelled(row, axis))
                train = [row for row in rows if keep(corpus, row)]
                best = tune(axis, by_group(train, fold, [(number + 1) % FOLDS]))
                for model, reached in measure(axis, best, train, unseen):
                    found.setdefault((corpus, model), []).append((len(unseen), reached))
        for (corpus, model), parts in found.items():
            count = sum(count for count, _ in parts)
            line = lines.setdefault((corpus, model), [axis, corpus, model, count, figure(axis)])
            line.append(sum(part * reached for part, reached in parts) / count)
    yield from lines.values()


def topic_rows(lab):
    """What the topic axis learns from, each row with its source's weight."""
    recipe, (learner,) = cut("topic")
    methods = {corpus["name"]: corpus.get("methods") for corpus in recipe["corpora"]}
    for source in learner["regression"]["sources"]:
        rows = []
        for name in source["corpora"]:
            wanted = methods[name]
            train = (row for row in lab.rows(name, "train") if labelled(row, "topic"))
            rows += [row for row in train if not wanted or row["method"] in wanted]
        for row in sorted(rows, key=place)[: source.get("max_articles")]:
            code = row["labels"]["topic"][0].removeprefix("medtop:")
            row["labels"]["topic"] = [f"medtop:{code}"]
            yield row | {"weight": source.get("weight", 1.0)}


def linear(lab, axis):
    """Linear models on the rows of goals that are missed."""
    corpus, test = LINEAR.get(axis, (None, None))
    if not corpus:
        return
    if axis == "topic":
        train, judged = list(topic_rows(lab)), lab.held_out(corpus, axis)
        splits = [(train, judged)]
    else:
        train = judged = [row for row in lab.rows(corpus, "train") if labelled(row, axis)]
        by_outlet = (lambda row: row["outlet"]) if axis == "alignment" else fold
        splits = by_group(train, by_outlet)
    card, best = lab.train(axis), tune(axis, splits)
    ours = card.get((corpus, figure(axis))) or lab.evaluate(axis, judged)[1]
    figures = {"newstance": [ours]} | {kind: [reached] for kind, (reached, _) in best.items()}
    if lab.options.test and test:
        unseen = [row for row in lab.rows(corpus, test) if labelled(row, axis)]
        figures["newstance"].append(lab.evaluate(axis, unseen)[1])
        for kind, reached in measure(axis, best, train, unseen):
            figures[kind].append(reached)
    for model, reached in figures.items():
        yield axis, corpus, model, len(judged), figure(axis), *reached


TABLES = {
    "sources": (sources, "axis | left out | n | figure | all sources | without it"),
    "curves": (curves, "axis | judged on | model | n | figure | 1/8 | 1/4 | 1/2 | all"),
    "linear": (linear, "axis | rows | model | n | figure | held out of train | test"),
}


def cell(value):
    if isinstance(value, float):
        return f"{value:.3f}".removeprefix("0")
    return str(value).replace("_f1", "-F1")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", help="folder with the corpora")
    parser.add_argument("--table", choices=TABLES, action="append", help="one table alone")
    parser.add_argument("--axis", choices=AXES, action="append", help="one axis alone")
    parser.add_argument("--test", action="store_true", help="read test splits, at the very end")
    parser.add_argument("--steps", type=int, default=60, help="of a fit; fewer for a quick look")
    program = pathlib.Path(__file__).resolve().parents[2] / "target/release/newstance"
    parser.add_argument("--program", default=program, help="the built newstance")
    options = parser.parse_args()
    for table in options.table or TABLES:
        rows, columns = TABLES[table]
        print(f"\n| {columns} |\n|{' --- |' * len(columns.split('|'))}", flush=True)
        for axis in options.axis or AXES:
            with tempfile.TemporaryDirectory() as folder:
                try:
                    for line in rows(Lab(options, folder), axis):
                        print(f"| {' | '.join(map(cell, line))} |", flush=True)
                except Missing as missing:
                    print(f"{axis}: skipped, {missing} is not there", file=sys.stderr)


if __name__ == "__main__":
    main()
