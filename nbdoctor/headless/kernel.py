"""A kernel of its own, and the cells that are run in it one after the other."""

from __future__ import annotations

import ast
import contextlib
import os
import re
import signal
import sys
import sysconfig
import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from subprocess import DEVNULL
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, final

if TYPE_CHECKING:
    from nbformat import NotebookNode

NEEDED = 'This needs nbclient and nbformat: pip install "nbdoctor[ci]".'

Outcome = Literal["ran", "raised", "timed out", "died"]

GRACE = 30.0
"""Seconds that an interrupted cell gets to end; then its kernel counts as dead. A training ends at
its next step, and steps of more than half a minute are not made where cells have time limits."""

COLOURS = re.compile(r"\x1b\[[\d;]*m")

LAST_ERROR = "__import__('nbdoctor.notebook.unattended', fromlist=['*']).last_line()"


class CannotStartError(Exception):
    """No kernel could be started; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What became of a cell.

    Attributes
    ----------
    outcome : str
        "ran", "raised", "timed out", or "died" where the kernel did.
    name, text : str
        Class and message of the error; "" where none was raised.
    line : int or None
        The line of the cell, from 1, that raised or was running.
    seconds : float
    outputs : tuple of NotebookNode
        As nbformat has them.
    count : int or None
        The execution count.
    """

    outcome: Outcome
    name: str = ""
    text: str = ""
    line: int | None = None
    seconds: float = 0.0
    outputs: tuple[NotebookNode, ...] = ()
    count: int | None = None


@final
class Kernel:
    """A Python kernel of this environment, for as long as the block lasts.

    Parameters
    ----------
    folder : Path
        Where the cells are run.
    environment : mapping of str to str
        Variables to set beside those of this process.

    Raises
    ------
    CannotStartError
        On entering.

    Examples
    --------
    >>> with Kernel(Path()) as kernel:  # doctest: +SKIP
    ...     kernel.run("x = 1")
    ...     kernel.ask("x + 1")
    """

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.folder, self.environment = folder, dict(environment or {})
        self.reply: Mapping[str, Any] = {}
        self.stack = contextlib.ExitStack()
        self.client: Any = None
        self.timeout: float | None = None

    def kill(self) -> None:
        """End its process at once; a cell that runs in another thread then counts as dead."""
        process: Any = getattr(self.client and self.client.km, "provisioner", None)
        with contextlib.suppress(OSError, AttributeError, TypeError):
            os.kill(process.pid, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)

    def __enter__(self) -> Kernel:
        """Start the kernel, and wait until it answers."""
        try:
            from nbclient import NotebookClient
            from nbformat.v4 import new_notebook
        except ImportError as error:
            raise CannotStartError(NEEDED) from error
        self.client = NotebookClient(
            new_notebook(),  # type: ignore[no-untyped-call]
            km=_manager(),
            on_cell_executed=self._executed,
            timeout_func=self._seconds,
        )
        _LIVE.add(self)
        started = self.client.setup_kernel(
            cwd=str(self.folder),
            env=environment_of_kernel(self.environment),
            stdout=DEVNULL,  # what cells write comes as messages
            stderr=DEVNULL,
            cleanup_kc=True,
        )
        try:
            self.stack.enter_context(started)
        except (RuntimeError, OSError) as error:
            message = f"No kernel could be started with {sys.executable}: {error}"
            raise CannotStartError(message) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the kernel, whatever it is doing."""
        self.client.shutdown_kernel = "immediate"
        self.stack.__exit__(kind, error, traceback)

    def run(self, source: str, *, timeout: float | None = None) -> Ran:
        """Run a cell, and wait for its end.

        Parameters
        ----------
        source : str
        timeout : float, optional
            Seconds; then the cell is interrupted.
        """
        from nbclient.exceptions import CellTimeoutError, DeadKernelError
        from nbformat.v4 import new_code_cell

        # With this tag an error does not make the kernel drop what is asked next.
        tags = {"tags": ["raises-exception"]}
        cell = new_code_cell(source, metadata=tags)  # type: ignore[no-untyped-call]
        cells = self.client.nb.cells
        cells.append(cell)
        self.reply, self.timeout = {}, timeout
        outcome: Outcome = "ran"
        began = time.perf_counter()
        try:
            self.client.execute_cell(cell, len(cells) - 1)
        except CellTimeoutError:
            outcome = self._interrupted()
        except DeadKernelError:
            outcome = "died"
        seconds = time.perf_counter() - began
        if self.reply.get("status") == "error":
            outcome = "raised"
        stopped = outcome in {"raised", "timed out"}
        return Ran(
            outcome=outcome,
            name=str(self.reply.get("ename", "")),
            text=COLOURS.sub("", str(self.reply.get("evalue", ""))),
            line=self._line() if stopped else None,
            seconds=seconds,
            outputs=tuple(cell.outputs),
            count=cell.execution_count,
        )

    def ask(self, expression: str, *, timeout: float | None = None) -> Any:
        """The value of an expression in the kernel, which has to be a literal; its count stays.

        Raises
        ------
        RuntimeError
            The expression raised an error.
        TimeoutError
            There was no answer in time.
        ConnectionError
            The kernel is dead.
        """
        asked = self.client.kc.execute(
            "", silent=True, store_history=False, user_expressions={"it": expression}
        )
        answer = self._answer(asked, timeout).get("user_expressions", {}).get("it", {})
        if answer.get("status") != "ok":
            message = f"{answer.get('ename', 'no answer')}: {answer.get('evalue', expression)}"
            raise RuntimeError(message)
        return ast.literal_eval(answer["data"]["text/plain"])

    def _answer(self, message: str, timeout: float | None) -> Mapping[str, Any]:
        from jupyter_core.utils import run_sync

        client, alive = self.client.kc, run_sync(self.client.km.is_alive)
        receive = run_sync(client.shell_channel.get_msg)
        ends = time.monotonic() + (float("inf") if timeout is None else timeout)
        while time.monotonic() < ends:
            with contextlib.suppress(Empty):
                reply = receive(timeout=min(1.0, max(0.0, ends - time.monotonic())))
                if reply["parent_header"].get("msg_id") == message:
                    content: Mapping[str, Any] = reply["content"]
                    return content
                continue
            if not alive():
                text = "The kernel died."
                raise ConnectionError(text)
        text = f"The kernel did not answer within {timeout:g} s."
        raise TimeoutError(text)

    def _interrupted(self) -> Outcome:
        """Interrupt the cell; once the kernel answers again, the cell has ended."""
        from jupyter_core.utils import run_sync

        run_sync(self.client.km.interrupt_kernel)()
        try:
            self.ask("0", timeout=GRACE)
        except TimeoutError:  # the cell goes on all the same
            self.kill()
        except ConnectionError:
            return "died"
        return "timed out"

    def _line(self) -> int | None:
        with contextlib.suppress(TimeoutError, ConnectionError, RuntimeError):
            line = self.ask(LAST_ERROR, timeout=GRACE)
            return line if isinstance(line, int) else None
        return None

    def _seconds(self, _: NotebookNode) -> float | None:
        return self.timeout

    def _executed(self, execute_reply: Mapping[str, Any] | None, **_: Any) -> None:
        self.reply = (execute_reply or {}).get("content", {})


_LIVE: weakref.WeakSet[Kernel] = weakref.WeakSet()


def kill_all() -> None:
    """End all kernels of this process, in whichever thread they run."""
    for kernel in list(_LIVE):
        kernel.kill()


def _manager() -> Any:
    """Starts kernels with the Python of this process, which has nbdoctor, whatever is installed."""
    from ipykernel.kernelspec import get_kernel_dict
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    class OwnPython(KernelSpecManager):
        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            del kernel_name
            return KernelSpec(**get_kernel_dict())

    return AsyncKernelManager(kernel_name="python3", kernel_spec_manager=OwnPython())


def environment_of_kernel(changed: Mapping[str, str]) -> dict[str, str]:
    """Variables of the kernel, in which the same nbdoctor has to be found as here."""
    environment = {**os.environ, **changed}
    home = str(Path(__file__).parents[2])
    installed = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    if home not in installed:  # a checkout: what is installed may be another version
        paths = [home, environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    return environment
