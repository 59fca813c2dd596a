from pathlib import Path

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.file_order import FileOrder, NumberedFiles
from nbdoctor.rules.data.files_sorted_as_text import files_sorted_as_text
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

SHOTS = NumberedFiles(variable="files", files=480, out_of_order=470, beside="labels")


def test_fires() -> None:
    (finding,) = files_sorted_as_text(FileOrder(lists=(SHOTS,)), None)
    assert "470 of 480 files (98 %)" in finding.says
    assert "`labels` has as many entries" in finding.says


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(NumberedFiles(variable="files", files=9, out_of_order=0), id="in order"),
        pytest.param(
            NumberedFiles(variable="files", files=480, out_of_order=470), id="no labels beside"
        ),
    ],
)
def test_stays_silent(files: NumberedFiles) -> None:
    assert not list(files_sorted_as_text(FileOrder(lists=(files,)), None))


def test_does_not_apply_where_files_and_labels_belong_together() -> None:
    learned = Attained(kind="classes", score=0.8, held_out=True)
    with pytest.raises(DoesNotApplyError):
        list(files_sorted_as_text(FileOrder(lists=(SHOTS,)), learned))


def test_treatment() -> None:
    (finding,) = files_sorted_as_text(FileOrder(lists=(SHOTS,)), None)
    cell = Cell("files = sorted(os.listdir(folder))\n")
    (treated,) = files_sorted_as_text.treatments(finding, cell)
    assert treated.patched is not None
    names = {"os": type("os", (), {"listdir": lambda _: ["a_10.png", "a_9.png"]}), "folder": ""}
    exec(treated.patched, names)  # noqa: S102  (our own text)
    assert names["files"] == ["a_9.png", "a_10.png"]


def test_treatment_of_other_lists_is_advice() -> None:
    (finding,) = files_sorted_as_text(FileOrder(lists=(SHOTS,)), None)
    (advice,) = files_sorted_as_text.treatments(finding, Cell("files = listed()\n"))
    assert advice.patched is None


@pytest.mark.keras
@pytest.mark.parametrize("zeros", [0, 3])
def test_on_a_real_model(zeros: int, tmp_path: Path) -> None:
    for number in range(1, 41):
        (tmp_path / f"take{number:0{zeros}d}.txt").write_text(str(number % 2))
    found = rules_of(f"""import pathlib
paths = sorted(pathlib.Path({str(tmp_path)!r}).glob("take*.txt"))
y = np.arange(1, 41) % 3 == 0
y = y.astype("float32")
x = np.array([[float(path.read_text())] * 2 for path in paths], dtype="float32")
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("sgd", "binary_crossentropy")
model.fit(x, y, verbose=0)
""")
    assert ("files-sorted-as-text" in found) is (zeros == 0)
