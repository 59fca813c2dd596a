"""What evidently's presets for tables say: run in an environment of its own.

    python evidently_peer.py JOBS OUT

`DataSummaryPreset` and `DataDriftPreset` with the tests that they make by themselves, the training
rows as reference; a test counts where it fails.
"""

import json
import sys
import time
import warnings
from pathlib import Path

import pandas as pd
from evidently import Report
from evidently.presets import DataDriftPreset, DataSummaryPreset

warnings.simplefilter("ignore")


def issues(job: dict[str, str]) -> list[str]:
    folder = Path(job["folder"])
    train, valid = (pd.read_csv(folder / f"{part}.csv") for part in ("train", "valid"))
    report = Report([DataSummaryPreset(), DataDriftPreset()], include_tests=True)
    run = report.run(valid, train)
    tests = run.dict().get("tests", [])
    failed = [one for one in tests if "FAIL" in str(one.get("status", "")).upper()]
    return sorted({str(one.get("name", "")).split(":")[0] for one in failed})


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
