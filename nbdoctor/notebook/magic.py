"""`%%diagnose` and `%diagnose`: how IPython comes to them."""

from __future__ import annotations

import difflib
import re
import sys
import weakref
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, magics_class, output_can_be_silenced
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from nbdoctor.api import diagnose
from nbdoctor.backend import BackendMissingError
from nbdoctor.cell.cell import Cell
from nbdoctor.notebook.delivery import Delivery, delivery, refuse_harm
from nbdoctor.notebook.display import screen_of
from nbdoctor.notebook.executions import Executions
from nbdoctor.notebook.options import options
from nbdoctor.notebook.pairing import paired_data
from nbdoctor.notebook.running import MAGIC, CellRun, tell
from nbdoctor.notebook.unattended import keep
from nbdoctor.session.options import Options

if TYPE_CHECKING:
    from argparse import Namespace

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
    @argument("--dry-run", action="store_true", help="examine, don't train")
    @argument("--longer", action="store_true", help="%%diagnose only: do what lacked time before")
    @argument("--no-trials", action="store_true", help="don't try the fixes on copies")
    @argument("--experiment", action="store_true", help="find the cause by replacing parts")
    @argument("--no-experiment", action="store_true", help="don't, also where nothing explains it")
    @argument(
        "--budget", type=float, help="seconds for everything (default: 10, or a tenth of `fit`)"
    )
    @argument("--data-budget", type=float, default=5.0, help="of these for the data (default: 5)")
    @argument("--batches", type=int, default=8, help="batches to examine (default: 8)")
    @argument("--include-samples", action="store_true", help="show and store rows of the data")
    @argument("--only", default="", metavar="RULES", help="check only these rules (a,b,c)")
    @argument("--ignore", default="", metavar="RULES", help="don't check these rules (a,b,c)")
    @argument("--set", default="", metavar="RULE.NAME=VALUE", help="change a threshold")
    @argument("--json", metavar="FILE", help="write the report as JSON")
    @argument("--html", metavar="FILE", help="write the report as a page")
    @output_can_be_silenced
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
        asked = _asked(arguments)
        if cell is None:
            return self._existing(arguments, asked)
        _check(arguments, cell, self.interactive.user_ns)
        executions = _EXECUTIONS[self.interactive]
        run = CellRun(self.interactive, arguments, asked, f"{MAGIC}\n{cell}")
        return executions.run_in_place(run, cell)

    def _existing(self, arguments: Namespace, asked: Options) -> None:
        """`%diagnose NAME [X Y]`."""
        shell, namespace = self.interactive, self.interactive.user_ns
        if arguments.longer:
            self._longer(arguments)
            return
        if not arguments.names:
            message = "Name the model: `%diagnose model x_train y_train`."
            raise UsageError(message)
        wanted = _wanted(arguments, namespace)
        model, *data = [_named(name, namespace) for name in arguments.names]
        try:
            data = data or [namespace[name] for name in _paired(arguments.names[0], namespace)]
            report = diagnose(model, *data, options=asked)
        except (TypeError, ValueError, BackendMissingError) as error:
            raise UsageError(str(error)) from error
        keep([report])
        if not arguments.quiet:
            screen_of(shell, sys.stdout, shell.display_pub).show(report, draw=True)
        tell(wanted.deliver([report], namespace), sys.stderr)

    def _longer(self, arguments: Namespace) -> None:
        """`%diagnose --longer`."""
        if arguments.names:
            message = "`%diagnose --longer` goes on with the last diagnosed cell: name no model."
            raise UsageError(message)
        run = _EXECUTIONS[self.interactive].last
        if run is None or not run.is_short_of_time:
            message = (
                "Nothing was left out of the last diagnosed cell for want of time, or it was done "
                "since. `%%diagnose --budget 60` on a cell has more time from the start."
            )
            raise UsageError(message)
        run.go_on(arguments)


_EXECUTIONS: weakref.WeakKeyDictionary[InteractiveShell, Executions] = weakref.WeakKeyDictionary()


def load(shell: InteractiveShell) -> None:
    """Register the magics, and take part in the cells of the shell."""
    shell.register_magics(DiagnoseMagics)
    if shell not in _EXECUTIONS:
        _EXECUTIONS[shell] = Executions(shell, partial(_read, shell))
        _EXECUTIONS[shell].open()


def unload(shell: InteractiveShell) -> None:
    """Take back what `load` did."""
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("diagnose", None)
    executions = _EXECUTIONS.pop(shell, None)
    if executions is not None:
        executions.close()


def _read(shell: InteractiveShell, line: str, body: str) -> tuple[Namespace, Options] | None:
    """What a cell asks for; None where the magic has to say something instead of running it."""
    if "{" in line or "$" in line:  # IPython puts values of variables there: the magic gets them
        return None
    try:
        arguments, asked = asked_by(line)
        _check(arguments, body, shell.user_ns)
    except UsageError:
        return None
    return None if arguments.help else (arguments, asked)


def asked_by(line: str) -> tuple[Namespace, Options]:
    """What the words behind `%%diagnose` ask for.

    Raises
    ------
    UsageError
        What is wrong with them, for the user.
    """
    arguments = _parsed(DiagnoseMagics.diagnose, line)
    return arguments, _asked(arguments)


def _asked(arguments: Namespace) -> Options:
    try:
        return options(arguments)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _wanted(
    arguments: Namespace, namespace: Mapping[str, Any], cell: Cell | None = None
) -> Delivery:
    """Where the reports go; a UsageError where that would destroy something."""
    wanted = delivery(arguments)
    try:
        refuse_harm(wanted, namespace, cell)
    except ValueError as error:
        raise UsageError(str(error)) from error
    return wanted


def _check(arguments: Namespace, cell: str, namespace: Mapping[str, Any]) -> None:
    """Whether a cell can be examined.

    Raises
    ------
    UsageError
        What is wrong, for the user.
    """
    if arguments.names:
        message = (
            f"`{arguments.names[0]}` is not an option of %%diagnose, which finds the model of "
            "the cell by itself. The cell was not run; `%%diagnose -h` lists the options."
        )
        raise UsageError(message)
    if arguments.longer:
        message = (
            "`--longer` goes on with a cell that was diagnosed: `%diagnose --longer` on a line of "
            "its own. The cell was not run."
        )
        raise UsageError(message)
    if not cell.strip():
        message = "The cell is empty. Put the code that trains your model below `%%diagnose`."
        raise UsageError(message)
    _wanted(arguments, namespace, Cell(cell))


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
            f"Name the data: `%diagnose {name} x_train y_train`."
        )
        raise UsageError(message)
    return found
