from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.training.unfinished_warmup import unfinished_warmup
from tests.rules.ran import rules_of

FIT = Fit(data_kind="arrays", epochs=10, steps_per_epoch=19, steps_planned=190)
RISING = Updates(
    optimizer="Adam",
    scheduled=True,
    rate_now=0.0,
    rate_middle=1e-5,
    rate_end=2e-5,
    rate_later=1e-2,
    later_steps=57_000,
)


def test_fires() -> None:
    (finding,) = unfinished_warmup(RISING, FIT)
    assert "190 planned steps" in finding.says
    assert "57,000" in finding.says


@pytest.mark.parametrize(
    "updates",
    [
        pytest.param(replace(RISING, rate_later=2e-5), id="the end is the highest"),
        pytest.param(replace(RISING, rate_middle=1e-2, rate_end=1e-3), id="up, then down"),
        pytest.param(replace(RISING, rate_now=1e-2, rate_middle=1e-3, rate_end=0.0), id="restarts"),
        pytest.param(replace(RISING, rate_end=6e-3), id="more than half of it"),
    ],
)
def test_stays_silent(updates: Updates) -> None:
    assert not list(unfinished_warmup(updates, FIT))


def test_does_not_apply_without_a_schedule() -> None:
    with pytest.raises(DoesNotApplyError, match="no schedule"):
        list(unfinished_warmup(Updates(optimizer="Adam", rate_now=0.1), FIT))


def test_treatment() -> None:
    (finding,) = unfinished_warmup(RISING, FIT)
    (advice,) = unfinished_warmup.treatments(finding, Cell(""))
    assert "tenth" in advice.text


CELL = """
rate = keras.optimizers.schedules.CosineDecay(
    0.0, decay_steps={decay}, warmup_target=0.01, warmup_steps={warmup}
)
model = build()
model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
model.fit(x, y, batch_size=4, epochs=5, verbose=0)
"""


@pytest.mark.keras
def test_on_a_real_cell() -> None:
    assert "unfinished-warmup" in rules_of(CELL.format(decay=40_000, warmup=4_000))
    assert "unfinished-warmup" not in rules_of(CELL.format(decay=40, warmup=4))
