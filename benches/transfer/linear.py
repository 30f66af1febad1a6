"""Logistic regression and a linear support vector machine on tf-idf of words and word pairs."""

import re

from lab import figure
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.svm import LinearSVC


def candidates():
    """Models by kind, with every strength that is tried."""
    for strength in (1, 4, 16, 64):
        yield "logistic regression", LogisticRegression(C=strength, max_iter=300)
    for strength in (0.06, 0.25, 1, 4):
        yield "linear SVM", LinearSVC(C=strength)


def window(row, stance):
    """Words and word pairs on each side of the target's first mention, and the near ones again."""
    body = row["body"].encode()
    start, end = stance["mentions"][0]
    sides = {"before": body[:start].decode(), "after": body[end:].decode()}
    terms = []
    for side, text in sides.items():
        words = re.findall(r"\w+", text.lower())
        near = words[-4:] if side == "before" else words[:4]
        terms += [f"{side}:{word}" for word in words]
        terms += [f"{side}:{one}_{two}" for one, two in zip(words, words[1:])]
        terms += [f"near-{side}:{word}" for word in near]
    return " ".join(terms)


def examples(axis, rows):
    """Texts, and their labels."""
    if axis == "stance":
        pairs = ((window(row, one), one["label"]) for row in rows for one in row["stances"])
    else:
        pairs = ((f"{row['title']}\n{row['body']}", row["labels"][axis][0]) for row in rows)
    return map(list, zip(*pairs))


def vectors(axis, train, unseen):
    terms = {"analyzer": str.split} if axis == "stance" else {"ngram_range": (1, 2)}
    vectorizer = TfidfVectorizer(min_df=2, max_features=200_000, sublinear_tf=True, **terms)
    (texts, labels), (others, truth) = examples(axis, train), examples(axis, unseen)
    return vectorizer.fit_transform(texts), labels, vectorizer.transform(others), truth


def weights(rows):
    return [row.get("weight", 1.0) for row in rows]


def score(axis, truth, said):
    if figure(axis) == "macro_f1":
        return f1_score(truth, said, average="macro")
    return accuracy_score(truth, said)


def tune(axis, splits):
    """The best of each kind with its figure, over pairs of rows to fit and rows to judge by."""
    truth, said, best = [], {}, {}
    for train, unseen in splits:
        x, labels, others, true = vectors(axis, train, unseen)
        truth += true
        for index, (_, model) in enumerate(candidates()):
            model.fit(x, labels, weights(train))
            said.setdefault(index, []).extend(model.predict(others))
    for index, (kind, model) in enumerate(candidates()):
        reached = score(axis, truth, said[index])
        if kind not in best or reached > best[kind][0]:
            best[kind] = reached, model
    return best


def measure(axis, best, train, unseen):
    """Figures of what `tune` found, fitted anew."""
    x, labels, others, truth = vectors(axis, train, unseen)
    for kind, (_, model) in best.items():
        yield kind, score(axis, truth, model.fit(x, labels, weights(train)).predict(others))


def by_group(rows, group, held=None):
    """Pairs that hold out one group of rows each."""
    for one in held or sorted({group(row) for row in rows}):
        train = [row for row in rows if group(row) != one]
        yield train, [row for row in rows if group(row) == one]
