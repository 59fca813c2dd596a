"""Have a cell run in a process of its own, as often as asked and each time from the same state."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from nbdoctor.headless.kernel import environment_of_kernel

if TYPE_CHECKING:
    from typing_extensions import Self

FEWEST = 20
"""Rows that can judge at all: a share is known to a tenth by then."""

GRACE = 60.0
"""Seconds beyond the limit of a run after which the process itself counts as dead."""

LOADS = 300.0
"""Seconds for loading libraries."""

QUIET = {"MPLBACKEND": "Agg", "TF_CPP_MIN_LOG_LEVEL": "3"}
"""Of the process: its figures are looked at by nobody."""


class CannotRunError(Exception):
    """The notebook does not come as far as the cell; the message says why, and what to do."""


class Runs:
    """Runs of cells below the same cells.

    Parameters
    ----------
    above : sequence of (int, str)
        Numbers and texts of the cells above, in their order.
    folder : Path
        Of the notebook.
    limit : float
        Seconds for a run of the cell, and for all cells above.
    """

    def __init__(self, above: Sequence[tuple[int, str]], folder: Path, limit: float) -> None:
        self.above, self.folder, self.limit = list(above), folder, limit
        self.trunk: Process | None = None
        self.alone: dict[int, Process] = {}
        self.stack = contextlib.ExitStack()
        self.count = 0
        self.again = len(self.above)
        self.forks = hasattr(os, "fork") and sys.platform != "darwin"

    def __enter__(self) -> Self:
        """Run the cells above.

        Raises
        ------
        CannotRunError
        """
        self.files = Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="nbdoctor-")))
        try:
            self.trunk = self._started()
        except BaseException:
            self.stack.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End all processes."""
        for one in (self.trunk, *self.alone.values()):
            if one is not None:
                one.end()
        self.stack.close()

    def _started(self) -> Process:
        sources = [source for _, source in self.above]
        process = Process(sources, self.folder, self.files, forks=self.forks)
        ready = process.answer(self.limit + LOADS)
        if "ready" not in ready:
            process.end()
            raise CannotRunError(self._stopped(ready))
        self.forks, self.again = ready["forks"], ready["again"]
        return process

    def run(self, source: str, **wanted: Any) -> tuple[int, dict[str, Any]]:
        """Run the cell with this text, and return the number of the run and what came of it.

        Raises
        ------
        CannotRunError
            A cell above it stopped.
        """
        self.count += 1
        rows = self.files / f"rows-{self.count}.npz"
        job = {
            "do": "run", "run": self.count, "source": source, "rows": str(rows),
            "limit": self.limit, **wanted,
        }  # fmt: skip
        answer = self._process(self.count).ask(job)
        if answer.get("outcome") == "stopped before":
            raise CannotRunError(self._stopped(answer))
        return self.count, {**answer, "rows_file": str(rows)}

    def score(self, run: int, rows: str) -> dict[str, Any]:
        """How well the model of a run does on rows of another."""
        job = {"do": "score", "run": run, "rows": rows, "limit": self.limit}
        return self._process(run).ask(job)

    def unseen(self, run: int, rows: str) -> str | None:
        """A file of those rows that a run has not trained on; None where it is too few."""
        self.count += 1
        into = str(self.files / f"rows-{self.count}.npz")
        job = {"do": "unseen", "run": run, "rows": rows, "into": into, "limit": self.limit}
        return into if self._process(run).ask(job).get("rows", 0) >= FEWEST else None

    def end(self, run: int) -> None:
        """Let go of a run."""
        if self.trunk is not None and self.forks:
            self.trunk.tell({"do": "end", "run": run})
        elif run in self.alone:
            self.alone.pop(run).end()

    def _process(self, run: int) -> Process:
        if self.forks and self.trunk is not None:
            return self.trunk
        if run not in self.alone:
            fresh, self.trunk = self.trunk, None
            self.alone[run] = fresh or self._started()
        return self.alone[run]

    def _stopped(self, answer: Mapping[str, Any]) -> str:
        if "cell" in answer:
            number = self.above[answer["cell"]][0]
            return (
                f"Cell {number}, above the one to try, raises {answer['error']}. Make the notebook "
                "run from top to bottom (Restart Kernel and Run All Cells) and try again."
            )
        if answer.get("outcome") == "timed out":
            return (
                f"The cells above had not ended after {self.limit:g} s. "
                "`--timeout SECONDS` gives them longer."
            )
        log = (self.files / "log").read_text(encoding="utf-8", errors="replace").splitlines()
        last = f" Its last line: {log[-1][:200]}" if log else ""
        return f"The process that runs the notebook ended before the cell was reached.{last}"


class Process:
    """The process of `process.py`."""

    def __init__(self, sources: list[str], folder: Path, files: Path, *, forks: bool) -> None:
        setup = files / "setup.json"
        about = {"sources": sources, "forks": forks, "log": str(files / "log")}
        setup.write_text(json.dumps(about), encoding="utf-8")
        self._process = subprocess.Popen(  # noqa: S603  (our own module)
            [sys.executable, "-m", "nbdoctor.headless.change.process", str(setup)],
            cwd=folder,
            env=environment_of_kernel(QUIET),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C is for us, and all forks end together
        )

    def ask(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """What it says to a job."""
        self.tell(job)
        return self.answer(2 * job["limit"] + GRACE)

    def tell(self, job: Mapping[str, Any]) -> None:
        """Give it a job."""
        pipe = self._process.stdin
        with contextlib.suppress(BrokenPipeError):  # then its answer says that it has ended
            if pipe is not None:
                pipe.write(json.dumps(job) + "\n")
                pipe.flush()

    def answer(self, limit: float) -> dict[str, Any]:
        """What it says next."""
        pipe = self._process.stdout
        ready = select.select([pipe], [], [], limit)[0] if pipe is not None else []
        line = ready[0].readline() if ready else None
        if line is None:
            return {"outcome": "timed out"}
        answer: dict[str, Any] = json.loads(line) if line else {"outcome": "died"}
        return answer

    def end(self) -> None:
        """End it, and all its forks."""
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        self._process.communicate()
