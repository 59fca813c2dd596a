"""The magics, through a real IPython shell."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from IPython.utils.path import compress_user

from nbdoctor.errors.exceptions import PACKAGE
from nbdoctor.notebook.running import request
from nbdoctor.report import VERSION, Report

if TYPE_CHECKING:
    from pathlib import Path

    from IPython.core.interactiveshell import InteractiveShell

pytestmark = pytest.mark.filterwarnings("ignore")

MODEL = """
import keras
import numpy as np

rng = np.random.default_rng(0)
x = rng.normal(size=(320, 8)).astype("float32")
y = (x[:, 0] > 0).astype("int64")
model = keras.Sequential([
    keras.Input((8,)), keras.layers.Dense(16, activation="relu"),
    keras.layers.Dense(2, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
"""
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
FIT = "history = model.fit(x, y, epochs=2, verbose=0)\n"


def run(shell: InteractiveShell, source: str) -> Report:
    result = shell.run_cell(source)
    assert result.success
    report = shell.user_ns["report"]
    assert isinstance(report, Report)
    return report


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("--dyr-run", "Did you mean `--dry-run`?"),
        ("--only vanishing-gradiant", "Did you mean `vanishing-gradient`?"),
        ("--set dead-units.least=0.5", "`dead-units` has no threshold `least`"),
        ("--set dead-units.most=much", "needs a number"),
        ("--batches 0", "must be above 0"),
        ("model", "finds the model of the cell by itself"),
    ],
)
def test_a_wrong_option_is_told_and_the_cell_is_not_run(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], line: str, says: str
) -> None:
    result = shell.run_cell(f"%%diagnose {line}\nran = True")
    assert not result.success
    assert says in "".join(capsys.readouterr())
    assert "ran" not in shell.user_ns


def test_help_lists_the_options(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shell.run_cell("%%diagnose -h\nran = True").success
    printed = capsys.readouterr().out
    for option in ("--output", "--quiet", "--dry-run", "--budget", "--batches", "--ignore"):
        assert option in printed
    assert "ran" not in shell.user_ns


def test_an_empty_cell_says_what_to_do(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not shell.run_cell("%%diagnose\n   \n").success
    assert "Put the code that trains your model below" in "".join(capsys.readouterr())


def test_a_cell_without_a_model_says_what_to_do(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shell.run_cell("%%diagnose -o report\nanswer = 42\nanswer").success
    printed = capsys.readouterr().out
    assert "42" in printed
    assert "No Keras model was trained in this cell" in printed
    assert shell.user_ns["answer"] == 42
    assert shell.user_ns["report"].verdict == "unknown"


def shows_frames_of_ours(printed: str) -> bool:
    """Whether a traceback names a file of ours, as IPython spells it: it shortens the home."""
    return PACKAGE in printed or compress_user(PACKAGE) in printed


def test_frames_of_ours_would_be_seen() -> None:
    clone = PACKAGE.removesuffix(f"nbdoctor{os.sep}")  # which people call nbdoctor, too
    assert shows_frames_of_ours(f"File {PACKAGE}magic.py:3, in now()")
    assert shows_frames_of_ours(f"File {compress_user(PACKAGE)}magic.py:3, in now()")
    assert not shows_frames_of_ours(f"File {clone}.venv/lib/keras/trainer.py:3, in fit()")


def test_an_error_is_shown_once_with_the_lines_of_the_cell(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    result = shell.run_cell("%%diagnose\nfirst = 1\nsecond = first / 0\n")
    printed = COLOURS.sub("", "".join(capsys.readouterr()))
    assert isinstance(result.error_in_exec, ZeroDivisionError)
    assert printed.count("ZeroDivisionError:") == 1
    assert "line 3" in printed
    assert not shows_frames_of_ours(printed)


def test_a_syntax_error_is_shown_once(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    result = shell.run_cell("%%diagnose\nfirst = = 1\n")
    printed = "".join(capsys.readouterr())
    assert not result.success
    assert printed.count("SyntaxError") == 1
    assert shell.run_cell("1 / 0").success is False
    assert "ZeroDivisionError" in "".join(capsys.readouterr())


def test_inner_magics_and_the_last_expression_work(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shell.run_cell("%%diagnose -q\n%precision 3\nsix = 6\nsix * 7").success
    assert "42" in capsys.readouterr().out
    assert shell.run_cell("%%diagnose -q\n%%capture caught\nprint('inside')").success
    assert shell.user_ns["caught"].stdout == "inside\n"


def test_a_cell_that_awaits_runs_in_the_loop() -> None:
    """In a process of its own: a browser test may have left a loop running in this one."""
    source = "%load_ext nbdoctor\n\n%%diagnose -q\nimport asyncio\nawait asyncio.sleep(0)\nsix = 6"
    program = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        f"cells = {source!r}.split('\\n\\n')\n"
        "assert all(shell.run_cell(cell).success for cell in cells)\n"
        "print('six is', shell.user_ns['six'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert "six is 6" in done.stdout, done.stdout + done.stderr


@pytest.mark.keras
def test_a_healthy_model_gets_one_calm_line(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    enough = FIT.replace("epochs=2", "epochs=40")
    report = run(shell, f"%%diagnose --no-trials -o report\n{MODEL}{enough}")
    assert report.findings == ()
    assert report.faults == ()
    assert report.headline.startswith("No problem found by ")
    assert report.call == "fit on line 14"
    assert report.checksum.untouched
    assert report.checksum.rehearsed_loss == report.checksum.real_loss
    assert "No problem found" in capsys.readouterr().out


@pytest.mark.keras
def test_the_report_goes_where_it_is_asked_to(shell: InteractiveShell, tmp_path: Path) -> None:
    files = f"--json {tmp_path}/r.json --html {tmp_path}/r.html"
    report = run(shell, f"%%diagnose -q --no-trials -o report {files}\n{MODEL}{FIT}")
    assert Report.from_json((tmp_path / "r.json").read_text(encoding="utf-8")).to_json() == (
        report.to_json()
    )
    assert report.headline in (tmp_path / "r.html").read_text(encoding="utf-8")


@pytest.mark.keras
def test_a_dry_run_stops_before_training(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    run(shell, f"%%diagnose -q --no-trials --dry-run -o report\n{MODEL}{FIT}after = True\n")
    assert "after" not in shell.user_ns
    assert "Traceback" not in "".join(capsys.readouterr())
    assert int(shell.user_ns["model"].optimizer.iterations) == 0
    assert "Training was not started: this was a dry run." in shell.user_ns["report"].notes


@pytest.mark.keras
def test_several_fits_get_a_report_each_up_to_three(shell: InteractiveShell) -> None:
    loop = "for _ in range(5):\n    model.fit(x, y, verbose=0)\n"
    assert shell.run_cell(f"%%diagnose -q --no-trials -o reports\n{MODEL}{loop}").success
    reports = shell.user_ns["reports"]
    assert len(reports) == 3
    (told,) = (note for note in reports[-1].notes if note.startswith("The cell called"))
    assert "2 more fits on line " in told
    assert "the first 3 were examined. Without examination: a last training loss of" in told


@pytest.mark.keras
def test_rules_can_be_chosen_ignored_and_allowed(shell: InteractiveShell) -> None:
    sick = MODEL.replace('"softmax"', '"linear"')
    named = {
        f.rule for f in run(shell, f"%%diagnose -q --no-trials -o report\n{sick}{FIT}").findings
    }
    assert "logits-as-probabilities" in named
    for line, comment in (
        ("--ignore logits-as-probabilities", ""),
        ("--only dead-units,constant-inputs", ""),
        ("", "# nbdoctor: allow logits-as-probabilities\n"),
    ):
        report = run(shell, f"%%diagnose -q --no-trials -o report {line}\n{comment}{sick}{FIT}")
        assert "logits-as-probabilities" not in {f.rule for f in report.findings}


@pytest.mark.keras
def test_a_crash_in_fit_is_explained_and_raised_as_always(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    sick = MODEL.replace("sparse_categorical_crossentropy", "categorical_crossentropy")
    result = shell.run_cell(f"%%diagnose --no-trials -o report\n{sick}{FIT}")
    printed = "".join(capsys.readouterr())
    assert isinstance(result.error_in_exec, ValueError)
    assert printed.count("Traceback (most recent call last)") == 1
    assert not shows_frames_of_ours(printed)
    report = shell.user_ns["report"]
    assert report.findings[0].rule == "label-encoding-mismatch"
    assert [f.because_of for f in report.findings if f.rule == "known-crash"] == [
        "label-encoding-mismatch"
    ]


@pytest.mark.keras
@pytest.mark.parametrize(
    ("source", "error"),
    [
        (MODEL.partition("model.compile")[0] + FIT, ValueError),
        (MODEL + "y = y[:7]\n" + FIT, ValueError),
        (MODEL + "x = 'a path'\n" + FIT, ValueError),
    ],
    ids=["not compiled", "lengths that differ", "no data at all"],
)
def test_bad_input_fails_as_without_the_magic(
    shell: InteractiveShell,
    capsys: pytest.CaptureFixture[str],
    source: str,
    error: type[Exception],
) -> None:
    plain = shell.run_cell(source)
    diagnosed = shell.run_cell(f"%%diagnose --no-trials -o report\n{source}")
    assert isinstance(diagnosed.error_in_exec, error)
    assert str(diagnosed.error_in_exec) == str(plain.error_in_exec)
    assert shell.user_ns["report"].faults == ()
    capsys.readouterr()


@pytest.mark.keras
@pytest.mark.parametrize(
    ("module", "name", "part"),
    [
        ("nbdoctor.readings.gradients", "read_gradients", "the gradients"),
        ("nbdoctor.session.fits", "training_rows", "reading the data"),
        ("nbdoctor.session.judge", "placed", "rule softmax-on-one-unit"),
    ],
)
def test_a_fault_of_ours_is_one_line_and_training_goes_on(  # noqa: PLR0917
    shell: InteractiveShell,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    module: str,
    name: str,
    part: str,
) -> None:
    import importlib

    def broken(*_: object, **__: object) -> None:
        message = "planted"
        raise RuntimeError(message)

    monkeypatch.setattr(importlib.import_module(module), name, broken)
    sick = MODEL.replace("Dense(2,", "Dense(1,").replace(
        '"sparse_categorical_crossentropy"', '"binary_crossentropy"'
    )
    report = run(shell, f"%%diagnose --no-trials -o report\n{sick}{FIT}")
    assert (part, "RuntimeError: planted") in {(f.part, f.message) for f in report.faults}
    assert len(shell.user_ns["history"].history["loss"]) == 2
    tellings = capsys.readouterr().out.split("(With `%%diagnose -o report`")[:-1]
    lines = [[line for line in told.splitlines() if "planted" in line] for told in tellings]
    # How often the panel is told anew depends on the machine; each telling says the fault once.
    assert lines
    assert all(len([line for line in told if part in line]) == 1 for told in lines)


@pytest.mark.keras
def test_data_without_rows_is_told(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    report = run(shell, f"%%diagnose --no-trials -o report\n{MODEL}x, y = x[:0], y[:0]\n{FIT}")
    assert report.headline == "There are no rows to train on"
    assert report.verdict == "unknown"
    assert "`x` has no rows" in capsys.readouterr().out
    assert report.faults == ()


@pytest.mark.keras
def test_a_model_that_exists_is_examined_without_training(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shell.run_cell(MODEL).success
    weights = shell.user_ns["model"].get_weights()
    for line in ("model x y", "model"):
        report = run(shell, f"%diagnose -o report {line}")
        assert report.findings == ()
        assert report.batches == 8
    for before, after in zip(weights, shell.user_ns["model"].get_weights(), strict=True):
        assert (before == after).all()
    capsys.readouterr()


@pytest.mark.keras
@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "Name the model"),
        ("modle x y", "Did you mean `model`?"),
        ("x y", "examines Keras models, and this is a `ndarray`"),
        ("bare x y", "has no loss yet"),
    ],
)
def test_what_cannot_be_examined_is_told(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], line: str, says: str
) -> None:
    assert shell.run_cell(MODEL + "bare = keras.Sequential([keras.layers.Dense(2)])").success
    assert not shell.run_cell(f"%diagnose {line}").success
    assert says in "".join(capsys.readouterr())


def test_unloading_forgets_the_magics(shell: InteractiveShell) -> None:
    shell.run_cell("%unload_ext nbdoctor")
    try:
        assert "diagnose" not in shell.magics_manager.magics["cell"]
    finally:
        shell.run_cell("%load_ext nbdoctor")
    assert "diagnose" in shell.magics_manager.magics["cell"]


@pytest.mark.keras
def test_json_holds_no_number_that_json_has_not(shell: InteractiveShell) -> None:
    sick = MODEL.replace("y = (x[:, 0] > 0)", "x[3, 2] = np.nan\ny = (x[:, 0] > 0)")
    report = run(shell, f"%%diagnose -q --no-trials -o report\n{sick}{FIT}")
    assert report.findings[0].rule == "non-finite-data"
    assert json.loads(report.to_json())["version"] == VERSION


@pytest.mark.keras
def test_findings_are_shown_before_the_first_step(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    sick = MODEL.replace('"softmax"', '"linear"')
    run(shell, f"%%diagnose --no-trials -o report\n{sick}{FIT.replace('verbose=0', 'verbose=2')}")
    printed = capsys.readouterr().out
    assert printed.index("logits-as-probabilities") < printed.index("- loss: ")


@pytest.mark.keras
def test_keras_traces_its_step_once_under_the_magic_and_twice_without(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tensorflow.python.framework import func_graph

    traced: list[str] = []
    trace = func_graph.func_graph_from_py_func

    def counted(name: str, *args: object, **kwargs: object) -> object:
        traced.append(name)
        return trace(name, *args, **kwargs)

    def traces() -> int:
        count = traced.count("one_step_on_data")
        traced.clear()
        return count

    monkeypatch.setattr(func_graph, "func_graph_from_py_func", counted)
    assert shell.run_cell(f"{MODEL}{FIT}").success
    assert traces() == 2
    report = run(shell, f"%%diagnose -q --no-trials -o report\n{MODEL}{FIT}")
    assert traces() == 1
    assert "Gradients" in report.readings
    report = run(shell, "%%diagnose -q --no-trials -o report\n" + FIT)
    assert traces() == 0  # an earlier fit has made it
    assert "Gradients" in report.readings


@pytest.mark.keras
@pytest.mark.parametrize("name", ["_replay", "draws_of"])
def test_batches_that_cannot_be_replayed_are_still_trained_on_in_order(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    from nbdoctor.backend.tensorflow import batches as tensorflow_batches

    def broken(*_: object) -> None:
        message = "planted"
        raise RuntimeError(message)

    seeded = f"import keras\nkeras.utils.set_random_seed(3)\n{MODEL}{FIT}"
    assert shell.run_cell(seeded).success
    plain = shell.user_ns["model"].get_weights()
    monkeypatch.setattr(tensorflow_batches, name, broken)
    report = run(shell, f"%%diagnose -q --no-trials -o report\n{seeded}")
    told = ["RuntimeError: planted"] if name == "draws_of" else []
    assert [f.message for f in report.faults] == told
    for before, after in zip(plain, shell.user_ns["model"].get_weights(), strict=True):
        assert (before == after).all()


@pytest.mark.parametrize(
    ("source", "is_whole"),
    [
        ("%%diagnose\nfit()", True),
        ("\n  %%diagnose -q\nfit()", True),
        ("%%time\n%%diagnose --dry-run\nfit()", True),
        ("%%diagnose_all\nfit()", False),
        ("get_ipython().run_cell_magic('diagnose', '', 'fit()')", False),
        ("x = 1\n%%diagnose\nfit()", False),
    ],
)
def test_the_source_is_that_of_the_cell_with_all_its_magics(source: str, is_whole: bool) -> None:
    parent = {"content": {"code": source}, "metadata": {"cellId": "4f1d2c"}}
    shell = SimpleNamespace(kernel=SimpleNamespace(get_parent=lambda _: parent))
    assert request(shell) == ("4f1d2c", source if is_whole else None)
