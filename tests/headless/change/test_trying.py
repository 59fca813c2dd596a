"""Small programs of one cell, tried in processes of their own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nbdoctor import Trying, try_change
from nbdoctor.__main__ import main
from nbdoctor.headless.change.answer import Attempt
from nbdoctor.headless.change.runs import Runs
from nbdoctor.headless.change.trying import CannotTryError
from tests.headless.books import written

pytestmark = [pytest.mark.keras, pytest.mark.notebook]

DATA = """\
import numpy as np
import keras
from pathlib import Path

rng = np.random.default_rng(3)
x = rng.normal(size=(600, 4)).astype("float32")
y = (x[:, 0] + x[:, 1] > 0).astype("int32")
Path("ran.txt").open("a").write("x")
"""

CELL = """\
%%diagnose
keras.utils.set_random_seed(0)
x = x * 1.0
model = keras.Sequential([
    keras.Input((4,)),
    keras.layers.Dense(8, activation="relu"),
    keras.layers.Dense(1, activation="sigmoid"),
])
model.compile(keras.optimizers.Adam(1e-6), "binary_crossentropy")
model.fit(x, y, epochs=6, batch_size=16, verbose=0)
"""

FIXED = CELL.replace("1e-6", "0.02")
RAISES = CELL.replace("model.fit(x,", "model.fit(z,")
SAME = CELL.replace("epochs=6", "epochs=int(6)")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("try")
    written(made / "train.ipynb", "# Training", DATA, CELL)
    return made


@pytest.fixture(scope="module")
def before(folder: Path) -> bytes:
    return (folder / "train.ipynb").read_bytes()


@pytest.fixture(scope="module")
def tried(folder: Path, before: bytes) -> Attempt:
    assert before
    changes = {"fixed": FIXED, "raises": RAISES, "same": SAME}
    return try_change(folder / "train.ipynb", 3, changes, how=Trying(seeds=5))


def test_the_fix_is_better_and_the_rest_is_not(tried: Attempt) -> None:
    fixed, raises, same = tried.changes
    assert fixed.verdict == "better"
    assert tried.best is fixed
    assert fixed.effect is not None
    assert fixed.low is not None
    assert fixed.effect > 0.5
    assert fixed.low > 0
    assert raises.verdict == "worse"
    assert "raises NameError: name 'z' is not defined on line 10" in raises.why
    assert same.verdict == "no different"


def test_seeds_differ_although_the_cell_sets_its_own(tried: Attempt) -> None:
    scores, same = tried.as_it_is.scores, tried.changes[2].side.scores
    assert len(scores) >= len(same) >= 2
    assert len({round(one, 3) for one in scores}) > 1
    assert same == pytest.approx(
        scores[: len(same)], abs=0.02
    )  # the text differs, and nothing else


def test_rows_that_did_not_train_judge(tried: Attempt) -> None:
    assert tried.judged_by == "rows that were held back from training"
    assert tried.rows == 200
    assert tried.kind == "classes"


def test_the_cells_above_ran_once_and_that_is_said(tried: Attempt, folder: Path) -> None:
    assert (folder / "ran.txt").read_text() == "x"
    assert tried.notes[0].startswith("Run again in a process of its own: cell 2, and the cell")
    assert "once" in tried.notes[1]


def test_the_notebook_stays_as_it_is(tried: Attempt, folder: Path, before: bytes) -> None:
    assert tried.cell == 3
    assert (folder / "train.ipynb").read_bytes() == before


def test_curves_findings_and_steps_are_told(tried: Attempt) -> None:
    fixed = tried.changes[0]
    assert [step for step, _ in fixed.side.curve][-1] == fixed.side.steps == 6 * 25
    assert fixed.side.curve[-1][1] == pytest.approx(fixed.side.score, abs=1e-6)
    assert fixed.went
    text = str(tried)
    assert "fixed" in text
    assert "no metric of the notebook took part" in text
    assert json.loads(tried.to_json())["changes"][0]["verdict"] == "better"


def test_rows_that_are_given_judge(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(9)
    x = rng.normal(size=(300, 4)).astype("float32")
    y = x[:, 0] + x[:, 1] > 0
    np.savez(folder / "test.npz", x=x - 5, y=y.astype(int))
    (folder / "fixed.py").write_text(FIXED, encoding="utf-8")
    words = [
        "try", str(folder / "train.ipynb"), "--cell", "cell-2", "--with", str(folder / "fixed.py"),
        "--judge-on", str(folder / "test.npz"), "--prepare", "x + 5", "--seeds", "5",
        "--steps", "100", "--format", "json",
    ]  # fmt: skip
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert err.startswith("Run again in a process of its own: cell 2, and the cell itself")
    answer = json.loads(out)
    assert answer["judged_by"] == "rows that were given"
    assert answer["rows"] == 300
    assert answer["changes"][0]["verdict"] == "better"
    assert any("ended after 100 steps" in note for note in answer["notes"])


def test_a_cell_above_that_raises_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "n.ipynb", "# Text", "values = {}", "values['a']", CELL)
    with pytest.raises(CannotTryError, match=r"Cell 3, above the one to try, raises KeyError: 'a'"):
        try_change(path, 4, {"fixed": FIXED})


def test_a_cell_that_is_not_there_is_refused(folder: Path) -> None:
    with pytest.raises(CannotTryError, match=r"no code cell 9. Its code cells.* are 2, 3"):
        try_change(folder / "train.ipynb", 9, {"fixed": FIXED})


@pytest.mark.parametrize("words", [["--cell", "3", "--with", "none.py"], ["--cell", "1"]])
def test_what_is_asked_wrongly_ends_with_two(
    folder: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "fixed.py").write_text(FIXED, encoding="utf-8")
    words = words if "--with" in words else [*words, "--with", str(folder / "fixed.py")]
    assert main(["try", str(folder / "train.ipynb"), *words]) == 2
    assert capsys.readouterr().err


def test_rows_in_another_form_are_refused(folder: Path) -> None:
    (folder / "bad.npz").write_bytes(b"no archive")
    with pytest.raises(CannotTryError, match="arrays `x` and `y`"):
        try_change(folder / "train.ipynb", 3, {"f": FIXED}, how=Trying(judge_on=folder / "bad.npz"))


def test_cells_from_the_first_one_that_uses_tensorflow_run_again(tmp_path: Path) -> None:
    before = 'from pathlib import Path\nPath("first.txt").open("a").write("x")'
    uses = 'import keras\nkeras.ops.zeros(3)\nPath("second.txt").open("a").write("x")'
    path = written(tmp_path / "n.ipynb", "# Text", before, uses, DATA, CELL)
    tried = try_change(path, 5, {"fixed": FIXED}, how=Trying(seeds=1))
    assert (tmp_path / "first.txt").read_text() == "x"
    assert (tmp_path / "second.txt").read_text() == "xxx"  # to see that it does, and for each side
    assert "TensorFlow had been used by cell 3" in tried.notes[1]
    effect = tried.changes[0].effect
    assert effect is not None
    assert effect > 0.5


def test_where_nothing_can_be_forked_every_run_begins_with_the_first_cell(tmp_path: Path) -> None:
    runs = Runs(
        [(2, 'from pathlib import Path\nPath("ran.txt").open("a").write("x")')], tmp_path, 99
    )
    runs.forks = False
    with runs:
        found = [runs.run("y = 1", seed=seed, most=9, examine=False)[1] for seed in range(2)]
    assert [one["unscored"] for one in found] == ["the cell trains no model"] * 2
    assert (tmp_path / "ran.txt").read_text() == "xx"
    assert runs.again == 1
