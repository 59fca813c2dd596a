"""Run many notebook cells, some to a process, and keep what each gave."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock, Timer

from tests.benchmarks.said import MARK, Cell, Said, said_as_text

ROOT = Path(__file__).parents[2]
LONGEST_CELL = 600.0
"""Seconds after which a cell is given up."""


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How many cells are run at a time and in a process, and where what they gave is kept.

    Attributes
    ----------
    workers, per_process : int
        Processes at a time, and cells of each.
    kept : Path or None
        A file of one JSON line per cell; what it holds already is not run again.
    longest : float
        Seconds after which a cell is given up.
    """

    workers: int = 1
    per_process: int = 8
    kept: Path | None = None
    longest: float = LONGEST_CELL
    _writing: Lock = field(default_factory=Lock, compare=False, repr=False)

    def known(self) -> dict[str, Said]:
        """What earlier runs gave."""
        if self.kept is None or not self.kept.is_file():
            return {}
        lines = self.kept.read_text(encoding="utf-8").splitlines()
        return {name: Said.of(said) for name, said in map(json.loads, filter(None, lines))}

    def keep(self, name: str, said: Said) -> None:
        """Write down what one cell gave, at once."""
        if self.kept is not None:
            with self._writing, self.kept.open("a", encoding="utf-8") as file:
                file.write(f"{json.dumps([name, asdict(said)])}\n")


def ran(cells: Sequence[Cell], manner: Manner) -> dict[str, Said]:
    """What every cell gave, by its name, in their order."""
    given = manner.known()
    waiting = [cell for cell in cells if cell.name not in given]
    some = range(0, len(waiting), manner.per_process)
    with ThreadPoolExecutor(manner.workers) as pool:
        parts = [
            pool.submit(_part, waiting[start : start + manner.per_process], manner)
            for start in some
        ]
        for part in as_completed(parts):
            given.update(part.result())
    return {cell.name: given[cell.name] for cell in cells}


def _part(cells: Sequence[Cell], manner: Manner) -> dict[str, Said]:
    """Some cells in a process, in another one after each that ends its process."""
    given: dict[str, Said] = {}
    while waiting := [cell for cell in cells if cell.name not in given]:
        for name, said in _in_a_process(waiting, manner.longest):
            given[name] = said
            manner.keep(name, said)
            sys.stderr.write(f"{name}: {said_as_text(said)}\n")
    return given


def _in_a_process(cells: Sequence[Cell], longest: float) -> Iterator[tuple[str, Said]]:
    """What the cells gave until the process ended; at the cell that ended it, that it did."""
    done = 0
    with _child() as child:
        assert child.stdin, child.stdout
        child.stdin.write(json.dumps([asdict(cell) for cell in cells]))
        child.stdin.close()
        watch = _watch(child, longest)
        for line in child.stdout or ():
            if line.startswith(MARK):
                watch.cancel()
                yield cells[done].name, Said.of(json.loads(line.removeprefix(MARK)))
                done, watch = done + 1, _watch(child, longest)
        watch.cancel()
    if done < len(cells):
        yield cells[done].name, Said(failed=f"the process ended with {child.returncode}")


def _child() -> subprocess.Popen[str]:
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    return subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.cell_process"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _watch(child: subprocess.Popen[str], longest: float) -> Timer:
    watch = Timer(longest, child.kill)
    watch.daemon = True
    watch.start()
    return watch
