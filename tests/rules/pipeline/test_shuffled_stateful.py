import ast

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.kept_state import KeptState
from nbdoctor.rules.pipeline.shuffled_stateful import shuffled_stateful
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

FIT = Fit(data_kind="arrays", epochs=5, steps_per_epoch=10)


@pytest.mark.parametrize("by", ["fit", "shuffle"])
def test_fires(by: str) -> None:
    (finding,) = shuffled_stateful(KeptState(layers=("lstm",), shuffled_by=by), FIT)
    assert "`lstm` goes on" in finding.says


def test_stays_silent() -> None:
    assert not list(shuffled_stateful(KeptState(layers=("lstm",)), FIT))


def test_does_not_apply_to_a_single_batch() -> None:
    with pytest.raises(DoesNotApplyError):
        list(
            shuffled_stateful(
                KeptState(layers=("lstm",), shuffled_by="fit"),
                Fit(data_kind="arrays", epochs=5, steps_per_epoch=1),
            )
        )


def test_treatment() -> None:
    (finding,) = shuffled_stateful(KeptState(layers=("lstm",), shuffled_by="fit"), FIT)
    (treated,) = shuffled_stateful.treatments(finding, Cell("model.fit(x, y)\n"))
    assert treated.patched == "model.fit(x, y, shuffle=False)\n"
    ast.parse(treated.patched)


CELL = """
model = keras.Sequential([
    keras.Input((4, 1), batch_size=8), keras.layers.LSTM(4, stateful={state}),
    keras.layers.Dense(2, activation="softmax"),
])
model.compile("sgd", "sparse_categorical_crossentropy")
model.fit(x[..., None], y, batch_size=8, shuffle={shuffle}, verbose=0)
"""


@pytest.mark.keras
def test_on_a_real_cell() -> None:
    assert "shuffled-stateful" in rules_of(CELL.format(state=True, shuffle=True))
    assert "shuffled-stateful" not in rules_of(CELL.format(state=True, shuffle=False))
    assert "shuffled-stateful" not in rules_of(CELL.format(state=False, shuffle=True))
