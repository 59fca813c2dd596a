"""A client of a kernel: runs cells, keeps what a front end would show, interrupts."""

from __future__ import annotations

import json
import os
import queue
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, final

from tests.harmless import in_kernel, in_shell
from tests.harmless.hostile_cells import HostileCell

READY = 60.0
"""Seconds until a kernel answers first."""

WAIT = 0.01
"""Seconds between two looks for a message."""

LONGEST = 300
"""Characters of an output that are compared."""

SHOWN = ("display_data", "execute_result", "stream", "error")


@dataclass(frozen=True)
class Done:
    """How a cell ended in a kernel, and what a front end was sent.

    Attributes
    ----------
    ended : str
        "by itself", "never" (within its limit), "with its kernel".
    seconds : float
        From its start to its end.
    error : list of str or None
        Class and text.
    streams : dict
        What it printed, by the name of the stream.
    outputs : list
        Displays and errors in their order, without those of nbdoctor.
    report_on_screen : bool
        Whether a report of nbdoctor is left on the screen.
    errors : list of str
        Classes of the errors that were shown.
    """

    ended: str
    seconds: float
    error: list[str] | None = None
    streams: dict[str, str] = field(default_factory=dict)
    outputs: list[list[str]] = field(default_factory=list)
    report_on_screen: bool = False
    errors: list[str] = field(default_factory=list)


@final
class Kernel:
    """A kernel in the process `process`."""

    def __init__(self, connection: str, process: int) -> None:
        from jupyter_client.blocking.client import BlockingKernelClient

        self.process = process
        self._client = BlockingKernelClient(connection_file=connection)
        self._client.load_connection_file()

    def __enter__(self) -> Kernel:
        self._client.start_channels()
        self._client.wait_for_ready(timeout=READY)
        return self

    def __exit__(self, *error: object) -> None:
        self._client.stop_channels()  # its parent ends the process

    def _lives(self) -> bool:
        """Whether the process runs still; its parent has not waited for it, so it may be dead."""
        try:
            with open(f"/proc/{self.process}/stat", encoding="utf-8") as stat:  # noqa: PTH123
                return stat.read().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False

    def prepare(self, cell: HostileCell, *, plain: bool) -> None:
        """Run what comes before the cell in question."""
        self.run(in_shell.SEED)
        self.run("pass" if plain else "%load_ext nbdoctor")
        self.run(cell.setup)

    def asked(self) -> dict[str, Any]:
        """The outcome and the state."""
        done = self.run(in_kernel.ASK)
        _, mark, said = done.streams["stdout"].partition(in_kernel.MARK)
        if not mark:
            return {"outcome": f"could not be asked: {done.ended} {done.error}", "state": {}}
        outcome, state = json.loads(said.partition("\n")[0])
        return {"outcome": outcome, "state": state}

    def run(self, source: str, limit: float = READY, interrupts: Sequence[float] = ()) -> Done:
        """Run a cell, interrupting the kernel so many seconds after its start."""
        ident = self._client.execute(source, store_history=True, allow_stdin=False)
        began, left = time.monotonic(), sorted(interrupts)
        messages: list[dict[str, Any]] = []
        reply: dict[str, Any] | None = None
        idle, ended = False, "by itself"
        while not (idle and reply):
            if left and time.monotonic() - began >= left[0]:
                left.pop(0)
                os.kill(self.process, signal.SIGINT)
            if time.monotonic() - began > limit:
                ended = "never"
                break
            message = self._next(self._client.get_iopub_msg, ident)
            if message and message["content"].get("execution_state") == "idle":
                idle = True
            elif message:
                messages.append(message)
            elif not self._lives():
                ended = "with its kernel"
                break
            if reply is None:
                answer = self._next(self._client.get_shell_msg, ident)
                reply = answer and answer["content"]
        failed = reply is not None and reply["status"] == "error"
        return Done(
            ended,
            round(time.monotonic() - began, 2),
            [reply["ename"], reply["evalue"]] if reply and failed else None,
            _streams(messages),
            _outputs(messages),
            _report_on_screen(messages),
            [one["content"]["ename"] for one in messages if one["msg_type"] == "error"],
        )

    @staticmethod
    def _next(ask: Any, ident: str) -> dict[str, Any] | None:
        """The next message of a channel, if it is about the cell."""
        try:
            message: dict[str, Any] = ask(timeout=WAIT)
        except queue.Empty:
            return None
        return message if message["parent_header"].get("msg_id") == ident else None


def _streams(messages: list[dict[str, Any]]) -> dict[str, str]:
    streams = {"stdout": "", "stderr": ""}
    for message in messages:
        if message["msg_type"] == "stream":
            streams[message["content"]["name"]] += message["content"]["text"]
    return streams


def _outputs(messages: list[dict[str, Any]]) -> list[list[str]]:
    outputs = []
    for message in messages:
        kind, content = message["msg_type"], message["content"]
        if kind == "error":
            outputs.append([kind, content["ename"], content["evalue"]])
        elif kind in {*SHOWN, "update_display_data", "clear_output"} - {"stream"}:
            data = content.get("data", {})
            if not _ours(data):
                text = str(data.get("text/plain", ""))[:LONGEST]
                outputs.append([kind, " ".join(sorted(data)), text])
    return outputs


def _report_on_screen(messages: list[dict[str, Any]]) -> bool:
    """Whether one is left: clearing takes away what stood there, and updates of it show nothing."""
    shown, waits = [], False
    for message in messages:
        kind, content = message["msg_type"], message["content"]
        if kind == "clear_output":
            waits = content.get("wait", False)
            shown = shown if waits else []
        elif kind in SHOWN:
            shown = [] if waits else shown
            waits = False
            shown.append(_ours(content.get("data", {})))
    return any(shown)


def _ours(data: dict[str, Any]) -> bool:
    return any("nbdoctor" in kind for kind in data)
