"""Whole cells: the tab Predictions for each kind of task, without any value of a row."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from nbdoctor.readings.attained import Attained
from nbdoctor.readings.samples import FIRST, HELD_OUT, WORST
from nbdoctor.report import Report
from nbdoctor.view.document import document
from nbdoctor.view.gauges import charts
from nbdoctor.view.wire import LARGEST_WITH_SAMPLES, bundle
from tests.running import run

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

pytestmark = pytest.mark.keras

ROWS = """
import keras
import numpy as np
keras.utils.set_random_seed(0)
x = np.random.default_rng(7).normal(size=(600, 5)).astype("float32")
wanted = x[:, 0] * 3 + 0.123457 * x[:, 1]
given = keras.Input((5,))
hidden = keras.layers.Dense(16, activation="relu")(given)
"""

CLASSES = """
model = keras.Model(given, keras.layers.Dense(3, activation="softmax", name="kind")(hidden))
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, np.digitize(wanted, [-1, 1]), epochs=5, validation_split=0.25, verbose=0)
"""

NUMBERS = """
model = keras.Model(given, keras.layers.Dense(1, name="size")(hidden))
model.compile("adam", "mse")
model.fit(x, wanted, epochs=5, verbose=0)
"""

HEADS = """
outputs = {
    "size": keras.layers.Dense(1, name="size")(hidden),
    "kind": keras.layers.Dense(1, activation="sigmoid", name="kind")(hidden),
}
model = keras.Model(given, outputs)
model.compile("adam", {"size": "mse", "kind": "binary_crossentropy"})
y = {"size": wanted, "kind": (wanted > 0).astype("float32")}
model.fit(x[:450], {k: v[:450] for k, v in y.items()}, epochs=5, verbose=0,
          validation_data=(x[450:], {k: v[450:] for k, v in y.items()}))
"""

MARKS = """
model = keras.Model(given, keras.layers.Dense(4, activation="sigmoid", name="tags")(hidden))
model.compile("adam", "binary_crossentropy")
model.fit(x, (x[:, :4] > 0.5).astype("float32"), epochs=5, validation_split=0.25, verbose=0)
"""


def diagnosed(shell: InteractiveShell, fit: str, more: str = "") -> Report:
    run(shell, f"%%diagnose -q --no-trials --no-experiment {more} -o report\n{ROWS}{fit}")
    report = shell.user_ns["report"]
    assert isinstance(report, Report)
    return report


def told(report: Report) -> str:
    (section,) = (
        one for one in document(report, charts(report)[0]).sections if one.title == "Predictions"
    )
    return str(section.blocks)


@pytest.mark.parametrize(
    ("fit", "words", "kinds"),
    [
        pytest.param(
            CLASSES, ["Confusion", "150 validation rows", "Calibration"], ["classes"], id="classes"
        ),
        pytest.param(
            NUMBERS,
            ["Predicted against true", "which it was trained on"],
            ["numbers"],
            id="numbers",
        ),
        pytest.param(HEADS, ["Output `size`", "Output `kind`"], ["numbers", "classes"], id="heads"),
        pytest.param(MARKS, ["a question of its own", "column 3"], ["bits"], id="marks"),
    ],
)
def test_each_kind_of_task(
    shell: InteractiveShell, fit: str, words: list[str], kinds: list[str]
) -> None:
    report = diagnosed(shell, fit)
    attained = report.readings["Attained"]
    assert isinstance(attained, Attained)
    assert sorted(one.kind for one in attained.answers) == sorted(kinds)
    text = told(report)
    assert all(word in text for word in words)
    assert not report.faults
    assert all(0 <= row.row < 600 for one in attained.answers for row in one.worst)
    assert Report.from_json(report.to_json()).readings["Attained"] == attained
    assert not _values(json.loads(report.to_json())["readings"]["Attained"]) & _of_rows()


def _values(data: Any) -> set[str]:
    """Numbers with digits enough to be values of single rows."""
    return set(re.findall(r"-?\d+\.\d{5,}", json.dumps(data)))


def _of_rows() -> set[str]:
    import numpy as np

    x = np.random.default_rng(7).normal(size=(600, 5)).astype("float32")
    wanted = x[:, 0] * 3 + 0.123457 * x[:, 1]
    return {repr(float(one)) for one in (*x.ravel(), *wanted)}


PICTURES = """
import keras
import numpy as np
keras.utils.set_random_seed(0)
x = np.random.default_rng(7).normal(size=(120, 8, 8, 1)).astype("float32")
y = (x.mean(axis=(1, 2, 3)) > 0).astype("int32")
model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(2)])
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile("adam", loss)
model.fit(x, y, epochs=3, validation_split=0.25, verbose=0)
"""


def test_rows_are_shown_and_stored_only_where_they_are_asked_for(shell: InteractiveShell) -> None:
    plain = diagnosed(shell, CLASSES)
    assert "Samples" not in plain.readings
    assert not _values(json.loads(plain.to_json())["readings"]["Attained"]) & _of_rows()
    assert {one.part for one in plain.aside.rows} == {FIRST, HELD_OUT, WORST}
    assert "Samples" not in plain.to_json()
    asked = diagnosed(shell, CLASSES, "--include-samples")
    assert {one.part for one in asked.readings["Samples"].rows} == {FIRST, HELD_OUT, WORST}
    assert "of the largest loss" in told(asked)
    assert not asked.faults


def test_pictures_are_thumbnails_within_the_bound(shell: InteractiveShell) -> None:
    run(
        shell,
        f"%%diagnose -q --no-trials --no-experiment --include-samples -o report\n{PICTURES}",
    )
    report = shell.user_ns["report"]
    drawn, faults = charts(report)
    assert not faults
    pictures = [chart for name, chart in drawn.items() if name.startswith("samples/")]
    assert len(pictures) == 3
    assert all(chart.svg.count('href="data:image/png;base64,') == 6 for chart in pictures)
    data = bundle(report, drawn, None)
    assert len(json.dumps(data, indent=1)) < LARGEST_WITH_SAMPLES
