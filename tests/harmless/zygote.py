"""A process that has loaded TensorFlow, but not used it: each run of a cell is a fork of it.

A process of its own for each cell costs a second in this way, and 8 if it has to load TensorFlow.
TensorFlow starts its threads when it is first used, and a process that has but one thread can be
forked safely; `serve` looks whether it still has.

Run by `Zygote` in runs.py: reads jobs from stdin, a line of JSON each, and answers each by a line.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

LOADED = (
    "numpy",
    "pandas",
    "tensorflow",
    "keras",
    "IPython.core.interactiveshell",
    "ipykernel.kernelapp",
    "ipywidgets",
    "libcst",
    "cattrs",
)
"""What takes long to load; nothing of nbdoctor, which has to do its own loading."""

END_WITH_PARENT = 1
"""`PR_SET_PDEATHSIG` of Linux."""

ROUND = 0.005
"""Seconds between two looks whether a run has ended."""


def serve() -> None:
    """Run one job after the other until stdin ends."""
    for name in LOADED:
        importlib.import_module(name)
    from tests.harmless import in_kernel, in_shell

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for pytest, which ends this process
    sys.path.pop(0)  # the root of the repository, which `python -m` has put there
    kinds = {"shell": in_shell.main, "kernel": in_kernel.main}
    threads = len(list(Path("/proc/self/task").iterdir()))
    _answer({"threads": threads})
    for line in sys.stdin:
        job = json.loads(line)
        began = time.monotonic()
        process = os.fork()
        if not process:
            _run(job, kinds[job["mode"]])
        if job["mode"] == "kernel":
            _answer({"process": process})
            sys.stdin.readline()  # its client has done
            ended = _wait(process, 0)
        else:
            ended = _wait(process, job["limit"])
        with contextlib.suppress(OSError):
            os.killpg(process, signal.SIGKILL)  # what the run has left running
        _answer({"ended": ended, "wall": round(time.monotonic() - began, 2)})


def _answer(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)  # noqa: T201  (this is the answer)


def _wait(process: int, limit: float) -> str:
    """How it ended; it is killed after `limit` seconds."""
    until = time.monotonic() + limit
    while True:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            return "by itself" if not code else f"with {code}"
        if time.monotonic() >= until:
            os.killpg(process, signal.SIGKILL)
            os.waitpid(process, 0)
            return "never"
        time.sleep(ROUND)


def _run(job: dict[str, Any], main: Any) -> None:
    """Be the process of the run; never come back."""
    code = 1
    try:
        ctypes.CDLL(None).prctl(END_WITH_PARENT, signal.SIGKILL)
        os.setsid()
        os.chdir(job["folder"])
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.update(job["environment"])
        for name, value in job["environment"].items():
            if not value:
                del os.environ[name]
        writes = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        for number, file, flags in (
            (0, os.devnull, os.O_RDONLY),
            (1, job["out"], writes),
            (2, job["err"], writes),
        ):
            os.dup2(os.open(file, flags, 0o644), number)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        main(job)
        code = 0
    except BaseException:  # noqa: BLE001  (must not go on as the zygote)
        import traceback

        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve()
