"""Compares newstance with scikit-learn and fastText on the same rows of a corpus.

    python3 -m venv target/peers
    target/peers/bin/pip install scikit-learn==1.9.1 fasttext-wheel==0.9.2 'numpy<2'
    cargo build --release --bench ratios
    target/peers/bin/python benches/peers.py FOLDER-WITH-CORPORA

The peers are trained on rows of `allsides-1` with the topic that a rule gives them, so that both
learn something of a real size: what they learn does not matter here. They answer one axis, newstance
four with 37 labels. All sides take turns on one thread, and processor time counts; the best of the
rounds is reported. The corpus is JSON lines, compressed with zstd, which has to be installed.
"""

import argparse
import itertools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import fasttext  # noqa: E402
from sklearn.feature_extraction.text import CountVectorizer  # noqa: E402
from sklearn.naive_bayes import MultinomialNB  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent


def read(path, count):
    """The first `count` lines of a corpus and their texts."""
    with subprocess.Popen(["zstd", "-dcq", path], stdout=subprocess.PIPE, text=True) as stream:
        lines = list(itertools.islice(stream.stdout, count))
        stream.kill()
    rows = [json.loads(line) for line in lines]
    return lines, [row["title"] + "\n" + row["body"] for row in rows], [label(row) for row in rows]


def label(row):
    """One of up to 34 classes: the recorded topic, or else the length of the title modulo 17."""
    topic = row.get("labels", {}).get("topic")
    return topic[0] if topic else str(len(row["title"]) % 17)


def scikit(texts, labels, ngrams):
    pipeline = make_pipeline(
        CountVectorizer(ngram_range=(1, ngrams), max_features=100_000), MultinomialNB()
    )
    return pipeline.fit(texts, labels).predict


def fast_text(texts, labels, folder):
    path = pathlib.Path(folder) / "train.txt"
    lines = (
        f"__label__{label.replace(' ', '_')} {one_line(text)}\n"
        for text, label in zip(texts, labels)
    )
    path.write_text("".join(lines), encoding="utf-8")
    model = fasttext.train_supervised(
        str(path), dim=50, wordNgrams=2, epoch=3, bucket=2_000_000, thread=1, verbose=0
    )

    def predict(texts):
        # One call an article, without the Python wrapper's numpy arrays.
        for text in texts:
            model.f.predict(one_line(text) + "\n", 1, 0.0, "strict")

    return predict


def one_line(text):
    return text.replace("\n", " ")


def processor_time(predict, texts):
    start = time.process_time()
    predict(texts)
    return time.process_time() - start


def newstance(program, path):
    output = subprocess.run(
        [program, "--rows", path], capture_output=True, text=True, check=True
    ).stdout
    articles, seconds = output.split()
    return int(articles), float(seconds)


def built():
    programs = (ROOT / "target/release/deps").glob("ratios-*")
    programs = [path for path in programs if path.suffix == ""]
    if not programs:
        sys.exit("build first: cargo build --release --bench ratios")
    return max(programs, key=lambda path: path.stat().st_mtime)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="folder with allsides-1.jsonl.zst")
    parser.add_argument("--train", type=int, default=2000)
    parser.add_argument("--test", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    corpus = pathlib.Path(options.folder) / "allsides-1.jsonl.zst"
    lines, texts, labels = read(corpus, options.train + options.test)
    train, test = texts[: options.train], texts[options.train :]
    labels = labels[: options.train]
    size = sum(len(text.encode()) for text in test) / len(test)
    print(f"{len(test)} articles of {size:.0f} bytes, {len(set(labels))} classes")
    with tempfile.TemporaryDirectory() as folder:
        rows = pathlib.Path(folder) / "rows.jsonl"
        rows.write_text("".join(lines[options.train :]), encoding="utf-8")
        peers = {
            "scikit-learn, unigrams": scikit(train, labels, 1),
            "scikit-learn, uni- and bigrams": scikit(train, labels, 2),
            "fastText, uni- and bigrams": fast_text(train, labels, folder),
        }
        best = dict.fromkeys([*peers, "newstance"], float("inf"))
        for _ in range(options.rounds):
            for name, predict in peers.items():
                best[name] = min(best[name], processor_time(predict, test))
            articles, seconds = newstance(built(), rows)
            best["newstance"] = min(best["newstance"], seconds * len(test) / articles)
    for name, seconds in best.items():
        ratio = seconds / best["newstance"]
        print(f"{name:32} {len(test) / seconds:9.0f} articles/s   newstance is {ratio:6.1f} x")


if __name__ == "__main__":
    main()
