"""What deepchecks' suites for tables say: run in an environment of its own.

    python deepchecks_peer.py JOBS OUT

Its suites `data_integrity` and `train_test_validation` with their own conditions; a check counts
where a condition of it did not pass.
"""

import json
import sys
import time
import warnings
from pathlib import Path

import pandas as pd
from deepchecks.tabular import Dataset
from deepchecks.tabular.suites import data_integrity, train_test_validation

warnings.simplefilter("ignore")


def issues(job: dict[str, str]) -> list[str]:
    folder = Path(job["folder"])
    train, valid = (pd.read_csv(folder / f"{part}.csv") for part in ("train", "valid"))
    kind = "regression" if job["kind"] == "numbers" else "multiclass"
    ours, theirs = (
        Dataset(one, label="target", label_type=kind, cat_features=[]) for one in (train, valid)
    )
    results = [
        data_integrity().run(ours),
        train_test_validation().run(ours, theirs),
    ]
    failed = [one for result in results for one in result.get_not_passed_checks()]
    return sorted({type(one.check).__name__ for one in failed})


def main() -> None:
    jobs = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    found = {}
    for job in jobs:
        if job["kind"] not in {"classes", "numbers"}:
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
