#!/usr/bin/python3
"""metrics: writes metrics.json, what scikit-learn says about small sets of predictions.

Run by hand where Debian's python3-sklearn is installed: tests/golden/metrics.py >tests/golden/metrics.json
tests/unit/model-metrics.c reads the table. null: pawl calls it undefined, where scikit-learn warns
or raises. SPDX-License-Identifier: MIT
"""
import json
import random
import sys
import warnings

import numpy as np
import sklearn
from sklearn import metrics as m

warnings.filterwarnings("error")


def value(function, *args, **kwargs):
    try:
        v = float(function(*args, **kwargs))
    except Exception:  # a warning or an error: undefined
        return None
    return v if np.isfinite(v) else None


def quiet(function, *args, **kwargs):
    """A value that pawl defines as scikit-learn does, in spite of its warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return value(function, *args, **kwargs)


def classes(name, label, probability, weight=None, positive=1, predicted=None):
    y, p = np.array(label), np.array(probability)
    k = p.shape[1]
    w = None if weight is None else np.array(weight)
    said = np.argmax(p, axis=1) if predicted is None else np.array(predicted)
    e = {
        "accuracy": value(m.accuracy_score, y, said, sample_weight=w),
        "balanced_accuracy": quiet(m.balanced_accuracy_score, y, said, sample_weight=w),
        "log_loss": value(m.log_loss, y, p, sample_weight=w, labels=list(range(k))),
        "matthews_corrcoef": value(m.matthews_corrcoef, y, said, sample_weight=w),
    }
    if k == 2:
        t, score, said1 = (y == positive).astype(int), p[:, positive], (said == positive).astype(int)
        both = 0 < t.sum() < len(t)
        e["precision"] = value(m.precision_score, t, said1, sample_weight=w)
        e["recall"] = value(m.recall_score, t, said1, sample_weight=w)
        e["f1"] = quiet(m.f1_score, t, said1, sample_weight=w) if t.any() or said1.any() else None
        e["roc_auc"] = value(m.roc_auc_score, t, score, sample_weight=w) if both else None
        e["average_precision"] = value(m.average_precision_score, t, score, sample_weight=w) if t.any() else None
        e["brier"] = value(m.brier_score_loss, t, score, sample_weight=w, pos_label=1)
    else:
        for short in "precision", "recall", "f1":
            function = getattr(m, short + "_score")
            e[short + "_macro"] = quiet(function, y, said, sample_weight=w, average="macro")
        e["roc_auc_ovr"] = value(
            m.roc_auc_score, y, p, sample_weight=w, multi_class="ovr", labels=list(range(k)))
    return {"name": name, "label": y.tolist(), "predicted": said.tolist(), "probability": p.tolist(),
            "weight": weight, "positive": positive if k == 2 else None, "expected": e}


def numbers(name, target, predicted, weight=None):
    y, p = np.array(target, float), np.array(predicted, float)
    w = None if weight is None else np.array(weight)
    e = {
        "rmse": value(m.mean_squared_error, y, p, sample_weight=w, squared=False),
        "mae": value(m.mean_absolute_error, y, p, sample_weight=w),
        "median_absolute_error": value(m.median_absolute_error, y, p, sample_weight=w),
        "r2": value(m.r2_score, y, p, sample_weight=w) if len(set(target)) > 1 else None,
        "mape": value(m.mean_absolute_percentage_error, y, p, sample_weight=w) if y.all() else None,
        "explained_variance": value(m.explained_variance_score, y, p, sample_weight=w)
        if len(set(target)) > 1 else None,
    }
    return {"name": name, "target": y.tolist(), "predicted": p.tolist(), "weight": weight, "expected": e}


r = random.Random(1)


def rows(n, k, digits=3):
    out = []
    for _ in range(n):
        raw = [r.random() + 0.05 for _ in range(k)]
        p = [round(x / sum(raw), digits) for x in raw]
        p[-1] = round(1 - sum(p[:-1]), digits)
        out.append(p)
    return out


def labels(n, k):
    return [r.randrange(k) for _ in range(n)]


def weights(n):
    return [round(r.random() * 3, 2) for _ in range(n)]


table = {
    "scikit-learn": sklearn.__version__,
    "classes": [
        classes("two classes", labels(40, 2), rows(40, 2)),
        classes("two classes with weights", labels(40, 2), rows(40, 2), weights(40)),
        classes("many ties", labels(40, 2), rows(40, 2, 1)),
        classes("many ties with weights, some of them 0", labels(40, 2), rows(40, 2, 1),
                [float(r.randrange(3)) for _ in range(40)]),
        classes("the first class is the positive one", labels(30, 2), rows(30, 2), None, 0),
        classes("perfect and certain", [0, 1, 1, 0], [[1, 0], [0, 1], [0, 1], [1, 0]]),
        classes("certain and wrong", [1, 0, 1, 0], [[1, 0], [0, 1], [0, 1], [1, 0]]),
        classes("constant", [0, 1, 0, 0, 1], [[0.6, 0.4]] * 5),
        classes("no positive row", [0, 0, 0], rows(3, 2)),
        classes("only positive rows", [1, 1, 1], rows(3, 2)),
        classes("nothing positive, nothing said to be", [0, 0], [[0.9, 0.1], [0.8, 0.2]]),
        classes("one row", [1], [[0.3, 0.7]]),
        classes("a prediction other than the likeliest class", labels(20, 2), rows(20, 2), None, 1,
                labels(20, 2)),
        classes("four classes", labels(60, 4), rows(60, 4)),
        classes("four classes with weights", labels(60, 4), rows(60, 4), weights(60)),
        classes("a class absent from the truth", labels(20, 3), rows(20, 4)),
        classes("a class absent from truth and prediction", labels(20, 2),
                [[round(a * .9, 3), round(b * .9, 3), 0.1] for a, b in [(.3, .7), (.6, .4)] * 10]),
        classes("three classes, constant", labels(9, 3), [[0.2, 0.5, 0.3]] * 9),
    ],
    "numbers": [
        numbers("plain", [r.gauss(10, 3) for _ in range(41)], [r.gauss(10, 3) for _ in range(41)]),
        numbers("even count", [r.gauss(0, 1) for _ in range(40)], [r.gauss(0, 2) for _ in range(40)]),
        numbers("weights", [r.gauss(5, 3) for _ in range(40)], [r.gauss(6, 3) for _ in range(40)], weights(40)),
        numbers("weights of 0 first", [1, 2, 3, 4.5], [1.5, 2, 1, 5], [0.0, 0.0, 1.0, 2.0]),
        numbers("perfect", [1, 2, 3], [1, 2, 3]),
        numbers("constant prediction", [1, 2, 3, 7], [2, 2, 2, 2]),
        numbers("constant target", [2, 2, 2], [1, 2, 3]),
        numbers("constant target of odd bits", [0.1, 0.1, 0.1], [1, 2, 3]),
        numbers("a target of 0", [0, 1, 2], [1, 1, 1]),
        numbers("a far offset", [1e9 + i for i in range(10)], [1e9 + i + r.random() for i in range(10)]),
        numbers("one row", [3], [2]),
    ],
}
json.dump(table, sys.stdout, indent=None, separators=(",", ":"))
print()
