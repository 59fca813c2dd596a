"""What cleanlab's Datalab says of tables, pictures and texts: run in an environment of its own.

    python cleanlab_peer.py JOBS OUT

Features are standardised columns, pixels or word counts; probabilities those of a logistic
regression on them, out of fold, as its guide does it. An issue counts from 5 % of the rows on.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from cleanlab import Datalab
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

SHARE = 0.05


def features_and_labels(job: dict[str, str]) -> tuple[Any, Any]:
    folder = Path(job["folder"])
    if job["kind"] in {"classes", "numbers", "texts"}:
        parts = [pd.read_csv(folder / f"{part}.csv") for part in ("train", "valid")]
        frame = pd.concat(parts, ignore_index=True)
        y = frame["target"].to_numpy()
        if job["kind"] == "texts":
            words = TfidfVectorizer(max_features=2000)
            return words.fit_transform(frame["text"].fillna("")).toarray(), y
        x = frame.drop(columns="target").apply(pd.to_numeric, errors="coerce")
        x = x.fillna(x.median()).fillna(0).to_numpy(float)
    else:
        parts = [np.load(folder / f"{part}.npz") for part in ("train", "valid")]
        x = np.concatenate([one["x"] for one in parts]).astype(float)
        x, y = x.reshape(len(x), -1), np.concatenate([one["y"] for one in parts])
    spread = x.std(axis=0)
    return (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1), y


def issues(job: dict[str, str]) -> list[str]:
    x, y = features_and_labels(job)
    if job["kind"] == "numbers":
        lab = Datalab(data={"y": y}, label_name="y", task="regression", verbosity=0)
        lab.find_issues(features=x)
    else:
        model = LogisticRegression(max_iter=300)
        chances = cross_val_predict(model, x, y, cv=3, method="predict_proba")
        lab = Datalab(data={"y": y}, label_name="y", verbosity=0)
        lab.find_issues(features=x, pred_probs=chances)
    table = lab.get_issue_summary()
    return [
        str(row["issue_type"]) for _, row in table.iterrows() if row["num_issues"] >= SHARE * len(y)
    ]


def main() -> None:
    jobs = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    found = {}
    for job in jobs:
        if job["kind"] not in {"classes", "numbers", "pictures", "texts"}:
            continue
        start = time.perf_counter()
        try:
            said = issues(job)
        except Exception as error:  # noqa: BLE001  (it is what the peer makes of these data)
            said = [f"failed: {error!r}"[:200]]
        found[job["name"]] = {"said": said, "seconds": time.perf_counter() - start}
        Path(sys.argv[2]).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
