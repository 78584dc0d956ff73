#!/usr/bin/python3
"""Coefficients of scikit-learn and numpy for tests/unit/model-fit.c: linear.py > linear.json

Rows are [x1, x2, x3, category 0..2 or null, weight, y, class of 2, class of 3]. x2 is far from zero,
x3 large, so that a solver that neither centres nor scales shows it. Debian's python3-sklearn 1.2.1
and python3-numpy 1.24.2 wrote the file that is committed.
"""
import json
import sys
import warnings

import numpy as np
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge

warnings.simplefilter("ignore")  # of solvers that stop at rounding
rng = np.random.default_rng(20261121)
N = 90
x1 = rng.normal(size=N).round(6)
x2 = (1000 + 0.5 * rng.normal(size=N) + 0.3 * x1).round(6)
x3 = (1e5 * rng.exponential(size=N)).round(3)
cat = rng.integers(-1, 3, size=N)  # -1: unknown, no column is 1
w = rng.choice([0.25, 0.5, 1, 2, 3.5], size=N)
z = 0.8 * x1 - 1.5 * (x2 - 1000) + 1e-5 * x3 + np.array([0.0, 0.5, -1.0, 0.7])[cat + 1]
y = (z + 0.3 * rng.normal(size=N)).round(6)
two = (z + rng.logistic(size=N) > 0.8).astype(int)
three = np.digitize(z + rng.logistic(size=N), [-0.3, 1.6])

onehot = np.zeros((N, 3))
onehot[cat >= 0, cat[cat >= 0]] = 1
X = np.column_stack([x1, x2, x3, onehot])
# Better conditioned for scikit-learn's first-order solvers; coefficients are taken back exactly.
centre, scale = np.array([0, 1000, 0, 0, 0, 0.0]), np.array([1, 1, 1e5, 1, 1, 1.0])


def linear(model):
    model.fit(X, y, sample_weight=w)
    return {"coef": [list(map(float, model.coef_))], "intercept": [float(model.intercept_)]}


def shortest():
    """Least squares over x1, x3 / 1e5 and twice their sum, which is redundant."""
    A = np.column_stack([x1, x3 / 1e5, 2 * (x1 + x3 / 1e5)])
    mean, ymean = np.average(A, axis=0, weights=w), np.average(y, weights=w)
    r = np.sqrt(w)
    coef = np.linalg.lstsq(r[:, None] * (A - mean), r * (y - ymean), rcond=1e-10)[0]
    return {"coef": [list(map(float, coef))], "intercept": [float(ymean - mean @ coef)]}


def polish(B, labels, l2, penalty):
    """scikit-learn stops at its tolerance: Newton's steps in plain numpy, by least squares."""
    K = B.shape[0]
    A = np.column_stack([(X - centre) / scale, np.ones(N)])
    P = A.shape[1]
    for _ in range(8):
        Z = A @ B.T
        if K == 1:
            p = 1 / (1 + np.exp(-Z))
            R = p - (labels == 1)[:, None]
        else:
            p = np.exp(Z - Z.max(axis=1, keepdims=True))
            p /= p.sum(axis=1, keepdims=True)
            R = p - np.eye(K)[labels]
        G = (R * w[:, None]).T @ A + penalty * B
        H = np.zeros((K * P, K * P))
        for a in range(K):
            for b in range(K):
                h = w * (p[:, a] * (1 - p[:, a]) if a == b else -p[:, a] * p[:, b])
                H[a * P:(a + 1) * P, b * P:(b + 1) * P] = (A * h[:, None]).T @ A
        H += np.diag(np.tile(penalty, K))
        B = B - np.linalg.lstsq(H, G.ravel(), rcond=1e-12)[0].reshape(K, P)
    return B


def logistic(labels, l2, sets):
    # The penalty is on the coefficients of the columns as they are: in units of `scale` it is
    # l2 / scale^2, which scikit-learn cannot be told. So its answer for x3 / 1e5 is checked with the
    # column divided in the test too.
    model = LogisticRegression(
        C=1 / l2 if l2 else 1.0, penalty="l2" if l2 else None, tol=1e-12, max_iter=100000,
        solver="newton-cg", multi_class="multinomial" if sets > 1 else "ovr")
    model.fit((X - centre) / scale, labels, sample_weight=w)
    B = np.column_stack([model.coef_, model.intercept_])
    B = B - (B.mean(axis=0) if sets > 1 else 0)
    penalty = np.append(np.full(X.shape[1], float(l2)), 0)
    exact = polish(B, labels, l2, penalty)
    assert np.abs(exact - B).max() < 1e-5, np.abs(exact - B).max()
    return {
        "coef": [list(map(float, row[:-1])) for row in exact],
        "intercept": [float(b) for b in exact[:, -1]],
    }


rows = [
    [float(a), float(b), float(c), int(k) if k >= 0 else None, float(q), float(t), int(u), int(v)]
    for a, b, c, k, q, t, u, v in zip(x1, x2, x3, cat, w, y, two, three)
]
cases = {
    "ols": linear(LinearRegression()),
    "ridge_2.5": linear(Ridge(alpha=2.5, solver="cholesky", tol=1e-14)),
    "shortest": shortest(),
    "binary_1": logistic(two, 1.0, 1),
    "binary_0.1": logistic(two, 0.1, 1),
    "binary_0": logistic(two, 0, 1),
    "three_1": logistic(three, 1.0, 3),
    "three_0": logistic(three, 0, 3),
}
sys.stdout.write('{"rows": [\n')
sys.stdout.write(",\n".join(json.dumps(r) for r in rows))
sys.stdout.write('],\n"cases": {\n')
sys.stdout.write(",\n".join(json.dumps(k) + ": " + json.dumps(v) for k, v in cases.items()))
sys.stdout.write("}}\n")
