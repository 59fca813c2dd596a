"""Scripts, run as Python runs them."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

import pytest

from nbdoctor import __main__ as program
from nbdoctor.headless import programs, scripts
from nbdoctor.headless.notebooks import Checking
from nbdoctor.headless.reading import CannotReadError

TRAIN = """
    '''A script.'''
    from __future__ import annotations
    import pathlib, sys
    import keras, numpy as np

    keras.utils.set_random_seed(3)
    x = np.random.normal(size=(1000, 4)).astype("float32")
    y: "no such type" = (x[:, 0] > 0).astype("float32")

    def main() -> no_such_type:
        model = keras.Sequential([keras.Input((4,)),
            keras.layers.Dense(1, activation="softmax")])
        model.compile("adam", "binary_crossentropy")
        model.fit(x, y, epochs=50, verbose=0)
        print(sys.argv[1:], __doc__, pathlib.Path(__file__).name, int(model.optimizer.iterations))

    if __name__ == "__main__":
        main()
        sys.exit(int(sys.argv[1]))
"""


def file(folder: Path, source: str, name: str = "train.py") -> Path:
    path = folder / name
    path.write_text(inspect.cleandoc(source), encoding="utf-8")
    return path


def main(*words: str) -> int:
    return program.main(["run", *words])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:.*softmax over axis")
def test_a_script_is_examined(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file(here, TRAIN)
    before = sys.argv, sys.path[:], sys.modules["__main__"]
    assert main("train.py", "0", "--format") == 1
    out = capsys.readouterr().out
    assert out.startswith("['0', '--format'] A script. train.py 20\n")  # cut short
    assert "train.py:12: critical [softmax-on-one-unit]" in out
    assert (sys.argv, sys.path, sys.modules["__main__"]) == before


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:.*softmax over axis")
def test_its_own_exit_status_wins(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file(here, TRAIN)
    assert main("--look", "--fail-on", "never", "train.py", "3") == 0  # it did not come so far
    assert main("--fail-on", "never", "-m", "train", "3") == 3
    streams = capsys.readouterr()
    assert streams.err.splitlines()[-2:] == [
        "The script ended with status 3, so this command does.",
        "By what was found it would end with 0.",
    ]


@pytest.mark.parametrize(
    ("source", "status", "says"),
    [
        ("print('fine')", 0, "No model was trained"),
        ("import sys\nsys.exit()", 0, "No model was trained"),
        ("import sys\nsys.exit('a reason')", 1, "a reason"),
        ("def inner():\n    1 / 0\n\ninner()", 2, "train.py:2: stopped"),
        ("fine = 1\nbroken = (", 2, "train.py:2: stopped"),
        ("raise KeyboardInterrupt", 130, "interrupted"),
        ("value = input('Who? ')", 2, "train.py:1: stopped"),
    ],
)
def test_scripts_end_in_their_ways(
    source: str,
    status: int,
    says: str,
    here: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file(here, source)
    assert main("train.py") == status
    assert says in "".join(capsys.readouterr())


def test_an_error_is_shown_as_python_shows_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file(here, "def inner():\n    1 / 0\n\ninner()")
    main("train.py")
    shown = capsys.readouterr().err
    assert 'File "train.py", line 4, in <module>' in shown
    assert "ZeroDivisionError" in shown
    assert "nbdoctor" not in shown


def test_a_script_that_never_ends_is_interrupted(tmp_path: Path) -> None:
    path = file(tmp_path, "import time\nwhile True:\n    time.sleep(0.05)")
    ended = scripts.run(programs.script(path), [], Checking(timeout=0.3))
    assert ended.checked.stop is not None
    assert "not ended after 0.3 s" in ended.checked.stop.says
    assert ended.checked.stop.place.line in (2, 3)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "Name a script"),
        (["missing.py"], "There is no `missing.py`"),
        (["-m", "no_such_module"], "no module `no_such_module`"),
        (["-m", "no_such.module"], "no module `no_such.module`"),
        (["--only", "dead-unit", "missing.py"], "Did you mean"),
    ],
)
def test_what_cannot_be_run_is_said(
    words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(*words) == 2
    assert says in capsys.readouterr().err


def test_a_package_is_run_by_its_main(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "own_package").mkdir()
    file(here, "", "own_package/__init__.py")
    file(here, "from . import __name__ as n\nprint(n, __name__)", "own_package/__main__.py")
    assert main("-m", "own_package") == 0
    assert capsys.readouterr().out.startswith("own_package __main__\n")


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(CannotReadError, match="no text"):
        programs.script(path)
