from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.history import History
from nbdoctor.readings.source import Source
from nbdoctor.rules.pipeline.exhausted_generator import exhausted_generator
from nbdoctor.rules.rule import DoesNotApplyError

FIT = Fit(data_kind="generator", epochs=4)
SOURCE = Source(fit_data="batches()", yield_line=4)


def passes(*steps: int) -> History:
    return History(values={"loss": (1.0,)}, epochs=4, passes=steps)


@pytest.mark.parametrize(
    ("history", "fit", "words"),
    [
        pytest.param(passes(5, 2, 2, 2), FIT, "`batches()` had 5 batches.", id="four epochs"),
        pytest.param(passes(5, 2, 2, 2), FIT, "3 more passes with 2 steps each", id="passes"),
        pytest.param(
            passes(30, 2),
            replace(FIT, steps_per_epoch=10, steps_planned=50),
            "30 batches of 50 planned",
            id="steps given",
        ),
        pytest.param(
            passes(3, 1, 2),
            FIT,
            "the first batch, which it had kept: 2 more passes with 1 to 2 steps",
            id="stopped in an epoch",
        ),
    ],
)
def test_fires(history: History, fit: Fit, words: str) -> None:
    (finding,) = exhausted_generator(history, fit, SOURCE)
    assert words in finding.says
    assert finding.where.line == 4
    assert (finding.severity, finding.kind) == ("critical", "proof")


def test_warns_where_only_the_last_epoch_is_short() -> None:
    planned = replace(FIT, steps_per_epoch=3, steps_planned=12)
    (finding,) = exhausted_generator(passes(10), planned, SOURCE)
    assert finding.severity == "warning"
    assert "10 batches of 12 planned. The last epoch ended early." in finding.says
    stopped = replace(passes(10), epochs=3)
    assert not list(exhausted_generator(stopped, planned, SOURCE))


def test_speaks_of_the_generator_where_its_name_is_unknown() -> None:
    (finding,) = exhausted_generator(passes(5, 2), FIT, None)
    assert finding.says.startswith("The generator had 5")


@pytest.mark.parametrize(
    "history",
    [
        pytest.param(passes(5), id="one epoch"),
        pytest.param(passes(4000), id="a generator that never ends"),
        pytest.param(passes(2, 2, 2), id="two batches, which Keras keeps both"),
        pytest.param(passes(1, 1), id="one batch"),
        pytest.param(passes(18, 18, 18), id="as many in each epoch"),
    ],
)
def test_stays_silent(history: History) -> None:
    assert not list(exhausted_generator(history, FIT, SOURCE))


def test_does_not_apply_without_a_generator() -> None:
    with pytest.raises(DoesNotApplyError):
        list(exhausted_generator(passes(), FIT, SOURCE))


def test_treatment() -> None:
    (finding,) = exhausted_generator(passes(5, 2), FIT, SOURCE)
    (offered,) = exhausted_generator.treatments(finding, Cell("model.fit(batches(), epochs=2)\n"))
    assert (offered.effect, offered.patched) == ("judgement", None)
    assert "`steps_per_epoch=5`" in offered.text


@pytest.mark.keras
@pytest.mark.parametrize(
    ("loop", "arguments", "steps"),
    [
        pytest.param("for _ in range(1):", "epochs=3", (5, 2, 2), id="it ends"),
        pytest.param("while True:", "epochs=3, steps_per_epoch=5", (15,), id="it never ends"),
        pytest.param("for _ in range(5):", "epochs=2, steps_per_epoch=12", (24,), id="enough"),
        pytest.param("for _ in range(5):", "epochs=4, steps_per_epoch=12", (25, 2), id="too few"),
        pytest.param("for _ in range(2):", "epochs=2, steps_per_epoch=8", (10,), id="the last"),
    ],
)
@pytest.mark.filterwarnings("ignore:Your input ran out of data")
def test_on_a_real_model(loop: str, arguments: str, steps: tuple[int, ...]) -> None:
    from tests.benchmarks.cell_process import shell_with_magic

    shell = shell_with_magic()
    shell.run_cell(f"""%%diagnose -q --no-trials -o report
import keras
import numpy as np

def batches():
    {loop}
        for _ in range(5):
            yield np.random.rand(8, 4), np.random.rand(8, 1)

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(batches(), {arguments}, shuffle=False, verbose=0)
""").raise_error()
    report = shell.user_ns["report"]
    assert report.readings["History"].passes == steps
    found = {finding.rule for finding in report.findings}
    assert ("exhausted-generator" in found) is (sum(steps) not in {15, 24})
