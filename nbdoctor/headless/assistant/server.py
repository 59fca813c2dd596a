"""The server of the Model Context Protocol: what an assistant may ask, over standard input only.

Everything that runs code of the user's runs it in a process of its own, and nothing but `apply`
writes to a file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import anyio
import anyio.from_thread
import anyio.to_thread
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations

import nbdoctor
from nbdoctor.headless.assistant import applying, diagnoses
from nbdoctor.headless.assistant.diagnoses import AskedWronglyError, Diagnoses, Searching
from nbdoctor.headless.change.options import Trying
from nbdoctor.headless.change.trying import CannotTryError, cells_above, notice, try_change
from nbdoctor.headless.notebooks import Checking
from nbdoctor.manual import rules

INSTRUCTIONS = """\
nbdoctor measures why a Keras model does not learn. Read the code yourself, then let it decide:
`diagnose` runs a copy of a notebook or script and measures; `try_change` trains a cell as it is and
with your changes and says which is better, by scores that nbdoctor computes from predictions;
`find_cause` replaces parts of the program until it learns. They run the user's code in a process of
its own and may take minutes. No tool but `apply` writes to the user's files."""

READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
RUNS = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=True)
WRITES = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=False)

Answer = dict[str, Any]
T = TypeVar("T")


def make_server() -> MCPServer:
    """Return a server with diagnoses of its own."""
    server = MCPServer(
        "nbdoctor", instructions=INSTRUCTIONS, version=nbdoctor.__version__, log_level="WARNING"
    )
    known = Diagnoses()
    _add_running(server, known)
    _add_reading(server, known)
    return server


def serve() -> None:
    """Serve whoever has started this process, until that ends."""
    make_server().run("stdio")


def _add_running(server: MCPServer, known: Diagnoses) -> None:
    """Tools that run code of the user's."""

    @server.tool(annotations=RUNS)
    async def diagnose(
        path: str,
        context: Context[Any, Any],
        full: bool = False,  # noqa: FBT001, FBT002  (an argument of the protocol)
        trials: bool = False,  # noqa: FBT001, FBT002
        cell_seconds: float = 600.0,
    ) -> Answer:
        """Run a copy of a notebook (.ipynb) or a script (.py), and measure each training in it.

        By default trainings are cut after a few steps; full=true trains as written. trials=true
        tries the proposed fixes on copies of the models. cell_seconds is the time that a cell gets.
        """
        file = _file(path)
        if file.suffix == ".py":
            await context.report_progress(0, 1, f"running {file.name}")
            found = await _in_thread(
                lambda: diagnoses.of_script(file, full=full, timeout=cell_seconds)
            )
        else:
            how = Checking(full=full, trials=trials, timeout=cell_seconds)
            found = await _in_thread(
                lambda: diagnoses.of_notebook(file, how, _teller(context, "cell"))
            )
        return diagnoses.told(known.keep(file, *found))

    @server.tool(annotations=RUNS)
    async def find_cause(
        path: str, context: Context[Any, Any], cell_seconds: float = 600.0
    ) -> Answer:
        """Replace parts of the trainings of a notebook by ones that are known to work.

        The answer names the parts that have to be replaced until a program learns. Trains in full.
        """
        file = _file(path)
        how = Searching(full=True, trials=True, timeout=cell_seconds)
        found = await _in_thread(lambda: diagnoses.of_notebook(file, how, _teller(context, "cell")))
        kept = known.keep(file, *found)
        causes = [
            {
                "report": number,
                "cell": one.cell,
                "searched": one.report.as_dict()["readings"].get("TriedParts"),
            }
            for number, one in enumerate(kept.reports, start=1)
        ]
        return {"diagnosis": kept.name, "stopped": kept.stop, "causes": causes}

    @server.tool(name="try_change", annotations=RUNS)
    async def changed(  # noqa: PLR0913, PLR0917  (arguments of the protocol)
        path: str,
        cell: int,
        changes: dict[str, str],
        context: Context[Any, Any],
        judge_on: str = "",
        prepare: str = "",
        seeds: int = 5,
        steps: int = 800,
    ) -> Answer:
        """Train a cell of a notebook as it is and as changed, and compare by predictions.

        cell counts all cells from 1. changes maps a name of yours to the whole text of the changed
        cell; several are compared in one table. judge_on is an .npz file with arrays x and y that
        judge, and prepare an expression of x and names of the notebook that prepares x as the cell
        does. Verdicts: better, no different, worse, undecided, no score. The cells above run again.
        """
        how = Trying(
            judge_on=Path(judge_on) if judge_on else None,
            prepare=prepare,
            seeds=max(1, seeds),
            steps=max(1, steps),
        )
        tell = _teller(context, "run")

        def tried() -> Answer:
            tell(notice(cells_above(path, cell)), 0, 1)
            return try_change(path, cell, changes, how=how, tell=tell).as_dict()

        return await _in_thread(tried)


def _add_reading(server: MCPServer, known: Diagnoses) -> None:
    """Tools that tell what is known, and the one that writes."""

    @server.tool(annotations=READS)
    def findings(diagnosis: str, report: int = 1) -> Answer:
        """List the findings of a report with what was measured and what was expected."""
        one = _asked(lambda: known.report(diagnosis, report)).report
        return {"verdict": one.verdict, "findings": list(diagnoses.findings(one))}

    @server.tool(annotations=READS)
    def evidence(diagnosis: str, report: int = 1) -> str:
        """Return all that a report has measured as Markdown of less than 4 kB, without opinions."""
        return _asked(lambda: known.report(diagnosis, report)).report.for_assistant()

    @server.tool(annotations=READS)
    def reading(diagnosis: str, name: str, report: int = 1) -> Answer:
        """Return one reading of a report ("Gradients", "Inputs", ...) in full."""
        readings = _asked(lambda: known.report(diagnosis, report)).report.as_dict()["readings"]
        if name not in readings:
            message = f"This report has no reading {name}. It has {', '.join(sorted(readings))}."
            raise ToolError(message)
        found: Answer = readings[name]
        return found

    @server.tool(annotations=READS)
    def explain(rule: str) -> str:
        """Return the manual page of a rule, such as dead-units: proof, thresholds, treatments."""
        pages = {one.name: one for one in rules.ordered()}
        name = rule.replace("_", "-")
        if name not in pages:
            message = f"There is no rule {rule}. `findings` names those that apply."
            raise ToolError(message)
        return rules.page(pages[name]).rstrip()

    @server.tool(annotations=READS)
    def patch(diagnosis: str, report: int = 1, finding: int = 0, treatment: int = 1) -> Answer:
        """Return a patch as a diff; nothing is written. finding 0 is the fix that helped most."""
        one = _asked(lambda: known.report(diagnosis, report))
        chosen = _asked(lambda: diagnoses.patch_of(one.report, finding, treatment))
        trial = chosen.trial
        return {
            "title": chosen.title,
            "cell": one.cell,
            "diff": chosen.diff,
            "patched": chosen.patched,
            "outcome": "" if trial is None else trial.outcome or "",
        }

    @server.tool(annotations=WRITES)
    def apply(diagnosis: str, report: int = 1, finding: int = 0, treatment: int = 1) -> Answer:
        """Write a patch into the user's file, if its text is still the one that was diagnosed."""
        one = _asked(lambda: known.report(diagnosis, report))
        chosen = _asked(lambda: diagnoses.patch_of(one.report, finding, treatment))
        path = known.of(diagnosis).path
        return {"written": _asked(lambda: applying.apply(path, one, chosen)), "title": chosen.title}


def _file(path: str) -> Path:
    file = Path(path).expanduser().resolve()
    if not file.is_file():
        message = f"There is no file {file}. Give the path of a notebook or a script."
        raise ToolError(message)
    return file


def _asked(what: Callable[[], T]) -> T:
    """The same, with what was asked wrongly told to the assistant."""
    try:
        return what()
    except AskedWronglyError as error:
        raise ToolError(str(error)) from error


async def _in_thread(work: Callable[[], T]) -> T:
    """Do what takes long beside the messages."""
    try:
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
    except CannotTryError as error:
        raise ToolError(str(error)) from error


def _teller(context: Context[Any, Any], of: str) -> Callable[[str, int, int], None]:
    """Tells the assistant how far a long work is."""

    def tell(what: str, done: int, total: int) -> None:
        said = what if of == "run" else f"{of} {done + 1} of {total}"
        anyio.from_thread.run(context.report_progress, done, total, said)

    return tell
