"""One run of a cell in the shell of this process, and what it leaves behind."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from tests.harmless import left_behind

MARK = "\n@@@ {} @@@\n"
"""Parts what is printed: by the cell, by what comes after."""

SEED = "import os, random\nimport keras\nkeras.utils.set_random_seed(7)\n"
LONGEST = 2000
"""Characters of an error's text that are compared."""


def main(job: dict[str, Any]) -> None:
    """Run the cell of `job`; what was found goes into the file `job["into"]`."""
    shell = _shell()
    left_behind.begin()
    shell.run_cell(SEED, store_history=True)
    shell.run_cell("pass" if job["plain"] else "%load_ext nbdoctor", store_history=True)
    shell.run_cell(job["setup"], store_history=True)
    found: dict[str, Any] = {}
    result = None
    _mark("cell")
    began = time.perf_counter()
    try:
        result = shell.run_cell(job["cell"], store_history=True)
    except BaseException as error:  # noqa: BLE001  (is compared)
        found["escaped"] = type(error).__name__
    found["seconds"] = round(time.perf_counter() - began, 2)
    _mark("after")
    found["error"] = _told(result)
    names = shell.user_ns
    found["report"] = _said(names.get(left_behind.DIAGNOSIS))
    found["state"] = left_behind.left_behind(names)
    if job["after"]:
        done = shell.run_cell(job["after"], store_history=True)
        found["after"] = _told(done)
    _mark("end")
    found["outcome"] = json.loads(json.dumps(names.get("outcome"), default=repr))
    found["files"] = left_behind.files_here(Path(job["folder"]))
    Path(job["into"]).write_text(json.dumps(found), encoding="utf-8")


def _shell() -> Any:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    return InteractiveShell.instance(config=config)


def _mark(name: str) -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    for number in (1, 2):
        os.write(number, MARK.format(name).encode())


def _told(result: Any) -> list[Any] | None:
    """Class and text of the error of a cell, and the classes of those that it came from."""
    errors = [] if result is None else [result.error_in_exec, result.error_before_exec]
    error = next((one for one in errors if one is not None), None)  # some are false
    if error is None:
        return None
    try:
        text = str(error)[:LONGEST]
    except BaseException as other:  # noqa: BLE001  (objects that raise when they are printed)
        text = f"its text raises {type(other).__name__}"
    chain: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and not any(one is known for known in chain):
        chain.append(one)
        one = one.__cause__ if one.__cause__ is not None else one.__context__
    return [type(error).__name__, text, [type(one).__name__ for one in chain]]


def _said(reports: Any) -> list[dict[str, Any]]:
    """What the checks of a cell may ask about its reports."""
    if reports is None:
        return []
    return [
        {
            "headline": report.headline,
            "faults": [f"{fault.part}: {fault.message}" for fault in report.faults],
            "notes": list(report.notes),
            "rules": [finding.rule for finding in report.findings],
            "batches": report.batches,
            "trials": [
                treatment.trial.outcome or treatment.trial.reason
                for finding in report.findings
                for treatment in finding.treatments
                if treatment.trial
            ],
        }
        for report in (reports if isinstance(reports, tuple) else (reports,))
    ]
