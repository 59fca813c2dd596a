"""`%%diagnose` and `%diagnose`: the only file that knows IPython."""

from __future__ import annotations

import ast
import contextlib
import difflib
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_cell_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from nbdoctor.backend import BackendMissingError
from nbdoctor.capture.awaiting import awaits
from nbdoctor.capture.cell import Cell
from nbdoctor.capture.collector import at_rest
from nbdoctor.capture.fit import StopBeforeTrainingError, watch_fits
from nbdoctor.capture.pairing import paired_data
from nbdoctor.diagnose import Doctor, Options, diagnose
from nbdoctor.options import options
from nbdoctor.probes.own_loop import watch_own_loops
from nbdoctor.report import Report
from nbdoctor.statements import noted_statements
from nbdoctor.tracebacks import mute_next_traceback, plain_tracebacks
from nbdoctor.view.screen import Screen, Terminal, close_panels, prepare

if TYPE_CHECKING:
    from argparse import Namespace

    from IPython.core.interactiveshell import InteractiveShell

CALL = "get_ipython().run_cell_magic('diagnose',"
FLAGS = re.compile(r"(?<!\S)--?[a-z][\w-]*")


@magics_class
class DiagnoseMagics(Magics):
    """The magics of nbdoctor."""

    @property
    def interactive(self) -> InteractiveShell:
        """The shell that these magics are registered with."""
        if self.shell is None:
            message = "The magics of nbdoctor work inside IPython: `%load_ext nbdoctor`."
            raise UsageError(message)
        return self.shell

    @magic_arguments()
    @argument("names", nargs="*", help="%%diagnose only: a model, and its inputs and labels")
    @argument("-h", "--help", action="store_true", help="show this")
    @argument("-o", "--output", metavar="NAME", help="put the report into this variable")
    @argument("-q", "--quiet", action="store_true", help="show nothing")
    @argument("--dry-run", action="store_true", help="look, don't train")
    @argument("--no-trials", action="store_true", help="don't try the fixes on copies")
    @argument("--budget", type=float, default=10.0, help="seconds for everything (default: 10)")
    @argument("--batches", type=int, default=8, help="batches to look at (default: 8)")
    @argument("--only", default="", metavar="RULES", help="ask only these rules (a,b,c)")
    @argument("--ignore", default="", metavar="RULES", help="don't ask these rules (a,b,c)")
    @argument("--set", default="", metavar="RULE.NAME=VALUE", help="change a threshold")
    @argument("--json", metavar="FILE", help="write the report as JSON")
    @argument("--html", metavar="FILE", help="write the report as a page")
    @line_cell_magic
    def diagnose(self, line: str, cell: str | None = None) -> Any:
        """Show what is wrong with a Keras model, with the measurement that proves it.

        On top of a cell, `%%diagnose` runs the cell and looks at every `fit` in it before
        training starts; the cell's outcome is what it would be without the magic. On a line of
        its own, `%diagnose model x y` looks at a compiled model without training it.
        """
        arguments = _parsed(self.diagnose, line)
        if arguments.help:
            sys.stdout.write(f"{self.diagnose.__doc__}\n")
            return None
        try:
            asked = options(arguments)
        except ValueError as error:
            raise UsageError(str(error)) from error
        if cell is None:
            return self._existing(arguments, asked)
        if arguments.names:
            message = (
                f"`{arguments.names[0]}` is no option of %%diagnose, and it finds the model of the "
                "cell by itself. The cell was not run; `%%diagnose -h` lists the options."
            )
            raise UsageError(message)
        if not cell.strip():
            message = "The cell is empty. Put the code that trains your model below `%%diagnose`."
            raise UsageError(message)
        run = _Run(self.interactive, arguments, asked, cell)
        return run.later() if awaits(cell) else run.now()

    def _existing(self, arguments: Namespace, asked: Options) -> None:
        """`%diagnose NAME [X Y]`."""
        shell, namespace = self.interactive, self.interactive.user_ns
        if not arguments.names:
            message = "Say which model: `%diagnose model x_train y_train`."
            raise UsageError(message)
        model, *data = [_named(name, namespace) for name in arguments.names]
        try:
            data = data or [namespace[name] for name in _paired(arguments.names[0], namespace)]
            report = diagnose(model, *data, options=asked)
        except (TypeError, ValueError, BackendMissingError) as error:
            raise UsageError(str(error)) from error
        if not arguments.quiet:
            _screen(shell).show(report, draw=True)
        _deliver([report], arguments, namespace)


class _Run:
    """One cell being run under examination."""

    def __init__(
        self,
        shell: InteractiveShell,
        arguments: Namespace,
        asked: Options,
        body: str,
    ) -> None:
        self.shell, self.arguments, self.asked, self.body = shell, arguments, asked, body
        self.cell_id, source = _request(shell)
        self.cell = Cell(source or f"%%diagnose\n{body}")
        self.screens: dict[int, Screen | Terminal] = {}
        self.doctor = Doctor(
            self.cell,
            shell.user_ns,
            asked,
            self._show,
            cell_id=self.cell_id,
            history=_history(shell),
        )
        if not arguments.quiet:
            close_panels(self.cell_id, self.cell.source)
            with at_rest():
                prepare(live=getattr(shell, "kernel", None) is not None)

    def now(self) -> None:
        """Run the body as IPython runs a cell."""
        with self._watching():
            result = self.shell.run_cell(self._numbered(), store_history=False)
        self._end(result)

    async def later(self) -> None:
        """The same for a body that awaits: the event loop stays free."""
        code = self._numbered()
        with self._watching():
            result = await self.shell.run_cell_async(
                code,
                store_history=False,
                transformed_cell=self.shell.transform_cell(code),
            )
        self._end(result)

    def _numbered(self) -> str:
        """The body, pushed down so that a traceback counts lines as the user sees them."""
        if self.body.lstrip().startswith("%%"):  # a cell magic must stay the first line
            return self.body
        above = max(0, self.cell.source.find(self.body.rstrip("\n")))
        return "#\n" * self.cell.source[:above].count("\n") + self.body

    @contextlib.contextmanager
    def _watching(self) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            stack.enter_context(plain_tracebacks(self.shell))
            stack.enter_context(noted_statements(self.shell, self._note))
            # Without Keras there is nothing to watch, and the cell itself will say so.
            with contextlib.suppress(ImportError):
                watch = stack.enter_context(
                    watch_fits(
                        self.doctor,
                        batches=self.asked.batches,
                        dry_run=self.asked.dry_run,
                    ),
                )
                stack.callback(watch.end_of_loops)
                busy = partial(getattr, watch, "active")
                stack.enter_context(
                    watch_own_loops(
                        self.doctor, busy, self.shell.user_ns, dry_run=self.asked.dry_run
                    )
                )
            yield

    def _note(self, line: int) -> None:
        self.doctor.ward.changes.about_to_run(line, self.shell.user_ns)

    def _show(self, report: Report, number: int, *, draw: bool) -> None:
        if self.arguments.quiet:
            return
        if number not in self.screens:
            self.screens[number] = _screen(self.shell)
        self.screens[number].show(report, draw=draw)

    def _end(self, result: Any) -> None:
        error = result.error_before_exec or result.error_in_exec
        stopped = isinstance(error, StopBeforeTrainingError)
        with contextlib.suppress(KeyboardInterrupt):  # the cell has ended: what is there is shown
            self.doctor.finish()
        reports = self.doctor.reports()
        if not reports:
            report = self.doctor.stopped(error)
            if report.findings or error is None:
                self._show(report, 0, draw=False)
            reports = [report]
        for number, try_more in self.doctor.further():
            screen = self.screens.get(number)
            if isinstance(screen, Screen):
                screen.offer_more(try_more)
        _deliver(reports, self.arguments, self.shell.user_ns)
        if error is not None and not stopped:
            mute_next_traceback(self.shell)
            raise error


def load(shell: InteractiveShell) -> None:
    """Register the magics, and let bodies of `%%diagnose` await."""
    shell.register_magics(DiagnoseMagics)
    if await_the_magic not in shell.input_transformers_post:
        shell.input_transformers_post.append(await_the_magic)


def unload(shell: InteractiveShell) -> None:
    """Take back what `load` did."""
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("diagnose", None)
    if await_the_magic in shell.input_transformers_post:
        shell.input_transformers_post.remove(await_the_magic)


def await_the_magic(lines: list[str]) -> list[str]:
    """Put `await` before the call of the magic where its body awaits at the top level.

    IPython then runs the cell in its event loop, which a plain magic would block.
    """
    return [f"await {line}" if _body_awaits(line) else line for line in lines]


def _body_awaits(line: str) -> bool:
    if not line.startswith(CALL):
        return False
    call = ast.parse(line.strip(), mode="eval").body
    return isinstance(call, ast.Call) and awaits(str(ast.literal_eval(call.args[-1])))


def _parsed(magic: Callable[..., Any], line: str) -> Namespace:
    """The options, or a sentence that says which one is not known."""
    try:
        parsed: Namespace = parse_argstring(magic, line)
    except UsageError as error:
        known = [flag for flag in FLAGS.findall(magic.__doc__ or "") if flag.startswith("--")]
        wrong = [flag for flag in FLAGS.findall(line) if flag not in known and len(flag) > 2]  # noqa: PLR2004
        near = difflib.get_close_matches(wrong[0], known, 1) if wrong else []
        hint = f" Did you mean `{near[0]}`?" if near else ""
        message = f"{error}.{hint} The cell was not run; `%%diagnose -h` lists the options."
        raise UsageError(message) from None
    return parsed


def _named(name: str, namespace: Mapping[str, Any]) -> Any:
    first, *rest = name.split(".")
    if first not in namespace:
        near = difflib.get_close_matches(first, [n for n in namespace if n[:1] != "_"], 1)
        hint = f" Did you mean `{near[0]}`?" if near else ""
        message = f"There is no variable `{first}`.{hint}"
        raise UsageError(message)
    value = namespace[first]
    for attribute in rest:
        value = getattr(value, attribute)
    return value


def _paired(name: str, namespace: Mapping[str, Any]) -> tuple[str, str]:
    found = paired_data(namespace[name.split(".", maxsplit=1)[0]], namespace)
    if found is None:
        message = (
            f"No variables were found that fit `{name}`. "
            f"Say which data: `%diagnose {name} x_train y_train`."
        )
        raise UsageError(message)
    return found


def _request(shell: InteractiveShell) -> tuple[str | None, str | None]:
    """JupyterLab's id of the running cell, and its exact source. Both None elsewhere.

    Read while the cell runs: in a widget's callback the parent is another message. The source is
    not rebuilt from the magic's arguments, which IPython strips.
    """
    kernel = getattr(shell, "kernel", None)
    parent = kernel.get_parent("shell") if kernel is not None else None
    if not parent:
        return None, None
    source = parent.get("content", {}).get("code", "")
    cell_id = parent.get("metadata", {}).get("cellId")
    return cell_id, source if _is_on(source) else None


def _history(shell: InteractiveShell) -> list[tuple[int, str]]:
    """Execution counts and texts of the cells run before this one."""
    manager = shell.history_manager
    texts = manager.input_hist_raw if manager is not None else []
    return [(n, text) for n, text in enumerate(texts) if 0 < n < shell.execution_count and text]


def _is_on(source: str) -> bool:
    """Whether `%%diagnose` stands on the cell, perhaps below other magics such as `%%time`."""
    lines = [line.strip() for line in source.splitlines() if line.strip()]
    magics = takewhile(lambda line: line.startswith("%%"), lines)
    return any(line.split()[0] == "%%diagnose" for line in magics)


def _screen(shell: InteractiveShell) -> Screen | Terminal:
    if getattr(shell, "kernel", None) is None:
        return Terminal(sys.stdout)

    def publish(data: Mapping[str, Any], display_id: str, replaces: bool) -> None:  # noqa: FBT001
        shell.display_pub.publish(
            data=dict(data),
            metadata={},
            transient={"display_id": display_id},
            update=replaces,
        )

    return Screen(publish, live=True)


def _deliver(reports: list[Report], arguments: Namespace, namespace: dict[str, Any]) -> None:
    """Hand the reports over as asked: one alone, several as a tuple and in numbered files."""
    if arguments.output:
        namespace[arguments.output] = reports[0] if len(reports) == 1 else tuple(reports)
    for number, report in enumerate(reports, start=1):
        for name, text in ((arguments.json, report.to_json), (arguments.html, report.to_html)):
            if name:
                path = Path(name)
                if number > 1:
                    path = path.with_stem(f"{path.stem}-{number}")
                path.write_text(text(), encoding="utf-8")
