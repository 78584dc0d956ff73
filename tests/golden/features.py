#!/usr/bin/python3
"""Makes features.json: what scikit-learn makes of a small table, for tests/unit/feat-fit.c.

Run with Debian's python3-sklearn: tests/golden/features.py > tests/golden/features.json
SPDX-License-Identifier: MIT
"""
import json
import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

rng = np.random.default_rng(20261121)
N, NEW = 160, 12


def table(n, words):
    t = {
        "mean": rng.normal(1e6, 3, n).round(4),
        "median": rng.exponential(40, n).round(0),
        "frequent": rng.integers(0, 6, n).astype(float),
        "tail": (rng.standard_t(2, n) * 10).round(5),
        "same": np.full(n, 0.1),
        "asis": rng.normal(size=n).round(6),
    }
    for name in ("mean", "median", "frequent"):
        t[name][rng.random(n) < 0.15] = np.nan
    for name in ("word", "filled", "common"):
        t[name] = rng.choice(words, n).astype(object)
        t[name][rng.random(n) < 0.1] = ""
    return t


class Clip:
    def fit(self, x, y=None):
        self.ends = np.quantile(x, [0.05, 0.9])
        return self

    def transform(self, x):
        return np.clip(x, *self.ends)

    def fit_transform(self, x, y=None):
        return self.fit(x).transform(x)


def impute(**how):
    return SimpleImputer(**how)


NUMBERS = {
    "mean": make_pipeline(impute(strategy="mean"), StandardScaler()),
    "median": make_pipeline(impute(strategy="median"), FunctionTransformer(np.log1p), StandardScaler()),
    "frequent": make_pipeline(impute(strategy="most_frequent")),
    "tail": make_pipeline(Clip(), StandardScaler()),
    "same": make_pipeline(StandardScaler()),
    "asis": make_pipeline(FunctionTransformer()),
}
TEXTS = {
    "word": (impute(missing_values="", strategy="constant", fill_value="(missing)"), None),
    "filled": (impute(missing_values="", strategy="constant", fill_value="b"), 9),
    "common": (impute(missing_values="", strategy="most_frequent"), 12),
}


def names(encoder, x):
    """The category of each row by name: a rare one is "(rare)", none is None."""
    known = list(encoder.categories_[0])
    rare = encoder.infrequent_categories_[0] if encoder.min_frequency else None
    if rare is not None:
        known = [k for k in known if k not in set(rare)] + ["(rare)"]
    return [known[row.argmax()] if row.any() else None for row in encoder.transform(x).toarray()]


words = ["b", "a", "c", "é", "aa", "B", "x y"]
weights = words * 8 + ["b"] * 20 + ["r1", "r2", "r3"]
train, new = table(N, weights), table(NEW, weights + ["new"] * 40)
expected, expected_new = {}, {}
for name, pipe in NUMBERS.items():
    expected[name] = pipe.fit_transform(train[name].reshape(-1, 1)).ravel().tolist()
    expected_new[name] = pipe.transform(new[name].reshape(-1, 1)).ravel().tolist()
for name, (imputer, least) in TEXTS.items():
    encoder = OneHotEncoder(min_frequency=least,
                            handle_unknown="infrequent_if_exist" if least else "ignore")
    x = imputer.fit_transform(train[name].reshape(-1, 1))
    expected[name] = names(encoder.fit(x), x)
    expected_new[name] = names(encoder, imputer.transform(new[name].reshape(-1, 1)))


def plain(t):
    return {k: [None if isinstance(x, float) and np.isnan(x) else x for x in v.tolist()] for k, v in t.items()}


json.dump({"train": plain(train), "new": plain(new), "expected": expected,
           "expected_new": expected_new}, __import__("sys").stdout, indent=None, ensure_ascii=False)
print()
