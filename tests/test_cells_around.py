"""Cells run in other ways than alone: with other magics, again, awaiting, by a library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.running import MODEL, both, run

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

FIT = "history = model.fit(x, y, verbose=2)\nafter = history.history\n"
MAGIC = "%%diagnose -q --no-experiment -o reports"
CAUGHT = """
import re
after = (after, re.sub(r"[\\d.]+ ?[mun]?s", "", caught.stdout if "caught" in globals() else ""))
"""


@pytest.mark.parametrize(
    ("plain", "diagnosed"),
    [
        ("%%time", f"%%time\n{MAGIC}"),
        ("%%time", f"{MAGIC}\n%%time"),
        ("%%capture caught", f"%%capture caught\n{MAGIC}"),
        ("%%capture caught", f"{MAGIC}\n%%capture caught"),
        ("%%capture caught\n%%time", f"%%capture caught\n{MAGIC}\n%%time"),
        ("# plain", f"%%diagnose -q\n{MAGIC}"),
    ],
    ids=["below time", "above time", "below capture", "above capture", "between", "twice"],
)
def test_other_cell_magics_may_stand_above_and_below(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], plain: str, diagnosed: str
) -> None:
    reports, printed = both(shell, capsys, FIT, CAUGHT, (plain, diagnosed))
    assert len(reports) == 1
    assert reports[0].checksum.rehearsed_loss == reports[0].checksum.real_loss
    assert ("Wall time" in printed) == ("time" in plain and "capture" not in plain)


def test_an_error_below_two_of_them_is_shown_once(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    magics = ("# plain\n# plain", f"%%diagnose -q\n{MAGIC}")  # as many lines above the cell
    _, printed = both(shell, capsys, "model.fit(x, y[:7], verbose=0)\n", magics=magics)
    assert printed.count("Traceback (most recent call last)") == 1
    assert not shell.run_cell("1 / 0").success
    assert "ZeroDivisionError" in "".join(capsys.readouterr())


def test_the_cell_may_be_run_again(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """The model goes on from where the first run left it, with the same draws and names."""
    cell = "history = model.fit(x, y, verbose=2)\nnamed = keras.layers.Dense(1).name\n"
    outcomes = []
    for magic in ("# plain", MAGIC):
        assert run(shell, MODEL).success
        capsys.readouterr()
        for _ in range(2):
            assert shell.run_cell(f"{magic}\n{cell}").success
        space = shell.user_ns
        weights = [weight.tolist() for weight in space["model"].get_weights()]
        outcomes.append((space["history"].history, space["named"], weights))
    assert outcomes[0] == outcomes[1]
    report = shell.user_ns["reports"]
    assert report.checksum.untouched
    assert report.checksum.rehearsed_loss == report.checksum.real_loss


MODULE = """
import keras

def training(x, y):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(x, y, verbose=0)
    return model
"""


WRAPPED = """
from keras import wrappers
found = wrappers.SKLearnRegressor(model, fit_kwargs={"verbose": 0}).fit(x, y)
"""

CALLS = {
    "a module": ("import own_module\nmodel = own_module.training(x, y)\n", "model"),
    "a library": (WRAPPED, "found.model_"),
}


@pytest.mark.parametrize("place", CALLS)
def test_a_fit_inside_of_a_module_is_seen(
    shell: InteractiveShell,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    place: str,
) -> None:
    source, model = CALLS[place]
    (tmp_path / "own_module.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    outcomes = []
    for magic in ("# plain", MAGIC):
        result = run(shell, f"{magic}\n{MODEL}{source}weights = {model}.get_weights()\n")
        assert result.success
        outcomes.append([weight.tolist() for weight in shell.user_ns["weights"]])
    assert outcomes[0] == outcomes[1]
    report = shell.user_ns["reports"]
    assert report.faults == ()
    assert report.checksum.rehearsed_loss == report.checksum.real_loss
    assert report.call == f"fit on line {_line_of(source)}"


def _line_of(source: str) -> int:
    """Line of the last statement of a cell of `MODEL` and `source`, under the magic."""
    return len((MAGIC + "\n" + MODEL + source).rstrip().splitlines())


def test_a_cell_that_awaits_at_its_top_level_trains(shell: InteractiveShell) -> None:
    """Driven by hand, as a browser test may have left an event loop running in this process."""
    source = f"import asyncio\n{MODEL}await asyncio.sleep(0)\nmodel.fit(x, y, verbose=0)\n"
    outcomes = []
    for magic in ("# plain", MAGIC):
        run(shell, "")
        _drive(shell, f"{magic}\n{source}")
        outcomes.append([weight.tolist() for weight in shell.user_ns["model"].get_weights()])
    assert outcomes[0] == outcomes[1]
    report = shell.user_ns["reports"]
    assert report.faults == ()
    assert report.checksum.rehearsed_loss == report.checksum.real_loss


def _drive(shell: InteractiveShell, source: str) -> None:
    cell: Any = shell.run_cell_async(source, transformed_cell=shell.transform_cell(source))

    def steps() -> Iterator[None]:
        result = yield from cell.__await__()
        shell.events.trigger("post_execute")  # as kernels do once the cell has ended
        shell.events.trigger("post_run_cell", result)
        assert result.success

    assert all(step is None for step in steps())
