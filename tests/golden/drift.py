#!/usr/bin/python3
"""Makes drift.json: what scipy and plain counting say of pairs of samples, for tests/unit/stat-drift.c.

Run with Debian's python3-scipy 1.10: tests/golden/drift.py > tests/golden/drift.json
SPDX-License-Identifier: MIT
"""
import json
import numpy as np
from scipy import stats
from scipy.spatial.distance import jensenshannon

rng = np.random.default_rng(20261121)


def psi(a, b):
    a, b = np.asarray(a, float), np.asarray(b, float)
    p = (a + 0.5) / (a.sum() + len(a) / 2)
    q = (b + 0.5) / (b.sum() + len(b) / 2)
    return float(np.sum((q - p) * np.log(q / p)))


def psi_of_numbers(x, y):
    """Bins (.., e1], (e1, e2], ..: e the least values whose cumulated share reaches a tenth."""
    values = sorted(x)
    edges = []
    for k in range(1, 10):
        edge = next(v for v in values if 10 * sum(w <= v for w in values) >= k * len(values))
        if edge not in edges and edge < values[-1]:
            edges.append(edge)
    count = lambda s: [sum(lo < v <= hi for v in s)
                       for lo, hi in zip([-np.inf] + edges, edges + [np.inf])]
    return psi(count(x), count(y))


def numbers(x, y):
    exact = stats.ks_2samp(x, y, method="exact")
    limit = stats.ks_2samp(x, y, method="asymp")
    return {"x": [float(v) for v in x], "y": [float(v) for v in y], "ks": float(exact.statistic),
            "exact": float(exact.pvalue), "limit": float(limit.pvalue), "psi": psi_of_numbers(x, y)}


def pooled(a, b):
    """What the first never saw, and of what the smaller expects fewer than 5, is the rest."""
    n, m = sum(a), sum(b)
    keep = [i for i in range(len(a)) if a[i] and (a[i] + b[i]) * min(n, m) / (n + m) >= 5]
    rest = [i for i in range(len(a)) if i not in keep]
    ra, rb = sum(a[i] for i in rest), sum(b[i] for i in rest)
    return ([a[i] for i in keep] + ([ra] if ra + rb else []),
            [b[i] for i in keep] + ([rb] if ra + rb else []))


def texts(a, b):
    pa, pb = pooled(a, b)
    chi, p, df, _ = stats.chi2_contingency([pa, pb], correction=False)
    js = jensenshannon(np.array(pa) / sum(pa), np.array(pb) / sum(pb), base=2) ** 2
    return {"a": a, "b": b, "chi_square": float(chi), "df": int(df), "p": float(p),
            "js": float(js), "psi": psi(pa, pb)}


def shares(a, n, b, m):
    p = stats.chi2_contingency([[a, n - a], [b, m - b]], correction=False)[1]
    return {"a": a, "n": n, "b": b, "m": m, "p": float(p)}


def adjusted(p):
    """Benjamini and Hochberg by the definition: the least rate at which each is accepted."""
    n = len(p)
    return [min(1, min(q * n / sum(r <= q for r in p) for q in p if q >= own)) for own in p]


some = [float(v) for v in np.round(rng.random(12) ** 3, 4)] + [0.0, 1.0, 0.02, 0.02]
print(json.dumps({
    "numbers": [
        numbers(rng.normal(size=300), rng.normal(size=200)),
        numbers(rng.normal(size=300), rng.normal(0.5, 1, 120)),
        numbers(rng.normal(size=20), rng.normal(2, 1, 9)),
        numbers(rng.integers(0, 7, 150), rng.integers(0, 8, 90)),
        numbers(np.round(rng.exponential(1, 200), 1), np.round(rng.exponential(1.4, 400), 1)),
        numbers(np.zeros(30), np.ones(40)),
        numbers(rng.normal(size=800), rng.normal(0.1, 1.2, 900)),
    ],
    "texts": [
        texts([50, 30, 20, 0], [25, 40, 30, 0]),
        texts([500, 300, 100, 3, 2, 1, 0], [450, 340, 80, 0, 4, 0, 9]),
        texts([1000, 1000, 0], [100, 101, 0]),
        texts([40, 0, 60, 0], [0, 30, 70, 25]),
    ],
    "shares": [shares(5, 100, 40, 200), shares(1, 1000, 2, 900), shares(300, 1000, 310, 1000)],
    "chi": [{"x": x, "df": d, "p": float(stats.chi2.sf(x, d))}
            for x in (0.001, 0.5, 3.84, 20.0, 150.0, 700.0) for d in (1, 2, 3, 7, 30, 255)],
    "adjust": {"p": some, "q": adjusted(some)},
}))
