"""Tutorials as people write them: they come out as without the magic, and no alarm is raised."""

from __future__ import annotations

import ast
import hashlib
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import numpy as np
import pytest

from nbdoctor.report import Report

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

pytestmark = [pytest.mark.keras, pytest.mark.notebook, pytest.mark.filterwarnings("ignore")]

FOLDER = Path(__file__).parent
MAGIC = "%%diagnose -q --budget 4 -o report\n"
"""Trials are made, so that they leave nothing behind either, but not until all are decided."""
TIMES = re.compile(r"\d+[mu]?s(?:/epoch|/step)?")
ADDRESSES = re.compile(r" at 0x\w+")

LEARNT = {
    "autoencoder": {"copy_error": (0.0, 0.35), "noise_left": (0.0, 0.5)},
    "custom_training_loop": {"val_accuracy": (0.93, 1.0)},
    "generative_adversarial_network": {"distance": (0.0, 0.25)},
    "image_classification": {"test_accuracy": (0.9, 1.0), "best_accuracy": (0.9, 1.0)},
    "multi_output": {"digit_accuracy": (0.93, 1.0), "ink_mae": (0.0, 0.35)},
    "siamese_network": {"test_accuracy": (0.9, 1.0)},
    "structured_data": {"val_auc": (0.85, 1.0)},
    "text_classification": {"accuracy": (0.9, 1.0), "end_accuracy": (0.85, 1.0)},
    "time_series_forecasting": {"relative_error": (0.0, 0.9)},
    "transfer_learning": {"frozen_accuracy": (0.6, 1.0), "test_accuracy": (0.7, 1.0)},
}
"""Each notebook, and between which bounds its results prove that it has learnt."""

TRAINING_CELLS = {"autoencoder": 2, "text_classification": 2, "transfer_learning": 3}
"""How many cells train, where it is more than one."""


TRUE = {"transfer_learning": {"below-simple-models", "too-few-steps"}}
"""What may be said: with its backbone frozen the model reaches 0.6, simple models reach 0.9."""


@dataclass(frozen=True)
class Outcome:
    """What a notebook leaves behind: digests and texts by variable, and what it printed."""

    models: Mapping[str, str]
    values: Mapping[str, str]
    printed: str
    python: str
    numpy: str
    drawn: str


@dataclass(frozen=True)
class Run:
    """One run of a notebook, with the reports of the cells that train."""

    outcome: Outcome
    reports: tuple[Report, ...]
    results: Mapping[str, float]


@dataclass(frozen=True)
class Runs:
    """The same notebook without the magic and with it."""

    name: str
    plain: Run
    diagnosed: Run


def code_cells(name: str) -> list[str]:
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "attr", "") or getattr(node.func, "id", "")


def cells_that_train(cells: list[str]) -> list[int]:
    """Those that call `fit`, or in a loop a function that holds a gradient tape."""
    steps: set[str] = set()
    found = []
    for number, cell in enumerate(cells):
        tree = ast.parse(cell)
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        steps |= {one.name for one in functions if "GradientTape" in calls(one)}
        loops = [node for node in ast.walk(tree) if isinstance(node, (ast.For, ast.While))]
        if "fit" in calls(tree) or any(steps & set(calls(loop)) for loop in loops):
            found.append(number)
    return found


def digest(arrays: list[Any]) -> str:
    sha = hashlib.sha256()
    for array in arrays:
        as_bytes = array.tobytes() if array.dtype != object else repr(array.tolist()).encode()
        sha.update(as_bytes)
    return sha.hexdigest()


def values_of(variables: list[Any]) -> str:
    return digest([variable.numpy() for variable in variables])


def model_text(model: Any) -> str:
    """Weights, optimizers (of whatever name) and metrics of `model`, as digests."""
    import keras

    held = [one for one in vars(model).values() if isinstance(one, keras.optimizers.Optimizer)]
    parts = (model.variables, *(one.variables for one in held), model.metrics_variables)
    return " ".join(values_of(part) for part in parts)


def value_text(value: Any) -> str | None:
    """Results that have a text or a digest of their own; None for functions, datasets, ..."""
    import keras
    from matplotlib.artist import Artist

    if isinstance(value, keras.callbacks.History):
        return repr((value.epoch, value.history))
    if isinstance(value, keras.optimizers.Optimizer):
        return values_of(value.variables)
    if hasattr(value, "numpy") and hasattr(value, "shape"):
        return digest([np.asarray(value)])
    if isinstance(value, np.ndarray) and not isinstance(value.flat[0], Artist):
        return digest([value])
    if isinstance(value, (bool, int, float, str, list, tuple, dict, np.generic)):
        return ADDRESSES.sub("", repr(value))
    return None


def outcome(names: Mapping[str, Any], printed: str, drawn: str) -> Outcome:
    import keras

    models = {key: one for key, one in names.items() if isinstance(one, keras.Model)}
    texts = {key: value_text(one) for key, one in names.items() if key not in models}
    return Outcome(
        models={key: model_text(one) for key, one in models.items()},
        values={key: text for key, text in texts.items() if text is not None},
        printed=ADDRESSES.sub("", TIMES.sub("·", printed)),
        python=repr(random.getstate()),
        numpy=repr(np.random.get_state()),  # noqa: NPY002  (what users' code draws on)
        drawn=drawn,
    )


def run(shell: InteractiveShell, capsys: pytest.CaptureFixture[str], name: str, magic: str) -> Run:
    import keras
    import matplotlib.pyplot as plt
    import tensorflow as tf

    shell.reset(new_session=False)
    hidden = set(shell.user_ns)
    keras.backend.clear_session()
    keras.utils.set_random_seed(7)
    capsys.readouterr()
    cells = code_cells(name)
    trains = cells_that_train(cells)
    reports: list[Report] = []
    printed = ""
    for number, cell in enumerate(cells):
        result = shell.run_cell((magic if number in trains else "") + cell)
        printed += "".join(capsys.readouterr())
        assert result.success, printed
        given = shell.user_ns.pop("report", ())
        reports += given if isinstance(given, tuple) else [given]
    plt.close("all")
    drawn = (
        float(tf.random.uniform([])),
        float(keras.random.uniform(())),
        keras.layers.Dense(1).name,
    )
    made = {key: value for key, value in shell.user_ns.items() if key not in hidden}
    names = {key: value for key, value in made.items() if not key.startswith("_")}
    return Run(
        outcome=outcome(names, printed, repr(drawn)),
        reports=tuple(reports),
        results={key: float(names[key]) for key in LEARNT[name]},
    )


@pytest.fixture(scope="module")
def kept() -> dict[str, Runs]:
    """Runs already made: two of each notebook serve all tests."""
    return {}


@pytest.fixture(params=sorted(LEARNT))
def runs(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    kept: dict[str, Runs],
    shell: InteractiveShell,
    capsys: pytest.CaptureFixture[str],
) -> Runs:
    import matplotlib as mpl

    name = request.param
    if name not in kept:
        monkeypatch.setitem(mpl.rcParams, "backend", "agg")
        kept[name] = Runs(name, run(shell, capsys, name, ""), run(shell, capsys, name, MAGIC))
    return kept[name]


def test_every_notebook_is_known_here() -> None:
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == set(LEARNT)


@pytest.mark.parametrize("name", sorted(LEARNT))
def test_notebooks_are_kept_whole_and_without_outputs(name: str) -> None:
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)  # type: ignore[no-untyped-call]
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in cells)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


def test_the_notebook_learns(runs: Runs) -> None:
    for name, (least, most) in LEARNT[runs.name].items():
        assert least <= runs.plain.results[name] <= most, f"{name}: {runs.plain.results[name]}"


def test_everything_comes_out_as_without_the_magic(runs: Runs) -> None:
    plain, diagnosed = runs.plain.outcome, runs.diagnosed.outcome
    assert plain.models
    assert diagnosed == plain


def test_nothing_is_found_wrong_with_it(runs: Runs) -> None:
    assert len(runs.diagnosed.reports) == TRAINING_CELLS.get(runs.name, 1)
    for report in runs.diagnosed.reports:
        assert report.faults == ()
        alarms = {one.rule for one in report.findings if one.severity != "note"}
        assert alarms <= TRUE.get(runs.name, set()), str(report)


def test_the_model_was_examined(runs: Runs) -> None:
    for report in runs.diagnosed.reports:
        assert "Gradients" in report.readings, str(report)
        assert report.checksum.untouched
