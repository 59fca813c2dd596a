import ast
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.callbacks import Callback, Callbacks
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.history import History
from nbdoctor.readings.trained import Trained
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from nbdoctor.rules.training.too_few_steps import too_few_steps

CURVE = Attained(
    kind="numbers",
    score=0.43,
    ceiling=0.99,
    simple={"linear model": 0.44, "nearest neighbours": 0.99},
    rows=256,
    counted=256.0,
)
FIT = Fit(data_kind="arrays", epochs=10, steps_planned=400)
FALLING = (0.096, 0.0886, 0.0839, 0.079, 0.0755, 0.072, 0.0685, 0.0652, 0.062, 0.059)


def log(*losses: float, passes: tuple[int, ...] = ()) -> History:
    return History(values={"loss": losses}, epochs=len(losses), passes=passes)


def judged(
    history: History,
    attained: Attained = CURVE,
    *,
    trained: Trained | None = None,
    fit: Fit | None = FIT,
    updates: Updates | None = None,
    callbacks: Callbacks | None = None,
) -> list[Finding]:
    return list(too_few_steps(history, attained, trained, fit, updates, callbacks))


@pytest.mark.parametrize(
    ("history", "attained", "words"),
    [
        pytest.param(
            log(*FALLING),
            CURVE,
            "the best simple model (nearest neighbours) has 0.99",
            id="a curve",
        ),
        pytest.param(
            log(57, 52, 48), replace(CURVE, score=-1.0), "falls by 4 per epoch", id="three epochs"
        ),
        pytest.param(
            log(*FALLING),
            replace(CURVE, kind="classes", held_out=True),
            "score on 256 validation rows is 0.43",
            id="classes",
        ),
        pytest.param(log(*FALLING, passes=(40,) * 9 + (12,)), CURVE, "(372 steps)", id="steps"),
    ],
)
def test_fires(history: History, attained: Attained, words: str) -> None:
    (finding,) = judged(history, attained)
    assert words in finding.says
    assert (finding.severity, finding.kind, finding.gated) == ("warning", "strong", True)


FLAT = (0.096, 0.07, 0.065, 0.0638, 0.0637, 0.0637, 0.0636, 0.0636, 0.0636, 0.0636)


@pytest.mark.parametrize(
    ("history", "attained"),
    [
        pytest.param(log(*FALLING), replace(CURVE, score=0.95), id="it has learned the most of it"),
        pytest.param(log(*FLAT), CURVE, id="it has stopped falling"),
        pytest.param(log(0.1, 0.09, 0.095), CURVE, id="few epochs, up and down"),
        pytest.param(log(*reversed(FALLING)), CURVE, id="it rises"),
        pytest.param(log(*FALLING), replace(CURVE, counted=25.0), id="too few rows to tell"),
    ],
)
def test_stays_silent(history: History, attained: Attained) -> None:
    assert not judged(history, attained)


EARLY = Callbacks(callbacks=(Callback(kind="EarlyStopping", keeps_best=True),))


def test_does_not_apply_to_one_epoch() -> None:
    with pytest.raises(DoesNotApplyError):
        judged(log(1.0))


def test_does_not_apply_where_a_penalty_falls() -> None:
    with pytest.raises(DoesNotApplyError, match="regularisation"):
        judged(log(*FALLING), trained=Trained(rows=256, penalty=0.03))


@pytest.mark.parametrize("ceiling", [None, 0.4])
def test_does_not_apply_where_simple_models_see_little(ceiling: float | None) -> None:
    with pytest.raises(DoesNotApplyError, match="simple models see too little"):
        judged(log(*FALLING), replace(CURVE, ceiling=ceiling))


def test_a_training_that_a_callback_ended_is_not_too_short() -> None:
    with pytest.raises(DoesNotApplyError, match="a callback ended"):
        judged(log(*FALLING), fit=replace(FIT, epochs=200), callbacks=EARLY)
    assert judged(log(*FALLING), callbacks=EARLY), "all planned epochs were made"


@pytest.mark.parametrize(
    "before", ["model.fit(x, y, epochs=10)\n", "model.fit(x, y, 32, 10, verbose=0)\n"]
)
def test_treatment(before: str) -> None:
    (finding,) = judged(log(*FALLING))
    (longer,) = too_few_steps.treatments(finding, Cell(before))
    assert longer.patched == before.replace("10", "50")
    ast.parse(longer.patched)
    (again,) = too_few_steps.treatments(finding, Cell(longer.patched))
    assert again.patched is None


def test_longer_steps_are_a_treatment_where_the_rate_is_a_number() -> None:
    updates = Updates(optimizer="RMSprop", rate_now=0.001)
    cell = Cell("import keras\nmodel.compile('rmsprop', 'mse')\nmodel.fit(x, y, epochs=10)\n")
    (finding,) = judged(log(*FALLING), updates=updates)
    _, faster = too_few_steps.treatments(finding, cell)
    assert faster.patched == cell.source.replace(
        "'rmsprop'", "keras.optimizers.RMSprop(learning_rate=0.01)"
    )
    updates = Updates(optimizer="RMSprop", rate_now=0.1)
    (finding,) = judged(log(*FALLING), updates=updates)
    _, faster = too_few_steps.treatments(finding, cell)
    assert "learning_rate=1.0)" in faster.patched  # Keras takes no whole number
    scheduled = replace(updates, scheduled=True)
    (finding,) = judged(log(*FALLING), updates=scheduled)
    assert len(list(too_few_steps.treatments(finding, cell))) == 1


@pytest.mark.keras
@pytest.mark.parametrize(("rate", "sick"), [(0.001, True), (0.3, False)])
def test_on_a_real_model(rate: float, sick: bool) -> None:
    import keras
    import numpy as np

    from nbdoctor.capture.data import rows_of_batches
    from nbdoctor.capture.sample import sample_of
    from nbdoctor.readings.head import read_head
    from nbdoctor.readings.scoring import attained_by_model
    from tests.look.looking import look_at

    keras.utils.set_random_seed(0)
    x = np.linspace(1, 2, 128)[:, None].astype("float32")
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(rate), "mse")
    look = look_at(model, (x, 5 * x))
    sample = sample_of(rows_of_batches(model, look.batches, None), None)
    losses = model.fit(x, 5 * x, epochs=20, verbose=0).history["loss"]
    assert sample is not None
    attained = attained_by_model(look, sample, read_head(model, ["y"]), None, None)
    assert attained is not None
    assert bool(judged(log(*losses), attained, fit=None)) is sick
