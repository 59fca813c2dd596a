"""Every demo notebook runs, and shows what its text says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "demo_notebooks"
REPORT = "application/vnd.nbdoctor.report+json"
MAY_RAISE = "raises-exception"

TOLD = {
    "why_is_my_accuracy_zero": (
        {"label-encoding-mismatch", "known-crash", "signal-not-found"},
        {"signal-not-found", "progress-bar-at-zero"},
        {"signal-not-found", "progress-bar-at-zero"},
        {"accuracy-on-regression", "signal-not-found", "progress-bar-at-zero"},
        {"data-never-used", "constant-inputs", "single-class-labels", "progress-bar-at-zero"},
    ),
    "deep_sigmoid_digits": (
        {
            "vanishing-gradient",
            "fading-signal",
            "constant-predictions",
            "baseline-not-beaten",
            "below-simple-models",
            "fails-to-memorise",
        },
        set(),
    ),
    "wine_without_scaling": (
        {
            "unscaled-inputs",
            "exploding-gradient",
            "dead-units",
            "constant-predictions",
            "baseline-not-beaten",
            "below-simple-models",
            "fails-to-memorise",
        },
        set(),
        {"unscaled-inputs", "too-few-steps", "below-simple-models", "fails-to-memorise"},
    ),
    "healthy_digits": (set(),),
    "data_that_lie": (
        {"missing-value-code", "below-simple-models", "too-few-steps"},
        {"masks-beside-pictures"},
        set(),
        {"texts-cut-short"},
    ),
}
"""The findings of each diagnosed cell, in order."""

CAUSES = {
    "why_is_my_accuracy_zero": {
        "known-crash": "label-encoding-mismatch",
        "constant-inputs": "data-never-used",
        "single-class-labels": "data-never-used",
    },
    "deep_sigmoid_digits": {
        "fading-signal": "vanishing-gradient",
        "constant-predictions": "vanishing-gradient",
        "baseline-not-beaten": "vanishing-gradient",
        "below-simple-models": "vanishing-gradient",
        "fails-to-memorise": "vanishing-gradient",
    },
    "data_that_lie": {
        "below-simple-models": "missing-value-code",
        "too-few-steps": "missing-value-code",
    },
    "wine_without_scaling": {
        "exploding-gradient": "unscaled-inputs",
        "baseline-not-beaten": "below-simple-models",
        "below-simple-models": "unscaled-inputs",
        "constant-predictions": "unscaled-inputs",
        "dead-units": "unscaled-inputs",
        "fails-to-memorise": "unscaled-inputs",
        "too-few-steps": "unscaled-inputs",
    },
}
"""Which findings the text calls consequences, and of what."""

SHORTER = ("%%diagnose\n", "%%diagnose --budget 4\n")
"""Cells whose trials the text does not tell of: not all need be decided."""

OF_RULES = ("%%diagnose", "%%diagnose --no-experiment")
"""The text tells of what rules find."""

LARGEST_OUTPUTS, LARGEST_PAGE = 200_000, 100_000
"""Bytes that a diagnosed cell may add to the notebook, and those of its HTML."""

pytestmark = pytest.mark.notebook


def read(name: str) -> Any:
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)  # type: ignore[no-untyped-call]


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def diagnosed(notebook: Any) -> list[Any]:
    return [cell for cell in code_cells(notebook) if cell.source.startswith("%%diagnose")]


def bundles(cell: Any) -> list[Any]:
    """What nbdoctor showed under `cell`."""
    outputs = [output for output in cell.outputs if "data" in output]
    return [output.data for output in outputs if REPORT in output.data]


def findings(cell: Any) -> list[dict[str, Any]]:
    """Of the one report under `cell`."""
    [bundle] = bundles(cell)
    reported: list[dict[str, Any]] = bundle[REPORT]["report"]["findings"]
    return reported


@pytest.fixture(scope="module", params=sorted(TOLD))
def executed(request: pytest.FixtureRequest) -> tuple[str, Any]:
    """A notebook's name, and the notebook after one run in a fresh kernel."""
    notebook = read(request.param)
    for cell in diagnosed(notebook):
        cell.source = cell.source.replace(*SHORTER).replace(*OF_RULES, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
        patch.setenv("PYTHONPATH", str(FOLDER.parent))
        NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    return request.param, notebook


def test_every_notebook_is_told_about_here() -> None:
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == set(TOLD)


@pytest.mark.parametrize("name", sorted(TOLD))
def test_notebooks_are_kept_without_outputs(name: str) -> None:
    notebook = read(name)
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in code_cells(notebook):
        assert cell.outputs == []
        assert cell.execution_count is None


@pytest.mark.parametrize("name", sorted(TOLD))
def test_every_diagnosed_cell_is_told_about(name: str) -> None:
    assert len(diagnosed(read(name))) == len(TOLD[name])


def test_each_cell_shows_exactly_the_findings_that_are_told(executed: tuple[str, Any]) -> None:
    name, notebook = executed
    shown = [{finding["rule"] for finding in findings(cell)} for cell in diagnosed(notebook)]
    assert shown == list(TOLD[name])


def test_consequences_stand_under_their_cause(executed: tuple[str, Any]) -> None:
    name, notebook = executed
    reported = [finding for cell in diagnosed(notebook) for finding in findings(cell)]
    causes = {one["rule"]: one["because_of"] for one in reported if one["because_of"]}
    assert causes == CAUSES.get(name, {})


def test_no_part_of_nbdoctor_fails(executed: tuple[str, Any]) -> None:
    _, notebook = executed
    for cell in diagnosed(notebook):
        [bundle] = bundles(cell)
        assert bundle[REPORT]["report"]["faults"] == []


def test_only_the_cell_that_is_meant_to_raise_raises(executed: tuple[str, Any]) -> None:
    _, notebook = executed
    for cell in code_cells(notebook):
        raised = any(output.output_type == "error" for output in cell.outputs)
        assert raised == (MAY_RAISE in cell.metadata.get("tags", []))


def test_the_look_leaves_every_model_as_it_was(executed: tuple[str, Any]) -> None:
    _, notebook = executed
    for cell in diagnosed(notebook):
        [bundle] = bundles(cell)
        checksum = bundle[REPORT]["report"]["checksum"]
        assert checksum["before"]
        assert checksum["before"] == checksum["after"]


def test_scaling_alone_fails_where_the_rate_was_made_for_raw_columns(
    executed: tuple[str, Any],
) -> None:
    name, notebook = executed
    if name != "wine_without_scaling":
        pytest.skip("only there")
    first, _, last = diagnosed(notebook)
    plain, slow = (findings(cell)[0]["treatments"] for cell in (first, last))
    assert plain[0]["trial"]["outcome"] == "helps"
    both, alone = slow
    assert both["pair"]
    assert both["trial"]["outcome"] == "helps"
    assert alone["trial"]["outcome"] in {"no effect", "undecided", "worse"}


def test_outputs_stay_small_and_hold_no_script(executed: tuple[str, Any]) -> None:
    _, notebook = executed
    for cell in diagnosed(notebook):
        assert len(json.dumps(cell.outputs)) < LARGEST_OUTPUTS
        [bundle] = bundles(cell)
        assert len(bundle["text/html"].encode()) < LARGEST_PAGE
        assert "<script" not in bundle["text/html"].lower()
