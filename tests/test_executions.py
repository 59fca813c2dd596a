"""A cell below `%%diagnose` is run by IPython as it is without."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from nbdoctor.backend import patching
from nbdoctor.notebook.magic import _EXECUTIONS

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

pytestmark = pytest.mark.filterwarnings("ignore")

MAGIC = "%%diagnose -q -o report"
NOISE = re.compile(
    r"\x1b\[[\d;]*m|0x\w+|<ipython-input-[\w-]+>|Cell In\[\d+\]|\d+(\.\d+)?(e-\d+)? ?[mnuµ]?s\b"
    r"|^# .*|^%%.*|[-> ]+1 # .*|(?<=CPU times).*|(?<=Wall time).*",
    re.MULTILINE,
)
HEADER = re.compile(r"^# .*\n")
EVENTS = ("pre_execute", "pre_run_cell", "post_execute", "post_run_cell")


class Runs:
    """Runs a cell plain and below the magic, and tells what both do to the shell."""

    def __init__(self, shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
        self.shell, self.capsys = shell, capsys

    def seen(self, above: str, cell: str, setup: str = "") -> dict[str, Any]:
        shell, events = self.shell, []
        shell.reset(new_session=False)
        manager = shell.history_manager
        manager.input_hist_parsed[:], manager.input_hist_raw[:] = [""], [""]
        manager.output_hist.clear()
        shell.execution_count = 1
        told = [(name, self._note(name, events)) for name in EVENTS]
        self.capsys.readouterr()
        for name, function in told:
            shell.events.register(name, function)
        try:
            assert not setup or shell.run_cell(setup).success
            events.clear()
            result = shell.run_cell(f"{above}{cell}", store_history=True)
            printed = NOISE.sub("·", "\n".join(self.capsys.readouterr()))
            following = shell.run_cell("1 / 0", store_history=True)
        finally:
            for name, function in told:
                shell.events.unregister(name, function)
        names = {
            name: repr(value)
            for name, value in shell.user_ns.items()
            if not name.startswith("_") and name not in {"In", "Out", "report"}
        }
        return {
            "printed": printed,
            "error": NOISE.sub("·", repr((result.error_before_exec, result.error_in_exec))),
            "success": result.success,
            "result": repr(result.result),
            "events": events[: events.index("post_run_cell") + 1],
            "names": NOISE.sub("·", repr(names)),
            "In": [HEADER.sub("", text) for text in shell.user_ns["In"]],
            "Out": repr(shell.user_ns["Out"]),
            "_": repr(shell.user_ns.get("_")),
            "count": (result.execution_count, following.execution_count, shell.execution_count),
            "the next error": NOISE.sub("·", "\n".join(self.capsys.readouterr())),
            "attributes": sorted(set(vars(shell)) & {"showtraceback", "run_code"}),
        }

    @staticmethod
    def _note(name: str, events: list[str]) -> Callable[..., None]:
        return lambda *_: events.append(name)

    def both(self, cell: str, setup: str = "", plain: str = "# plain\n") -> dict[str, Any]:
        """What the cell does, once it does the same below the magic."""
        expected = self.seen(plain, cell, setup)
        found = self.seen(f"{MAGIC}\n", cell, setup)
        for part, value in expected.items():
            assert found[part] == value, part
        assert patching._open == []
        return expected


@pytest.fixture
def runs(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> Iterator[Runs]:
    yield Runs(shell, capsys)
    shell.set_custom_exc((), None)


CELLS = {
    "a value": "six = 6\nsix * 7",
    "a value that is hidden": "six = 6\nsix * 7;",
    "a value below a comment": "six = 6\nsix * 7;  # hidden",
    "several lines": "(1 +\n 2)",
    "a value that is used": "5\n_ = 4",
    "blank lines": "\n\nsix = 6\nimport sys\nsys._getframe().f_lineno",
    "a text first": "'''A text.'''\nsix = 6",
    "a future import": (
        "from __future__ import annotations\ndef f(x: unknown): pass\nf.__annotations__"
    ),
    "a magic in a line": "%precision 3\n3.14159265",
    "a command": "words = !echo one two\nwords",
    "help": "len?",
    "no statement": "# nothing",
    "an error": "six = 6\nsix / 0",
    "an error in a function": "def fail():\n    return 1 / 0\n\n\n\nfail()",
    "a chain of errors": (
        "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise KeyError('x') from error"
    ),
    "a syntax error": "six = 6\n\n\n\nseven = = 7",
    "a syntax error in a later statement": "six = 6\nreturn six",
    "an exit": "import sys\nsix = 6\nsys.exit('enough')",
    "a system exit": "raise SystemExit",
    "an interrupt": "six = 6\nraise KeyboardInterrupt",
    "an exit from the debugger": "import bdb\nraise bdb.BdbQuit",
    "a nested cell": "get_ipython().run_cell('inner = 1\\ninner');\nouter = 2",
    "a nested cell that fails": "get_ipython().run_cell('1 / 0')\nouter = 2",
    "an empty nested cell": "get_ipython().run_cell('')\nouter = 2\n1 / 0",
    "its own source": (
        "import inspect\n\ndef f():\n    return 1\n\n"
        "inspect.getsource(f), f.__code__.co_firstlineno"
    ),
    "its history": "len(In), len(Out)",
    "its stack": (
        "import traceback\n[frame.name for frame in traceback.extract_stack()"
        " if 'IPython' in frame.filename and 'events' not in frame.filename]"
    ),
    "its caller": "import sys\nsys._getframe(1).f_code.co_name",
    "a warning": "import warnings\nwarnings.warn('once')\n",
}


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_a_cell_does_to_the_shell_what_it_does_without_the_magic(runs: Runs, cell: str) -> None:
    expected = runs.both(cell)
    assert expected["events"].count("post_run_cell") == 1 or "run_cell" in cell
    assert "ZeroDivisionError" in expected["the next error"]


FIRST = {
    "an indented cell": "    six = 6\n    six",
    "prompts": ">>> six = 6\n>>> six",
    "a magic below": "%%capture caught\nprint('inside')",
    "time below": "%%time\nsix = 6\nsix * 7",
    "time below, hidden": "%%time\nsix = 6\nsix * 7;",
    "one line": "six = 6",
    "one value": "6 * 7",
    "a magic in one line": "%precision 3",
    "a call without brackets": "/len [1]",
}
"""Cells that IPython knows by their first line."""


@pytest.mark.parametrize("cell", FIRST.values(), ids=FIRST)
def test_its_first_line_is_the_first_line_of_a_cell(runs: Runs, cell: str) -> None:
    assert runs.both(cell, plain="")["success"]


def test_the_semicolon_hides_and_nothing_else_does(runs: Runs) -> None:
    assert "42" in runs.both(CELLS["a value"])["printed"]
    assert "42" not in runs.both(CELLS["a value that is hidden"])["printed"]


HANDLER = """
calls = []
get_ipython().set_custom_exc(
    (ValueError, ZeroDivisionError),
    lambda shell, kind, value, tb, tb_offset=None: calls.append(str(value)),
)
"""


def test_a_handler_of_the_user_is_called_once(runs: Runs) -> None:
    expected = runs.both("raise ValueError('mine')", HANDLER)
    assert "division by zero" in expected["names"]  # the cell after it
    assert expected["the next error"].strip("· \n") == ""


def test_a_transformer_of_the_user_is_applied_once(runs: Runs, shell: InteractiveShell) -> None:
    def twice(lines: list[str]) -> list[str]:
        return [line.replace("word", "word_word") for line in lines]

    shell.input_transformers_post.append(twice)
    try:
        expected = runs.both("word = 1\nword")
        assert "'word_word'" in expected["names"]
        assert "'word_word_word'" not in expected["names"]
    finally:
        shell.input_transformers_post.remove(twice)


@pytest.mark.parametrize("cell", ["six = 6\nsix * 7", "six = 6\nsix * 7;", "seven = 7", "6 * 7"])
@pytest.mark.parametrize("plain", ["%%time", "%%capture caught"])
def test_below_another_magic(runs: Runs, plain: str, cell: str) -> None:
    expected = runs.seen(f"{plain}\n", cell)
    found = runs.seen(f"{plain}\n{MAGIC}\n", cell)
    for part in ("error", "success", "result", "events", "Out", "_", "count", "the next error"):
        assert found[part] == expected[part], part
    assert ("42" in found["printed"]) == ("42" in expected["printed"])
    assert patching._open == []


@pytest.mark.parametrize("above", ["%%time", "%%capture caught\n%%time", "%%diagnose -q\n%%time"])
def test_an_error_below_another_magic_shows_no_frame_of_ours(
    runs: Runs, shell: InteractiveShell, above: str
) -> None:
    cell = "def fail():\n    return 1 / 0\nfail()"
    expected = runs.seen(above.replace("%%diagnose -q\n", "") + "\n", cell)
    found = runs.seen(f"{above}\n{MAGIC}\n", cell)
    for part in ("error", "success", "events", "count", "the next error", "attributes"):
        assert found[part] == expected[part], part
    assert "nbdoctor" not in found["printed"]
    told = "Traceback (most recent call last)"
    assert found["printed"].count(told) == expected["printed"].count(told)
    assert shell.user_ns["report"].headline.startswith("The cell stopped")


def test_cells_of_a_notebook_that_is_run_are_examined(
    shell: InteractiveShell, tmp_path: Path
) -> None:
    script = tmp_path / "script.ipy"
    script.write_text(f"{MAGIC}\nsix = 6\nsix * 7\n")
    assert shell.run_cell(f"%run {script}\nafter = 1").success
    assert (shell.user_ns["six"], shell.user_ns["after"]) == (6, 1)
    assert shell.user_ns["report"].verdict == "unknown"
    assert patching._open == []


def test_a_call_of_the_magic_runs_the_text_and_gives_its_value(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    call = "get_ipython().run_cell_magic('diagnose', '-q -o report', 'six = 6\\nsix * 7')"
    assert shell.run_cell(f"value = {call}\nafter = 1").success
    assert (shell.user_ns["value"], shell.user_ns["six"], shell.user_ns["after"]) == (42, 6, 1)
    assert capsys.readouterr().out == ""


def test_an_interrupt_while_the_examination_begins_stops_the_cell(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nbdoctor.notebook.running.Doctor", interrupted)
    result = shell.run_cell(f"{MAGIC}\nran = True")
    monkeypatch.undo()
    assert isinstance(result.error_before_exec or result.error_in_exec, KeyboardInterrupt)
    assert "ran" not in shell.user_ns
    assert "KeyboardInterrupt" in "".join(capsys.readouterr())
    assert patching._open == []
    assert shell.run_cell("ran = True").success


def test_an_interrupt_before_the_first_statement_stops_the_cell(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nbdoctor.notebook.executions.CellRun", interrupted)
    result = shell.run_cell(f"{MAGIC}\nran = True")
    monkeypatch.undo()
    assert isinstance(result.error_before_exec, KeyboardInterrupt)
    assert "ran" not in shell.user_ns
    printed = "".join(capsys.readouterr())
    assert "KeyboardInterrupt" in printed
    assert "Error in callback" not in printed
    assert patching._open == []


def test_an_interrupt_at_the_end_leaves_no_patch(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nbdoctor.notebook.running.CellRun.end", interrupted)
    assert shell.run_cell(f"%%diagnose -q\n{MAGIC}\nran = True").success
    assert shell.user_ns["ran"] is True
    assert patching._open == []


def test_it_may_be_unloaded_inside_of_a_cell(shell: InteractiveShell) -> None:
    assert shell.run_cell(f"{MAGIC}\n%unload_ext nbdoctor\nran = True").success
    assert patching._open == []
    assert shell.run_cell("%load_ext nbdoctor").success
    assert shell.run_cell(f"{MAGIC}\nran = 2").success


def test_a_cell_whose_end_nobody_tells_is_left_with_the_next_one(
    shell: InteractiveShell,
) -> None:
    """As front ends do that call `run_cell_async` alone; cells that are still run are kept."""
    cell = "%%diagnose -q\nfirst = 1"
    text = shell.transform_cell(cell)
    # By hand: browser tests of this process may keep an event loop, and this cell waits for none.
    with pytest.raises(StopIteration):
        shell.run_cell_async(cell, transformed_cell=text).send(None)
    assert _EXECUTIONS[shell].running
    shell.user_ns["executions"] = _EXECUTIONS[shell]
    shell.run_cell(f"{MAGIC}\nget_ipython().run_cell('pass')\nrunning = len(executions.running)")
    assert shell.user_ns["running"] == 1
    assert "report" in shell.user_ns
    assert _EXECUTIONS[shell].running == []
    assert patching._open == []


WAITS = f"""{MAGIC}
import keras, numpy as np
await gate.wait()
x = np.zeros((8, 2), "float32")
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, x[:, :1], verbose=0)
"""


@pytest.mark.keras
def test_a_cell_that_waits_keeps_its_report_while_others_run(shell: InteractiveShell) -> None:
    async def do_execute(cell: str) -> Any:  # as the kernel does
        silent, text = False, shell.transform_cell(cell)
        result = await shell.run_cell_async(cell, transformed_cell=text, silent=silent)
        shell.events.trigger("post_run_cell", result)
        return result

    async def cells() -> list[Any]:
        gate = shell.user_ns["gate"] = asyncio.Event()
        first = asyncio.ensure_future(do_execute(WAITS))
        await asyncio.sleep(0)
        others = [await do_execute("second = 2"), await do_execute("%%diagnose -q\nthird = 3")]
        gate.set()
        return [await first, *others]

    # In a thread of its own: browser tests of this process may keep a loop in the main one.
    with ThreadPoolExecutor(max_workers=1) as thread:
        results = thread.submit(lambda: asyncio.run(cells())).result()
    assert all(one.success for one in results)
    assert shell.user_ns["report"].call.startswith("fit")
    assert _EXECUTIONS[shell].running == []
    assert patching._open == []


def test_cells_in_two_threads_end_by_themselves(shell: InteractiveShell) -> None:
    """As those of subshells do: the one that began first may end first."""
    infos = [SimpleNamespace(raw_cell=f"{MAGIC}\nx = {n}") for n in (0, 1)]
    executions = _EXECUTIONS[shell]
    other = threading.Thread(target=executions.begin, args=(infos[1],))
    results = [SimpleNamespace(info=i, error_before_exec=None, error_in_exec=None) for i in infos]
    executions.begin(infos[0])
    other.start()
    other.join()
    executions.end(results[0])
    assert [one.info for one in executions.running] == [infos[1]]
    executions.running[0].thread = threading.get_ident()
    executions.end(results[1])
    assert executions.running == []
    assert patching._open == []


@pytest.mark.parametrize("line", ["-o {name}", "-o $name"])
def test_values_of_variables_in_the_line_are_put_in_once(
    shell: InteractiveShell, line: str
) -> None:
    shell.user_ns["name"] = "put_in"
    assert shell.run_cell(f"%%diagnose -q {line}\nran = True").success
    assert shell.user_ns["put_in"].verdict == "unknown"


class Closed:
    def write(self, _: str) -> int:
        raise BrokenPipeError

    def flush(self) -> None:
        pass


def test_an_output_that_cannot_be_written_costs_neither_cell_nor_report(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", Closed())
    monkeypatch.setattr(sys, "stderr", Closed())
    assert shell.run_cell("%%diagnose -o report\nran = True").success
    monkeypatch.undo()
    assert shell.user_ns["ran"] is True
    assert shell.user_ns["report"].verdict == "unknown"
    assert patching._open == []


def test_a_fault_of_ours_at_the_beginning_is_told_and_the_cell_runs(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        message = "planted"
        raise RuntimeError(message)

    monkeypatch.setattr("nbdoctor.notebook.running.Doctor", broken)
    assert shell.run_cell(f"{MAGIC}\nran = True").success
    assert shell.user_ns["ran"] is True
    assert "could not examine this cell: RuntimeError: planted" in capsys.readouterr().err


FRESH = """
from IPython.core.interactiveshell import InteractiveShell
import sys
shell = InteractiveShell.instance()
shell.run_cell("%load_ext nbdoctor")
{steps}
"""


def in_a_fresh_process(steps: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", FRESH.format(steps=steps)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_nothing_is_imported_for_a_cell_that_does_not_ask_for_it() -> None:
    said = in_a_fresh_process(
        f'assert shell.run_cell("{MAGIC}\\nsix = 6").success\n'
        "print([n for n in ('keras', 'tensorflow') if n in sys.modules])"
    )
    assert said.endswith("[]\n")


TRAINS = """
import os, sys
early = [name for name in ("keras", "tensorflow") if name in sys.modules]
os.environ["TF_CPP_MIN_LOG_LEVEL"], os.environ["KERAS_HOME"] = "3", {folder!r}
def main():
    import keras
    import numpy as np
    x = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    loss = model.fit(x, x[:, :1], verbose=0).history["loss"]
    return len(loss), keras.config.epsilon(), type(keras.__spec__.loader).__name__
made = main()
"""


@pytest.mark.keras
def test_what_the_cell_sets_before_it_imports_keras_holds(tmp_path: Path) -> None:
    """The watch begins with the import: no cell is too early to choose a backend or devices."""
    (tmp_path / "keras.json").write_text('{"backend": "tensorflow", "epsilon": 0.125}')
    cell = f"{MAGIC}{TRAINS.format(folder=str(tmp_path))}"
    said = in_a_fresh_process(
        f"assert shell.run_cell({cell!r}).success\n"
        "names, report = shell.user_ns, shell.user_ns['report']\n"
        "print(names['early'], names['made'], report.faults, 'Labels' in report.readings)"
    )
    assert said.endswith("[] (1, 0.125, 'SourceFileLoader') () True\n"), said


def test_loading_it_twice_changes_nothing_and_unloading_leaves_nothing() -> None:
    said = in_a_fresh_process(
        "before = [list(v) for v in shell.events.callbacks.values()]\n"
        "posts = list(shell.input_transformers_post)\n"
        "shell.run_cell('%reload_ext nbdoctor')\n"
        "shell.run_cell('%load_ext nbdoctor')\n"
        "assert [len(v) for v in shell.events.callbacks.values()] == [len(v) for v in before]\n"
        "assert len(shell.input_transformers_post) == len(posts)\n"
        "shell.run_cell('%unload_ext nbdoctor')\n"
        "print('left:', [f for v in shell.events.callbacks.values() for f in v"
        " if 'nbdoctor' in getattr(f, '__module__', '')], shell.input_transformers_post)"
    )
    assert "left: [] []" in said
