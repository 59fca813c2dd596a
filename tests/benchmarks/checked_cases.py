"""Whether `nbdoctor check` finds what `%%diagnose` finds, on the real bugs of `tests/cases`.

    python -m tests.benchmarks.checked_cases [IDS ...]

Each program is run in one kernel: with the magic on top, as `check --full` runs it, and as `check`
does without options. The first two have to agree in rules and lines. What the third finds has to
be among these: it is judged by nothing that the training has reached.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from nbdoctor.headless.kernel import Kernel
from tests.cases.cases import CASES

IN_KERNEL = "__import__('nbdoctor.notebook.unattended', fromlist=['*'])."

FRESH = "%reset -f\nimport keras; keras.backend.clear_session(); keras.utils.set_random_seed(7)"

SECONDS = 120.0

Found = frozenset[tuple[str, int | None]]
"""Rules, and the lines of the cell that they name."""


def by_magic(kernel: Kernel, source: str, file: Path) -> Found:
    """What the magic finds; its line is not counted."""
    kernel.ask(f"{IN_KERNEL}examine(wanted=False)")
    kernel.run(FRESH)
    for old in file.parent.glob("*.json"):
        old.unlink()
    kernel.run(f"%%diagnose -q --no-trials --json {file}\n{source}", timeout=SECONDS)
    reports = [json.loads(one.read_text(encoding="utf-8")) for one in file.parent.glob("*.json")]
    return frozenset(
        (finding["rule"], (finding["where"]["line"] or 1) - 1)
        for report in reports
        for finding in report["findings"]
    )


def by_check(kernel: Kernel, source: str, *, cut: bool) -> Found:
    """What an unattended kernel finds."""
    kernel.run(FRESH)
    kernel.ask(f"{IN_KERNEL}begin('--no-trials', cut={cut})")
    kernel.run(source, timeout=SECONDS)
    reports = json.loads(kernel.ask(f"{IN_KERNEL}taken()"))
    return frozenset(
        (finding["rule"], finding["where"]["line"] or 0)
        for report in reports
        for finding in report["findings"]
    )


def compared(kernel: Kernel, folder: Path, ids: Sequence[str]) -> Iterator[tuple[str, bool, bool]]:
    """For each case whether the two agree, and whether the third finds nothing else."""
    kernel.ask(f"{IN_KERNEL}begin('--no-trials', cut=False)")
    for case in CASES:
        if ids and case.id not in ids:
            continue
        magic = by_magic(kernel, case.cell, folder / "report.json")
        full = by_check(kernel, case.cell, cut=False)
        short = by_check(kernel, case.cell, cut=True)
        if magic != full:
            sys.stdout.write(f"{case.id}: magic {sorted(magic)}, check --full {sorted(full)}\n")
        if not short <= full:
            sys.stdout.write(f"{case.id}: check alone finds {sorted(short - full)}\n")
        sys.stdout.write(f"{case.id}: {len(magic)}, {len(full)}, {len(short)}\n")
        sys.stdout.flush()
        yield case.id, magic == full, short <= full


def main(ids: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as folder, Kernel(Path(folder)) as kernel:
        results = list(compared(kernel, Path(folder), ids))
    same, within = sum(one for _, one, _ in results), sum(one for _, _, one in results)
    sys.stdout.write(
        f"The same findings as the magic: {same} of {len(results)}. By default nothing that it "
        f"does not find: {within} of {len(results)}.\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
