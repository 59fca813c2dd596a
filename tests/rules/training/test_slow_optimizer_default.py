import ast
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.history import History
from nbdoctor.readings.loss_at_init import LossAtInit
from nbdoctor.readings.source import Source, read_source
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.training.slow_optimizer_default import slow_optimizer_default

ADADELTA = Updates(optimizer="Adadelta", rate_now=0.0010000000475, ratio=6e-6)
ADAGRAD = replace(ADADELTA, optimizer="Adagrad", ratio=2.8e-4)
LOSS = LossAtInit(reported=1.1, rehearsed=1.1, penalty=0.0, data=1.1, baseline=1.1)


def written(text: str) -> Source:
    return read_source(Cell(text), {})


STRING = 'import keras\nmodel.compile("adadelta", "mse")\nmodel.fit(x, y)\n'
MADE = "import keras\nmodel.compile(optimizer=keras.optimizers.Adadelta(), loss='mse')\n"
NAMED = "model.compile(optimizer='Adagrad', loss='mse')\n"


def log(*losses: float) -> History:
    return History(values={"loss": losses}, epochs=len(losses))


@pytest.mark.parametrize(
    ("updates", "cell", "history", "words"),
    [
        pytest.param(ADADELTA, STRING, None, ("`Adadelta` is 0.001; 1.0 is usual",), id="string"),
        pytest.param(ADADELTA, MADE, None, ("6e-6 of its norm",), id="object"),
        pytest.param(ADAGRAD, NAMED, None, ("`Adagrad` is 0.001; 0.01 is usual",), id="Adagrad"),
        pytest.param(ADADELTA, STRING, log(1.1, 1.09), ("1.0 is usual",), id="after training"),
        pytest.param(replace(ADADELTA, ratio=None), MADE, None, ("1.0",), id="no kernel"),
    ],
)
def test_fires(
    updates: Updates, cell: str, history: History | None, words: tuple[str, ...]
) -> None:
    (finding,) = slow_optimizer_default(updates, written(cell), LOSS, history)
    assert all(word in finding.says for word in words)
    assert (finding.severity, finding.kind) == ("warning", "proof")


@pytest.mark.parametrize(
    ("updates", "cell", "history"),
    [
        pytest.param(
            ADADELTA,
            "model.compile(Adadelta(learning_rate=0.001), 'mse')\n",
            None,
            id="the same rate, given",
        ),
        pytest.param(ADADELTA, "model.compile(Adadelta(0.001), 'mse')\n", None, id="by position"),
        pytest.param(replace(ADADELTA, rate_now=1.0), STRING, None, id="another rate"),
        pytest.param(replace(ADADELTA, scheduled=True), STRING, None, id="a schedule"),
        pytest.param(ADADELTA, "model.fit(x, y)\n", None, id="compiled in another cell"),
        pytest.param(ADADELTA, "model.compile(opt, 'mse')\n", None, id="made elsewhere"),
        pytest.param(
            ADADELTA, "a = Adadelta()\nb = Adadelta()\nmodel.compile(b)\n", None, id="two of them"
        ),
        pytest.param(ADADELTA, STRING, log(1.1, 0.2), id="it learned all the same"),
        pytest.param(replace(ADADELTA, rate_now=None), STRING, None, id="rate unknown"),
    ],
)
def test_stays_silent(updates: Updates, cell: str, history: History | None) -> None:
    assert not list(slow_optimizer_default(updates, written(cell), LOSS, history))


@pytest.mark.parametrize("name", ["Adam", "SGD", "RMSprop"])
def test_does_not_apply_to_others(name: str) -> None:
    with pytest.raises(DoesNotApplyError, match=name):
        list(slow_optimizer_default(replace(ADADELTA, optimizer=name), Source(), None, None))


@pytest.mark.parametrize(
    ("cell", "after", "adam"),
    [
        (
            STRING,
            STRING.replace('"adadelta"', "keras.optimizers.Adadelta(learning_rate=1.0)"),
            STRING.replace('"adadelta"', '"adam"'),
        ),
        (
            MADE,
            MADE.replace("Adadelta()", "Adadelta(learning_rate=1.0)"),
            MADE.replace("keras.optimizers.Adadelta()", '"adam"'),
        ),
    ],
)
def test_treatment(cell: str, after: str, adam: str) -> None:
    (finding,) = slow_optimizer_default(ADADELTA, written(cell), None, None)
    rate, other = slow_optimizer_default.treatments(finding, Cell(cell))
    assert (rate.patched, other.patched) == (after, adam)
    ast.parse(after)
    again, _ = slow_optimizer_default.treatments(finding, Cell(after))
    assert again.patched is None


def test_treatment_is_advice_where_the_cell_does_not_import_keras() -> None:
    (finding,) = slow_optimizer_default(ADAGRAD, written(NAMED), None, None)
    rate, _ = slow_optimizer_default.treatments(finding, Cell(NAMED))
    assert rate.patched is None
    assert "`Adagrad(learning_rate=0.01)`" in rate.text


@pytest.mark.keras
@pytest.mark.parametrize("name", ["adadelta", "adagrad"])
def test_the_default_of_keras_is_what_the_rule_says(name: str) -> None:
    import keras

    rate = float(keras.optimizers.get(name).learning_rate)
    made = Updates(optimizer=name.capitalize(), rate_now=rate)
    cell = written(f"model.compile('{name}', 'mse')\n")
    assert list(slow_optimizer_default(made, cell, None, None))
