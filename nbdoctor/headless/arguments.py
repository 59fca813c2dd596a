"""The words behind `nbdoctor check` and `nbdoctor run`, and what a project has set for them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbdoctor.headless.configuration import Configuration
from nbdoctor.headless.notebooks import Checking
from nbdoctor.headless.selection import UsageError
from nbdoctor.notebook.options import choice
from nbdoctor.report import Severity
from nbdoctor.report.checked import SEVERITIES
from nbdoctor.view.checks import FORMATS

FAIL_ON = (*reversed(SEVERITIES), "never")

BASELINE = Path("nbdoctor-baseline.json")

CELL_SECONDS = 600.0
"""What a cell gets unless told otherwise: the trainings are cut short, and what still takes ten
minutes waits for something that will not come."""

AFTERWARDS = """\
exit status: 0 nothing at or above --fail-on; 1 findings; 2 a file was not run to its end, or the
command was wrong; 130 interrupted. [tool.nbdoctor] in pyproject.toml sets options for a project."""


@dataclass(frozen=True, kw_only=True)
class Output:
    """A format that was asked for, and the file that it goes to (None for the terminal)."""

    name: str
    file: Path | None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What both commands are told.

    Attributes
    ----------
    how : Checking
    outputs : tuple of Output
    least : str or None
        The least severity that fails; None where nothing does.
    baseline : Path or None
    write_baseline : bool
    require_training : bool
    configuration : Configuration
    """

    how: Checking
    outputs: tuple[Output, ...]
    least: Severity | None
    baseline: Path | None
    write_baseline: bool
    require_training: bool
    configuration: Configuration


def add_check(commands: Any) -> None:
    """Add the parser of `nbdoctor check`."""
    parser = commands.add_parser(
        "check",
        help="run copies of notebooks and examine every training",
        description="Run copies of notebooks, with every training examined. No file is changed.",
        epilog=AFTERWARDS,
    )
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="a notebook, or a folder of notebooks"
    )
    _add_shared(parser)
    parser.add_argument("--exclude", action="append", metavar="PATTERN", help="leave these out")
    parser.add_argument(
        "--changed-since", metavar="REV", help="only notebooks that git says differ from REV"
    )
    parser.add_argument("-j", "--jobs", type=int, metavar="N", help="notebooks at a time (1)")
    parser.add_argument(
        "--execute-to", type=Path, metavar="FOLDER", help="keep the executed copies there"
    )


def add_run(commands: Any) -> None:
    """Add the parser of `nbdoctor run`."""
    parser = commands.add_parser(
        "run",
        help="run a script and examine every training",
        usage="nbdoctor run [options] (SCRIPT | -m MODULE) [ARGUMENT ...]",
        description="Run a script as Python does, with every training examined.",
        epilog=AFTERWARDS,
    )
    _add_shared(parser)
    parser.add_argument("-m", dest="module", nargs=argparse.REMAINDER, help="run a module")
    parser.add_argument("script", nargs=argparse.REMAINDER, help="a script, and its arguments")


def _add_shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--format",
        action="append",
        metavar="NAME[=FILE]",
        help=f"{', '.join(FORMATS)}; may be repeated (text, on the terminal)",
    )
    parser.add_argument(
        "--fail-on", choices=FAIL_ON, help="least severity for exit status 1 (critical)"
    )
    parser.add_argument(
        "--full", action="store_true", default=None, help="train as written, not 20 steps"
    )
    parser.add_argument(
        "--look", action="store_true", default=None, help="stop at the first training step"
    )
    parser.add_argument(
        "--timeout", type=float, metavar="SECONDS", help="for a cell (600), or for a script (none)"
    )
    parser.add_argument("--only", metavar="RULES", help="check only these rules (a,b,c)")
    parser.add_argument("--ignore", metavar="RULES", help="don't check these rules (a,b,c)")
    parser.add_argument("--set", metavar="RULE.NAME=VALUE", help="change a threshold")
    parser.add_argument(
        "--trials", action="store_true", default=None, help="also try the fixes on copies"
    )
    parser.add_argument(
        "--baseline", type=Path, metavar="FILE", help="findings in it do not fail the check"
    )
    parser.add_argument(
        "--write-baseline", action="store_true", help=f"write it ({BASELINE} unless named)"
    )
    parser.add_argument(
        "--require-training",
        action="store_true",
        default=None,
        help="exit status 2 where nothing was trained",
    )


def asked(given: argparse.Namespace, project: Configuration, seconds: float | None) -> Asked:
    """What the words and the settings of the project ask for; the words win.

    Parameters
    ----------
    given : argparse.Namespace
    project : Configuration
    seconds : float or None
        The time limit where none is set.

    Raises
    ------
    UsageError
    """
    values = project.values

    def one(name: str, otherwise: Any) -> Any:
        word = getattr(given, name.replace("-", "_"), None)
        return values.get(name, otherwise) if word is None else word

    timeout = float(one("timeout", seconds) or 0) or None
    how = Checking(
        full=bool(one("full", False)),  # noqa: FBT003
        look=bool(given.look),
        timeout=timeout,
        only=_names(one("only", "")),
        ignore=(*_names(given.ignore or ""), *_names(values.get("ignore", []))),
        settings=",".join(_names(one("set", ""))),
        trials=bool(one("trials", False)),  # noqa: FBT003
        execute_to=getattr(given, "execute_to", None),
    )
    _refuse(how, given, values)
    baseline = one("baseline", BASELINE if given.write_baseline else None)
    least = one("fail-on", "critical")
    if least not in FAIL_ON:
        message = f"`fail-on` is {', '.join(FAIL_ON)}, and not `{least}`."
        raise UsageError(message)
    return Asked(
        how=how,
        outputs=tuple(map(_output, given.format or ["text"])),
        least=None if least == "never" else least,
        baseline=None if baseline is None else Path(baseline),
        write_baseline=given.write_baseline,
        require_training=bool(one("require-training", False)),  # noqa: FBT003
        configuration=project,
    )


def _refuse(how: Checking, given: argparse.Namespace, values: Any) -> None:
    if how.look and given.full:
        message = "`--look` stops before training and `--full` trains as written: choose one."
        raise UsageError(message)
    if how.timeout is not None and how.timeout < 0:
        message = "`--timeout` is a number of seconds above 0, or 0 for no limit."
        raise UsageError(message)
    rules = [rule for some in values.get("per-file-ignores", {}).values() for rule in some]
    try:
        choice(",".join(how.only), ",".join([*how.ignore, *rules]), how.settings)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _names(value: str | Sequence[str]) -> tuple[str, ...]:
    words = value.split(",") if isinstance(value, str) else value
    return tuple(word.strip() for word in words if word.strip())


def _output(text: str) -> Output:
    name, _, file = text.partition("=")
    if name not in FORMATS:
        message = f"There is no format `{name}`: it is one of {', '.join(FORMATS)}."
        raise UsageError(message)
    return Output(name=name, file=Path(file) if file else None)
