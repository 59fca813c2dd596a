from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from nbdoctor.headless.change import trying
from nbdoctor.notebook import own_change

CELL = "model.fit(x, y)"


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    cell = nbformat.v4.new_code_cell(CELL, id="abc")
    path = tmp_path / "train.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    return path


def test_the_notebook_is_the_one_that_the_server_names(
    notebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(own_change.PLACE, str(notebook))
    assert own_change.notebook_of_kernel() == notebook
    for other in ("", "console-1", str(notebook.with_name("gone.ipynb")), str(notebook.parent)):
        monkeypatch.setenv(own_change.PLACE, other)
        assert own_change.notebook_of_kernel() is None
    monkeypatch.delenv(own_change.PLACE)
    assert own_change.notebook_of_kernel() is None


def test_a_cell_that_is_not_saved_as_it_was_diagnosed_is_not_tried(
    notebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "try_change", lambda *_, **__: pytest.fail("not to be tried"))
    for cell, source in (("abc", "model.fit(x)"), ("gone", CELL)):
        said = own_change.tried(notebook, cell, source, "x = 1", lambda _: None)
        assert said == own_change.NOT_SAVED


def test_the_saved_cell_is_tried_with_the_change(
    notebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def try_change(path, cell, changes, *, how, tell) -> str:  # noqa: ANN001
        tell("training your change with seed 1", 1, 16)
        return f"{path.name} {cell} {changes} {how.whole}"

    monkeypatch.setattr(trying, "try_change", try_change)
    told: list[str] = []
    came = own_change.tried(notebook, "abc", f"{CELL}\n", "x = 1", told.append)
    assert came == "train.ipynb abc {'your change': 'x = 1'} 120.0"
    assert told[-1] == "Training your change with seed 1: 1 of at most 16 runs so far."


def test_why_nothing_can_be_tried_is_said(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def try_change(*_: object, **__: object) -> None:
        message = "Cell 1 raises."
        raise trying.CannotTryError(message)

    monkeypatch.setattr(trying, "try_change", try_change)
    assert own_change.tried(notebook, "abc", CELL, "x = 1", lambda _: None) == "Cell 1 raises."
