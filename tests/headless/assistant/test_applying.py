import json
from pathlib import Path

import pytest

from nbdoctor.headless.assistant.applying import apply
from nbdoctor.headless.assistant.diagnoses import AskedWronglyError, Examined
from nbdoctor.report import Report, Treatment
from tests.headless.books import written

SOURCE = 'model = "größe"\nfit(model)\n'
PATCHED = 'model = "größe"\nfit(model, epochs=3)\n'


def examined(cell: int | None) -> Examined:
    report = Report(headline="h", verdict="note", source=SOURCE)
    return Examined(cell=cell, cell_id="", report=report)


def fix(cell: str = "") -> Treatment:
    return Treatment(title="Train", text="t", effect="training", patched=PATCHED, cell=cell)


def test_only_the_source_of_the_cell_changes(tmp_path: Path) -> None:
    path = written(tmp_path / "n.ipynb", "# Text", "x = 1\n", SOURCE, "print(2)")
    before = path.read_text(encoding="utf-8")
    assert apply(path, examined(3), fix()) == f"{path}, cell 3"
    after = path.read_text(encoding="utf-8")
    changed = [
        (one, other)
        for one, other in zip(before.splitlines(), after.splitlines(), strict=True)
        if one != other
    ]
    assert len(changed) == 1
    assert "epochs=3" in changed[0][1]


def test_a_patch_of_another_cell_goes_there(tmp_path: Path) -> None:
    path = written(tmp_path / "n.ipynb", "# Text", "x = 1\n", SOURCE)
    assert apply(path, examined(3), fix("x = 1\n")) == f"{path}, cell 2"
    assert "".join(json.loads(path.read_text("utf-8"))["cells"][1]["source"]) == PATCHED


def test_a_cell_that_moved_is_found(tmp_path: Path) -> None:
    path = written(tmp_path / "n.ipynb", "# Text", "new = 0", "x = 1\n", SOURCE)
    assert apply(path, examined(3), fix()).endswith("cell 4")


@pytest.mark.parametrize("texts", [("y = 1",), (SOURCE, SOURCE)])
def test_a_cell_that_changed_or_stands_twice_is_left_alone(
    texts: tuple[str, ...], tmp_path: Path
) -> None:
    path = written(tmp_path / "n.ipynb", "# Text", "x = 1", "z = 1", *texts)
    before = path.read_bytes()
    with pytest.raises(AskedWronglyError, match="has changed since it was diagnosed"):
        apply(path, examined(3), fix())
    assert path.read_bytes() == before


def test_a_script_is_written_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(SOURCE, encoding="utf-8")
    assert apply(path, examined(None), fix()) == str(path)
    assert path.read_text(encoding="utf-8") == PATCHED
    with pytest.raises(AskedWronglyError, match="Diagnose it again"):
        apply(path, examined(None), fix())
