"""The plugin, in a pytest of its own."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from nbdoctor.headless import notebooks
from nbdoctor.report.checked import Checked
from tests.headless.books import NOTEBOOKS, written

pytest_plugins = ["pytester"]

INSTALLED = any(one.name == "nbdoctor" for one in entry_points(group="pytest11"))
LOAD = () if INSTALLED else ("-p", "nbdoctor.headless.pytest_plugin")


@pytest.fixture
def run(
    checked: Mapping[str, Checked], pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> pytest.Pytester:
    def check(path: Path, shown: str, how: object) -> Checked:
        assert shown == path.name
        assert how == notebooks.Checking()
        return checked[path.stem]

    for name, sources in NOTEBOOKS.items():
        written(pytester.path / f"{name}.ipynb", *sources)
    monkeypatch.setattr(notebooks, "check_notebook", check)
    return pytester


def test_nothing_is_collected_unasked(run: pytest.Pytester) -> None:
    done = run.runpytest_inprocess(*LOAD)
    assert done.ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_each_cell_that_trains_is_a_test(run: pytest.Pytester) -> None:
    done = run.runpytest_inprocess(*LOAD, "--nbdoctor", "-v")
    done.assert_outcomes(passed=3, failed=3)
    lines = [line for line in done.outlines if "::" in line and "%" in line]
    assert [line.split(" [")[0].rstrip() for line in lines] == [
        "faulty.ipynb::cell 3 FAILED",
        "faulty.ipynb::run PASSED",
        "fine.ipynb::cell 3 PASSED",
        "fine.ipynb::run PASSED",
        "raises.ipynb::run FAILED",
        "times_out.ipynb::run FAILED",
    ]
    done.stdout.fnmatch_lines(
        ["*cell 3, line 4: critical ?softmax-on-one-unit?*", "*KeyError: 'length'.*"]
    )


def test_a_notebook_that_cannot_be_read_is_an_error(pytester: pytest.Pytester) -> None:
    (pytester.path / "bad.ipynb").write_text("no JSON", encoding="utf-8")
    done = pytester.runpytest_inprocess(*LOAD, "--nbdoctor")
    assert done.ret == pytest.ExitCode.INTERRUPTED
    done.stdout.fnmatch_lines(["*not valid JSON*"])


@pytest.mark.keras
def test_the_fixture_watches(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    pytester.makepyfile("""
        import keras, numpy as np

        def train(activation):
            output = keras.layers.Dense(1, activation=activation)
            model = keras.Sequential([keras.Input((4,)), output])
            model.compile("adam", "binary_crossentropy")
            model.fit(np.ones((64, 4)), np.arange(64) % 2, verbose=0)

        def test_faulty(nbdoctor):
            with nbdoctor.watching():
                train("softmax")

        def test_plain(nbdoctor):
            with nbdoctor.watching(fail_on="never") as reports:
                train("softmax")
            assert len(reports) == 1
    """)
    # In this process TensorFlow would be forgotten with the inner run, and cannot be loaded twice.
    done = pytester.runpytest_subprocess(*LOAD)
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(["*test_the_fixture_watches.py, line *softmax-on-one-unit*"])
