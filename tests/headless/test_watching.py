"""Trainings in scripts: lines, comments and patches are those of the file."""

from __future__ import annotations

import inspect
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

import nbdoctor
from nbdoctor.errors.exceptions import is_cell_file

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:.*softmax over axis"),  # Keras sees this fault as well
]


@pytest.fixture
def data() -> tuple[Any, Any]:
    import numpy as np

    x = np.random.default_rng(3).normal(size=(96, 4)).astype("float32")
    return x, (x[:, 0] > 0).astype("float32")


def made(activation: str) -> Any:
    import keras

    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation=activation)])
    model.compile("adam", "binary_crossentropy")
    return model


def line_after(text: str) -> int:
    """The line of this file that follows the one with a text."""
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    return 2 + next(n for n, line in enumerate(lines) if line.strip() == text)


def test_what_was_found_is_raised_after_the_block(data: tuple[Any, Any]) -> None:
    model, ended = made("softmax"), False
    with pytest.raises(nbdoctor.Found) as found:  # noqa: PT012, SIM117
        with nbdoctor.watching() as reports:
            # the training
            model.fit(*data, epochs=2, verbose=0)
            ended = True
    assert ended
    (report,) = reports
    assert report.call == f"fit on line {line_after('# the training')}"
    assert report.faults == ()
    assert found.value.problems[0].finding.rule == "softmax-on-one-unit"
    assert "softmax-on-one-unit" in str(found.value)
    assert "test_watching.py" in str(found.value)


def test_nothing_is_raised_where_nothing_is_severe(data: tuple[Any, Any]) -> None:
    with nbdoctor.watching(fail_on="never") as reports:
        made("softmax").fit(*data, verbose=0)
    assert [one.rule for one in reports[0].findings][:1] == ["softmax-on-one-unit"]
    with nbdoctor.watching() as reports:
        made("sigmoid").fit(*data, verbose=0)
    assert reports[0].count("critical") == 0


def test_an_error_of_the_block_is_its_own(data: tuple[Any, Any]) -> None:
    def training() -> None:
        with nbdoctor.watching():
            made("softmax").fit(*data, verbose=0)
            message = "mine"
            raise LookupError(message)

    with pytest.raises(LookupError, match="mine") as raised:
        training()
    files = [str(entry.path) for entry in raised.traceback]
    assert not any("/nbdoctor/headless/" in file for file in files)


def test_the_training_is_what_it_is_without_the_block(data: tuple[Any, Any]) -> None:
    import keras

    plain, watched = made("sigmoid"), made("sigmoid")
    weights = []
    for model, block in ((plain, nullcontext()), (watched, nbdoctor.watching(fail_on="never"))):
        keras.utils.set_random_seed(5)
        with block:
            history = model.fit(*data, epochs=3, verbose=0)
        weights.append((history.history["loss"], [one.tolist() for one in model.get_weights()]))
    assert weights[0] == weights[1]


def test_comments_of_the_file_count(data: tuple[Any, Any], tmp_path: Path) -> None:
    allow = "softmax-on-one-unit"  # written apart: this file is watched by other tests
    code = inspect.cleandoc(f"""
        import nbdoctor  # nbdoctor: allow {allow}
        with nbdoctor.watching(fail_on="never") as reports:
            model.fit(*data, verbose=0)
    """)
    file = tmp_path / "script.py"
    file.write_text(code, encoding="utf-8")
    names = {"model": made("softmax"), "data": data}
    exec(compile(code, str(file), "exec"), names)  # noqa: S102
    (report,) = names["reports"]  # type: ignore[misc]
    assert report.source == f"{code}\n"
    assert not any(one.rule == "softmax-on-one-unit" for one in report.findings)


def test_only_the_first_process_looks(
    data: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RANK", "1")
    with nbdoctor.watching() as reports:
        made("softmax").fit(*data, verbose=0)
    assert reports == []


def test_a_wrong_severity_is_refused() -> None:
    with pytest.raises(ValueError, match="sometimes"):
        nbdoctor.watching(fail_on="sometimes")  # type: ignore[arg-type]


def test_the_file_is_that_of_a_cell_for_as_long_as_the_block_lasts() -> None:
    assert not is_cell_file(__file__)
    with nbdoctor.watching():
        assert is_cell_file(__file__)
    assert not is_cell_file(__file__)
