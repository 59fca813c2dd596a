"""A kernel in this process, for a client that runs the cells (kernels.py)."""

from __future__ import annotations

import json
import sys
from typing import Any

from tests.harmless import left_behind

ASK = f'__import__("sys").modules["{__name__}"].say(dict(globals()))'
"""Statement that has the kernel say what is left behind."""

MARK = "@@@"


def main(job: dict[str, Any]) -> None:
    """Be a kernel until it is told to end."""
    from ipykernel.kernelapp import IPKernelApp

    left_behind.begin()
    sys.argv = [sys.argv[0]]
    IPKernelApp.launch_instance(
        argv=["-f", job["connection"], "--HistoryManager.enabled=False", "--colors=NoColor"]
    )


def say(names: dict[str, Any]) -> None:
    """Print the outcome and the state, for the client."""
    found = [names.get("outcome"), left_behind.left_behind(names)]
    print(MARK + json.dumps(found, default=repr))  # noqa: T201
