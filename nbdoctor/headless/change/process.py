"""A process of its own that runs a notebook up to a cell, and then that cell as often as asked.

It runs the cells above, and each run of the cell is a fork of it: from the same state, and without
loading TensorFlow again. TensorFlow can be forked as long as it is only imported, so the cells from
the first one on that uses it are run by each fork again. Where nothing can be forked, this process
serves for one run.

Reads jobs from standard input, a line of JSON each, and answers each by a line.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TextIO

from nbdoctor.backend.forking import may_fork

USED, STOPPED = 3, 4
"""Exit status of a fork that has run a cell after which it cannot be forked, or that raised."""


@dataclass(kw_only=True)
class Fork:
    """A process that has run the cell."""

    process: int
    jobs: TextIO
    answers: TextIO

    def ask(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """What it says to a job; it is ended where that takes too long."""
        try:
            self.jobs.write(json.dumps(job) + "\n")
            self.jobs.flush()
            ready, _, _ = select.select([self.answers], [], [], job["limit"])
            line = self.answers.readline() if ready else None
        except BrokenPipeError:
            line = ""
        if line:
            answer: dict[str, Any] = json.loads(line)
            return answer
        if line is None:
            os.kill(self.process, signal.SIGKILL)
            return {"outcome": "timed out"}
        return {"outcome": "died"}

    def end(self) -> None:
        """Let it go."""
        with contextlib.suppress(OSError):
            os.kill(self.process, signal.SIGKILL)
        for pipe in (self.jobs, self.answers):
            with contextlib.suppress(OSError):
                pipe.close()
        with contextlib.suppress(OSError):
            os.waitpid(self.process, 0)


class Trunk:
    """The process, before the cell.

    Parameters
    ----------
    sources : list of str
        The cells above.
    forks : bool
    answer : callable
        Says something to whoever started this process.
    """

    def __init__(
        self, sources: list[str], *, forks: bool, answer: Callable[[Mapping[str, Any]], None]
    ) -> None:
        self.sources, self.forks, self.answer = sources, forks, answer
        self.shell = _shell()
        self.children: dict[int, Fork] = {}
        self.seconds = 0.0

    def prepare(self) -> None:
        """Run the cells above as far as the state after them can be forked.

        Each is run by a fork, which goes on as the trunk if it still can be forked; else it ends,
        and this process, whose state is that before the cell, serves.
        """
        began = time.perf_counter()
        while self.sources and self.forks and may_fork():
            child = os.fork()
            if child:
                code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
                if code != USED:
                    os._exit(max(code, 0))
                self.forks = True
                break
            stopped = self._tried().before(self.sources[:1])
            if stopped is not None:
                self.answer({**stopped, "cell": self.first})
                os._exit(STOPPED)
            if not may_fork():
                os._exit(USED)
            self.sources, self.first = self.sources[1:], self.first + 1
        self.seconds = time.perf_counter() - began

    first = 0
    """Number of the first cell that each run has to run again."""

    def _tried(self) -> Any:
        from nbdoctor.headless.change.run import CellTried

        return CellTried(self.shell)

    def serve(self, jobs: TextIO) -> None:
        """Answer jobs until there are none."""
        self.forks = self.forks and may_fork()
        self.answer({"ready": True, "forks": self.forks, "again": len(self.sources)})
        if not self.forks:
            self._serve_here(jobs, self.answer)
            return
        for line in jobs:
            job = json.loads(line)
            if job["do"] == "run":
                self.children[job["run"]] = self._fork()
            child = self.children[job["run"]]
            if job["do"] == "end":
                self.children.pop(job["run"]).end()
            else:
                self.answer(child.ask(job))
        for child in self.children.values():
            child.end()

    def _fork(self) -> Fork:
        down, up = os.pipe(), os.pipe()
        process = os.fork()
        if not process:
            os.close(down[1])
            os.close(up[0])
            self._be_fork(_text(down[0], "r"), _text(up[1], "w"))
        os.close(down[0])
        os.close(up[1])
        return Fork(process=process, jobs=_text(down[1], "w"), answers=_text(up[0], "r"))

    def _be_fork(self, jobs: TextIO, answers: TextIO) -> NoReturn:
        """Be the process of one run; never come back."""
        try:
            self._serve_here(jobs, lambda said: _say(answers, said))
        except BaseException:
            import traceback

            traceback.print_exc()
            raise  # no further than to the end of the process below: it must not be the trunk
        finally:
            with contextlib.suppress(OSError, ValueError):
                sys.stdout.flush()
            os._exit(0)

    def _serve_here(self, jobs: TextIO, answer: Callable[[Mapping[str, Any]], None]) -> None:
        tried = self._tried()
        for line in jobs:
            job = json.loads(line)
            if job["do"] == "end":
                return
            if job["do"] == "run":
                stopped = tried.before(self.sources)
                if stopped is not None:
                    answer({**stopped, "cell": self.first + stopped["cell"]})
                    continue
            jobs_of = {"run": tried.run, "score": tried.score, "unseen": tried.unseen}
            answer(jobs_of[job["do"]](job))


def _text(descriptor: int, mode: str) -> TextIO:
    file: TextIO = os.fdopen(descriptor, mode, encoding="utf-8")  # type: ignore[assignment]
    return file


def _say(answers: TextIO, said: Mapping[str, Any]) -> None:
    answers.write(json.dumps(said) + "\n")
    answers.flush()


def _shell() -> Any:
    """A notebook's shell without anybody before it."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False  # its thread could not be forked
    config.InteractiveShell.colors = "nocolor"
    shell: Any = InteractiveShell.instance(config=config)
    return shell


def main() -> None:
    """Serve; the first argument is a file that says for what."""
    setup = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    jobs, answers = _text(os.dup(0), "r"), _text(os.dup(1), "w")
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(setup["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number, file in ((0, nothing), (1, log), (2, log)):
        os.dup2(file, number)
    sys.path[0] = ""  # as in a notebook: what lies beside it can be imported
    import keras  # noqa: F401  (loaded once for all runs)

    import nbdoctor.headless.change.run  # noqa: F401

    trunk = Trunk(setup["sources"], forks=setup["forks"], answer=lambda said: _say(answers, said))
    trunk.prepare()
    trunk.serve(jobs)


if __name__ == "__main__":
    main()
