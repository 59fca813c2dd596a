import ast
import math
from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.gradients import Gradients, WeightGradient
from nbdoctor.readings.updates import Updates
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.training.exploding_gradient import exploding_gradient

KERNEL = WeightGradient(
    path="dense/kernel", layer="dense", norms=(4000.0, 3000.0), weight_norm=4.0, is_kernel=True
)
WORSE = Updates(optimizer="SGD", rate_now=0.01, loss_before=(5.0,), loss_after=(90.0,))
BETTER = replace(WORSE, loss_after=(4.0,))


def gradients(*weights: WeightGradient) -> Gradients:
    return Gradients(weights=weights)


@pytest.mark.parametrize(
    ("weight", "updates", "words"),
    [
        pytest.param(
            KERNEL, WORSE, "`dense/kernel` is at least 750 times the norm", id="in every batch"
        ),
        pytest.param(replace(KERNEL, norms=(400.0,)), WORSE, "100 times", id="at the limit"),
        pytest.param(
            KERNEL, replace(WORSE, loss_after=(math.inf,)), "a learning rate of 0.01", id="infinite"
        ),
        pytest.param(KERNEL, replace(WORSE, loss_after=(math.nan,)), "750", id="NaN"),
        pytest.param(
            KERNEL,
            replace(WORSE, loss_before=(5.0, 4.0), loss_after=(4.0, 8.0)),
            "750",
            id="the second step",
        ),
    ],
)
def test_fires(weight: WeightGradient, updates: Updates, words: str) -> None:
    (finding,) = exploding_gradient(gradients(weight), updates)
    assert words in finding.says
    assert finding.where.layer == "dense"
    assert (finding.severity, finding.kind) == ("warning", "strong")


@pytest.mark.parametrize(
    ("weight", "updates"),
    [
        pytest.param(KERNEL, BETTER, id="large, but the loss falls"),
        pytest.param(KERNEL, replace(WORSE, loss_after=(9.9,)), id="less than twice"),
        pytest.param(
            KERNEL, replace(WORSE, loss_before=(), loss_after=()), id="no step was measured"
        ),
        pytest.param(
            replace(KERNEL, norms=(3.0,)), WORSE, id="usual gradients: then the rate is too high"
        ),
        pytest.param(
            replace(KERNEL, norms=(4000.0, 30.0)), WORSE, id="large in one batch of two only"
        ),
        pytest.param(replace(KERNEL, is_kernel=False), WORSE, id="a bias, small at birth"),
        pytest.param(replace(KERNEL, weight_norm=0.0), WORSE, id="a kernel of zeros"),
        pytest.param(replace(KERNEL, norms=()), WORSE, id="no gradient"),
        pytest.param(
            KERNEL, replace(WORSE, loss_after=(11.0,), loss_changes_by_itself=0.5), id="dropout"
        ),
    ],
)
def test_stays_silent(weight: WeightGradient, updates: Updates) -> None:
    assert not list(exploding_gradient(gradients(weight), updates))


@pytest.mark.parametrize("name", ["Adam", "RMSprop", "Adagrad"])
def test_does_not_apply_to_optimizers_that_divide_by_the_size(name: str) -> None:
    with pytest.raises(DoesNotApplyError, match=name):
        list(exploding_gradient(gradients(KERNEL), replace(WORSE, optimizer=name)))


MADE = "model.compile(SGD(0.01), 'mse')\n"
STRING = "import keras\nmodel.compile('sgd', 'mse')\n"


@pytest.mark.parametrize(
    ("cell", "after"),
    [
        (MADE, MADE.replace("0.01", "0.01, clipnorm=1.0")),
        (STRING, STRING.replace("'sgd'", "keras.optimizers.SGD(clipnorm=1.0)")),
    ],
)
def test_treatment(cell: str, after: str) -> None:
    (finding,) = exploding_gradient(gradients(KERNEL), WORSE)
    (clip,) = exploding_gradient.treatments(finding, Cell(cell))
    assert clip.patched == after
    ast.parse(after)
    (again,) = exploding_gradient.treatments(finding, Cell(after))
    assert again.patched is None


@pytest.mark.keras
@pytest.mark.parametrize(("scale", "sick"), [(1e5, True), (1.0, False)])
def test_on_a_real_model(scale: float, sick: bool) -> None:
    import keras
    import numpy as np

    from nbdoctor import diagnose

    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(64, 10)).astype("float32")
    hidden = keras.layers.Dense(32, activation="relu")
    model = keras.Sequential([keras.Input((10,)), hidden, keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    found = {f.rule for f in diagnose(model, x, x[:, :1] * scale).findings}
    assert ("exploding-gradient" in found) is sick
