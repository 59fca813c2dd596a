import ast
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.gradients import Gradients, WeightGradient
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.trained import Trained
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.training.learning_rate_too_high import learning_rate_too_high

WILD = Updates(
    optimizer="Adam",
    rate_now=1.0,
    loss_before=(1.21, 90.0, 80.0),
    loss_after=(111.0, 85.0, 70.0),
)
LOSS = LossAtInit(reported=1.21, rehearsed=1.21, penalty=0.0, data=1.21, baseline=1.09)
UNKNOWN = replace(LOSS, baseline=None)
SMALL = LossAtInit(reported=0.002, rehearsed=0.002, penalty=0.0, data=0.002, baseline=1.09)


def one_step(before: float, after: float, **changes: object) -> Updates:
    return replace(WILD, loss_before=(before,), loss_after=(after,), **changes)  # type: ignore[arg-type]


LONG = one_step(1.3, 0.85, ratio=44.0, rate_now=10.0)
ABOVE = Trained(rows=256, loss=1.48)


def test_fires_after_training_on_steps_longer_than_the_weights() -> None:
    (finding,) = learning_rate_too_high(LONG, LOSS, ABOVE, None)
    assert "changes a kernel by 44 times its own norm" in finding.says
    assert "ends with a loss of 1.48" in finding.says
    tenth, usual = learning_rate_too_high.treatments(finding, Cell("opt = Adam(10.0)\n"))
    assert tenth.patched == "opt = Adam(1.0)\n"
    assert usual.patched == "opt = Adam(0.001)\n"


@pytest.mark.parametrize(
    ("updates", "loss", "trained"),
    [
        pytest.param(LONG, LOSS, replace(ABOVE, loss=0.1), id="it learned"),
        pytest.param(LONG, LOSS, None, id="not trained yet"),
        pytest.param(replace(LONG, ratio=0.56), LOSS, ABOVE, id="Adam at 0.1"),
        pytest.param(LONG, UNKNOWN, ABOVE, id="baseline unknown"),
        pytest.param(LONG, LOSS, replace(ABOVE, weighted=True), id="weighted rows"),
        pytest.param(replace(LONG, ratio=None), LOSS, ABOVE, id="no kernel"),
    ],
)
def test_long_steps_alone_are_no_fault(
    updates: Updates, loss: LossAtInit, trained: Trained | None
) -> None:
    assert not list(learning_rate_too_high(updates, loss, trained, None))


@pytest.mark.parametrize(
    ("updates", "loss", "words", "severity"),
    [
        pytest.param(
            WILD,
            LOSS,
            ("`Adam` at a learning rate of 1", "by 91.7 (1.21 to 111)"),
            "critical",
            id="Adam at 1",
        ),
        pytest.param(WILD, None, ("91.7",), "critical", id="baseline not read"),
        pytest.param(one_step(1.1, 2.2), LOSS, ("by 2 ",), "warning", id="exactly twice"),
        pytest.param(
            one_step(1.1, float("nan")), LOSS, ("1.1 to nan",), "warning", id="NaN after one step"
        ),
        pytest.param(
            replace(WILD, loss_before=(1.1, float("nan")), loss_after=(float("inf"), float("nan"))),
            LOSS,
            ("to inf",),
            "critical",
            id="infinite, and NaN from then on",
        ),
        pytest.param(
            replace(WILD, loss_before=(1.0, 1.0), loss_after=(0.9, 7.0)),
            LOSS,
            ("by 7",),
            "critical",
            id="only the second step",
        ),
        pytest.param(
            one_step(1.1, 5.0, loss_changes_by_itself=0.5),
            LOSS,
            ("4.55",),
            "warning",
            id="beyond the noise",
        ),
    ],
)
def test_fires(updates: Updates, loss: LossAtInit | None, words: tuple[str], severity: str) -> None:
    """One step alone is never critical."""
    (finding,) = learning_rate_too_high(updates, loss, None, None)
    assert all(word in finding.says for word in words)
    assert finding.where.argument == "optimizer"
    assert (finding.severity, finding.kind) == (severity, "strong")


def test_a_step_that_the_next_ones_make_good_is_no_fault() -> None:
    over = replace(WILD, loss_before=(2.12, 5.9, 3.0), loss_after=(5.9, 3.0, 2.2))
    assert not list(learning_rate_too_high(over, LOSS, None, None))


def test_does_not_apply_where_the_gradient_itself_is_not_finite() -> None:
    nan = WeightGradient(
        path="a/kernel", layer="a", norms=(), weight_norm=1.0, is_kernel=True, non_finite=True
    )
    with pytest.raises(DoesNotApplyError, match="gradient itself"):
        list(learning_rate_too_high(WILD, LOSS, None, Gradients(weights=(nan,))))


@pytest.mark.parametrize(
    ("updates", "loss"),
    [
        pytest.param(one_step(1.1, 0.83), LOSS, id="SGD at 1 learns"),
        pytest.param(one_step(1.1, 0.70, rate_now=0.1), LOSS, id="Adam at 0.1 learns"),
        pytest.param(one_step(1.1, 2.19), LOSS, id="just below twice"),
        pytest.param(
            one_step(1.1, 3.0, loss_changes_by_itself=0.5), LOSS, id="dropout makes half of it"
        ),
        pytest.param(one_step(0.002, 0.2), SMALL, id="a trained model near zero"),
        pytest.param(one_step(1e-6, 5e-4), UNKNOWN, id="nearly no loss, baseline unknown"),
        pytest.param(one_step(0.0, 0.1), UNKNOWN, id="no loss at all"),
        pytest.param(one_step(-3.0, -9.0), UNKNOWN, id="a loss below zero by nature"),
        pytest.param(one_step(float("nan"), float("nan")), LOSS, id="NaN before any step"),
    ],
)
def test_stays_silent(updates: Updates, loss: LossAtInit) -> None:
    assert not list(learning_rate_too_high(updates, loss, None, None))


def test_does_not_apply_where_no_step_was_measured() -> None:
    watched = replace(WILD, loss_before=(), loss_after=())
    with pytest.raises(DoesNotApplyError, match="before and after a step"):
        list(learning_rate_too_high(watched, LOSS, None, None))


def test_does_not_apply_during_warm_up() -> None:
    rising = replace(WILD, scheduled=True, rate_now=0.1, rate_middle=1.0)
    with pytest.raises(DoesNotApplyError, match="rising"):
        list(learning_rate_too_high(rising, LOSS, None, None))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "model.compile(Adam(learning_rate=1.0), 'mse')  # fast\n",
            "model.compile(Adam(learning_rate=0.1), 'mse')  # fast\n",
            id="by keyword",
        ),
        pytest.param(
            "opt = keras.optimizers.Adam(1.)\n", "opt = keras.optimizers.Adam(0.1)\n", id="by place"
        ),
        pytest.param(
            "import tensorflow as tf\nmodel.compile(optimizer='adam', loss='mse')\n",
            "import tensorflow as tf\n"
            "model.compile(optimizer=tf.keras.optimizers.Adam(learning_rate=0.1), loss='mse')\n",
            id="by name",
        ),
    ],
)
def test_treatment(before: str, after: str) -> None:
    (finding,) = learning_rate_too_high(WILD, LOSS, None, None)
    treatment, usual = learning_rate_too_high.treatments(finding, Cell(before))
    assert treatment.patched == after
    assert usual.patched == after.replace("0.1", "0.001")
    ast.parse(after)
    again, _ = learning_rate_too_high.treatments(finding, Cell(after))
    assert again.patched is None


@pytest.mark.parametrize(
    ("updates", "cell", "word"),
    [
        pytest.param(WILD, "model.fit(x, y)\n", "`Adam(learning_rate=0.1)`", id="built elsewhere"),
        pytest.param(WILD, "a, b = Adam(1), Adam(1)\n", "`Adam(", id="two optimizers"),
        pytest.param(
            replace(WILD, scheduled=True), "o = Adam(decay)\n", "schedule of `Adam`", id="schedule"
        ),
    ],
)
def test_treatment_is_advice_where_it_is_ambiguous(updates: Updates, cell: str, word: str) -> None:
    (finding,) = learning_rate_too_high(updates, LOSS, None, None)
    (treatment,) = learning_rate_too_high.treatments(finding, Cell(cell))
    assert treatment.patched is None
    assert word in treatment.text


@pytest.mark.keras
@pytest.mark.parametrize(
    ("rate", "sick"), [pytest.param(5.0, True, id="5"), pytest.param(0.01, False, id="0.01")]
)
def test_on_a_real_model(rate: float, sick: bool) -> None:
    import keras
    import numpy as np

    from nbdoctor import diagnose

    rng = np.random.default_rng(0)
    x = rng.normal(size=(128, 10)).astype("float32")
    keras.utils.set_random_seed(0)
    hidden = keras.layers.Dense(32, activation="relu")
    head = keras.layers.Dense(2, activation="softmax")
    model = keras.Sequential([keras.Input((10,)), hidden, head])
    model.compile(keras.optimizers.Adam(learning_rate=rate), "sparse_categorical_crossentropy")
    found = {f.rule for f in diagnose(model, x, (x[:, 0] > 0).astype(int)).findings}
    assert ("learning-rate-too-high" in found) is sick
