"""Runs of hostile cells, each in a process or kernel of its own, and what they leave behind."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, final

from tests.harmless import in_shell, left_behind
from tests.harmless.hostile_cells import HostileCell
from tests.harmless.interrupts import interrupted
from tests.harmless.kernels import Kernel
from tests.harmless.noise import plainer

ROOT = Path(__file__).resolve().parents[2]

ENVIRONMENT = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "MPLBACKEND": "",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",  # its threads would be there before the fork
    "PYTHONHASHSEED": "0",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}
"""Of all runs: what would make two runs of one program differ is taken away."""

FORKS = sys.platform == "linux"
"""Whether processes that have loaded TensorFlow can be forked."""

Found = dict[str, Any]
"""What a run left: `ended`, `escaped`, `error`, `printed`, `outputs`, `outcome`, `after`, `state`,
`files`, `seconds`, `report`."""


@final
class Zygote:
    """The process of zygote.py, for one run at a time."""

    def __init__(
        self, options: list[str] | None = None, environment: dict[str, str] | None = None
    ) -> None:
        self._options, self._environment = options or [], environment or {}
        self._process = self._started()
        self.threads = self.answer()["threads"]

    def _started(self) -> subprocess.Popen[str]:
        names = {**os.environ, **ENVIRONMENT, **self._environment}
        names["PYTHONPATH"] = os.pathsep.join(_importable())
        return subprocess.Popen(
            [sys.executable, *self._options, "-m", "tests.harmless.zygote"],
            cwd=ROOT,
            env={name: value for name, value in names.items() if value},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Zygote:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def ask(self, job: dict[str, Any]) -> dict[str, Any]:
        """Give it a job; a new process, where the last run has ended the other."""
        if self._process.poll() is not None:
            self._process = self._started()
            self.answer()
        self.say(json.dumps(job))
        return self.answer()

    def say(self, line: str = "") -> None:
        """Send a line; an empty one tells that the client of a kernel has done."""
        assert self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """What it says next."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            message = (
                f"the process that runs are forked from has ended ({self._process.returncode})"
            )
            raise RuntimeError(message)
        answer: dict[str, Any] = json.loads(line)
        return answer


def _importable() -> list[str]:
    """The folder of the package that is tested, if it isn't installed; no root of the tests."""
    installed = any("site-packages" in part for part in left_behind.OURS.parts)
    return [] if installed else [str(left_behind.OURS.parent)]


def left_by(cell: HostileCell, zygote: Zygote, *, plain: bool) -> Found:
    """What the cell leaves behind, without the magic or with it."""
    asked, options = _asked(cell), cell.keys.get("python", "").split()
    if asked or options:
        with Zygote(options, asked) as own:
            return _left_by(cell, own, plain=plain)
    return _left_by(cell, zygote, plain=plain)


def _asked(cell: HostileCell) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in cell.keys.get("env", "").split())
    return {name: value for name, _, value in pairs}


def _left_by(cell: HostileCell, zygote: Zygote, *, plain: bool) -> Found:
    with tempfile.TemporaryDirectory(prefix="hostile-", ignore_cleanup_errors=True) as name:
        top = Path(name)
        home, here = top / "home", top / "here"
        home.mkdir()
        here.mkdir()
        environment = {
            "HOME": str(home),
            "IPYTHONDIR": str(home / ".ipython"),
            "JUPYTER_CONFIG_DIR": str(home),
            **_asked(cell),
        }
        job = {
            "mode": "shell" if cell.mode == "shell" else "kernel",
            "plain": plain,
            "setup": cell.setup,
            "cell": cell.source(plain=plain),
            "after": cell.after,
            "limit": cell.limit,
            "folder": str(here),
            "environment": environment,
            **{part: str(top / part) for part in ("out", "err", "into", "connection")},
        }
        shell = cell.mode == "shell"
        found = _in_shell(zygote, job) if shell else _in_kernel(zygote, job, cell)
        found.setdefault("files", left_behind.files_here(here))
        return found


def _in_shell(zygote: Zygote, job: dict[str, Any]) -> Found:
    answer = zygote.ask(job)
    streams = [Path(job[part]).read_text("utf-8", "replace") for part in ("out", "err")]
    found: Found = {"ended": answer["ended"], "wall": answer["wall"]}
    with contextlib.suppress(FileNotFoundError):
        found |= json.loads(Path(job["into"]).read_text("utf-8"))
    found["printed"] = [
        part for stream in streams for part in _parts(stream, ("cell", "after", "end"))
    ]
    for told in (found.get("error"), found.get("after")):
        if told:
            told[1] = plainer(told[1])
    return found


def _parts(stream: str, marks: tuple[str, ...]) -> list[str]:
    """What stands between the marks; to the end, where a run ended before the next one."""
    parts = []
    for begin, end in itertools.pairwise(marks):
        _, mark, rest = stream.partition(in_shell.MARK.format(begin))
        parts.append(plainer(rest.partition(in_shell.MARK.format(end))[0]) if mark else "")
    return parts


def _in_kernel(zygote: Zygote, job: dict[str, Any], cell: HostileCell) -> Found:
    from jupyter_client.connect import write_connection_file

    write_connection_file(job["connection"])
    process = zygote.ask(job)["process"]
    try:
        with Kernel(job["connection"], process) as kernel:
            run = interrupted if cell.mode == "interrupts" else kernel_run
            return run(kernel, cell, plain=job["plain"])
    finally:
        zygote.say()
        zygote.answer()


def kernel_run(kernel: Kernel, cell: HostileCell, *, plain: bool) -> Found:
    """Run a cell in a kernel as a front end does."""
    kernel.prepare(cell, plain=plain)
    done = kernel.run(cell.source(plain=plain), cell.limit, cell.interrupts)
    found: Found = {
        "ended": done.ended,
        "seconds": done.seconds,
        "error": [done.error[0], plainer(done.error[1])] if done.error else None,
        "printed": [plainer(text) for text in done.streams.values()],
        "outputs": [[plainer(word) for word in output] for output in done.outputs],
        "report_on_screen": done.report_on_screen,
    }
    if done.ended == "by itself":
        if cell.after:
            found["after"] = kernel.run(cell.after, cell.limit).error
        found |= kernel.asked()
    return found
