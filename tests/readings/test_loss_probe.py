from collections.abc import Callable
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.loss_probe import Probed, probe, probe_of_loss, truths, watched
from nbdoctor.readings.missing import NotTakenError

BITS = (np.arange(40) % 3 == 0).astype("float32")[:, None]
NUMBERS = np.linspace(-3, 9, 40, dtype="float32")[:, None]
IDS = (np.arange(40) % 3).astype("float32")
ONE_HOT = np.eye(3, dtype="float32")[IDS.astype(int)]

Loss = Callable[[Any, Any], Any]


def as_piece(loss: Loss) -> Callable[..., Any]:
    """A loss as the piece of a trace gives it: with slopes, here by differences."""

    def piece(y: Any, p: Any) -> Any:
        with np.errstate(all="ignore"):
            return told(y, p)

    def told(y: Any, p: Any) -> Any:
        slope = np.array([(loss(y, p + 1e-3 * q) - loss(y, p)) for q in (1, -1)])
        return loss(y, p), [None, slope]

    return piece


def probed(loss: Loss, y: Any, activation: str, encoding: str = "ids") -> Probed:
    shape = y.shape if y.ndim > 1 else (len(y), 3)
    output = Output(name="y", layer="dense", activation=activation, loss="custom")
    found = probe(as_piece(loss), y, shape, output, Target(name="y", encoding=encoding))
    assert found is not None
    return found


def prefers_opposite(found: Probed) -> bool:
    both = zip(found.at_truth, found.at_opposite, strict=True)
    return all(truth > other for truth, other in both)


def crossentropy(y: Any, p: Any) -> Any:
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def dice(y: Any, p: Any) -> Any:
    return 2 * np.sum(y * p) / (np.sum(y) + np.sum(p) + 1e-7)


@pytest.mark.parametrize(
    ("loss", "y", "activation", "inverted"),
    [
        pytest.param(crossentropy, BITS, "sigmoid", False, id="cross-entropy"),
        pytest.param(lambda y, p: -crossentropy(y, p), BITS, "sigmoid", True, id="its negative"),
        pytest.param(dice, BITS, "sigmoid", True, id="a score for a loss"),
        pytest.param(lambda y, p: 1 - dice(y, p), BITS, "sigmoid", False, id="1 - a score"),
        pytest.param(lambda y, p: np.mean((y - p) ** 2), NUMBERS, "linear", False, id="squares"),
        pytest.param(lambda y, p: -np.mean(abs(y - p)), NUMBERS, "linear", True, id="a wrong sign"),
        pytest.param(
            lambda y, p: np.mean(np.log1p(np.exp(-(2 * y - 1) * p))),
            BITS,
            "linear",
            False,
            id="logits",
        ),
        pytest.param(lambda y, p: -np.sum(y * np.log(p)), ONE_HOT, "softmax", False, id="one-hot"),
        pytest.param(lambda y, p: np.sum(y * np.log(p)), ONE_HOT, "softmax", True, id="no minus"),
    ],
)
def test_a_loss_is_asked_for_the_truth_and_its_opposite(
    loss: Loss, y: Any, activation: str, inverted: bool
) -> None:
    found = probed(loss, y, activation, "one-hot" if y.shape[-1] == 3 else "ids")
    assert prefers_opposite(found) is inverted
    assert not found.is_straight
    assert found.uses_labels


def test_class_numbers_are_columns_of_a_softmax() -> None:
    def loss(y: Any, p: Any) -> Any:
        return -np.mean(np.log(p[np.arange(len(y)), y.astype(int)]))

    assert not prefers_opposite(probed(loss, IDS, "softmax"))


def test_a_product_goes_straight_on() -> None:
    signs = 2 * BITS - 1
    assert probed(lambda y, p: np.mean(y * p), signs, "linear").is_straight
    assert not probed(lambda y, p: np.mean((y - p) ** 2), signs, "linear").is_straight


def test_a_loss_that_never_looks_at_the_labels() -> None:
    assert not probed(lambda _, p: -np.mean(np.log(p)), BITS, "sigmoid").uses_labels


def test_whether_labels_and_predictions_may_be_exchanged() -> None:
    assert probed(lambda y, p: np.mean((y - p) ** 2), NUMBERS, "linear").is_symmetric
    assert probed(lambda y, p: np.mean(y * p**2), NUMBERS, "linear").is_symmetric is False


def test_labels_without_a_last_axis_may_be_exchanged_with_one_column() -> None:
    output = Output(name="y", layer="dense", activation="sigmoid", loss="custom")

    def given(y: Any, p: Any) -> Any:
        assert (y.shape, p.shape) == ((40,), (40, 1))
        return crossentropy(y[:, None], np.clip(p, 1e-7, 1 - 1e-7))

    found = probe(as_piece(given), BITS[:, 0], (40, 1), output, Target(name="y", encoding="ids"))
    assert found is not None
    assert found.is_symmetric is False


def test_rounding_has_no_slope() -> None:
    assert probed(lambda y, p: np.mean(y != np.floor(p + 0.501)), BITS, "sigmoid").is_flat
    assert not probed(crossentropy, BITS, "sigmoid").is_flat


@pytest.mark.parametrize(
    ("y", "shape", "activation"),
    [
        pytest.param(IDS, (40, 8), "linear", id="embeddings"),
        pytest.param(np.zeros((40, 1)), (40, 1), "linear", id="labels that only fill a place"),
        pytest.param(NUMBERS, (40, 1), "sigmoid", id="numbers that the head cannot put out"),
        pytest.param(np.full((40, 1), np.nan), (40, 1), "linear", id="NaN"),
        pytest.param(NUMBERS, (40, 2), "linear", id="mean and variance"),
        pytest.param(BITS, (40, 1), "relu", id="a distance, by which 1 may mean near"),
        pytest.param(BITS, (40, 1), "", id="an output of which nothing is known"),
    ],
)
def test_some_labels_are_no_predictions(y: Any, shape: Any, activation: str) -> None:
    output = Output(name="y", activation=activation)
    assert list(truths(np.asarray(y), shape, output, Target(name="y"))) == []


def test_a_loss_that_raises_is_no_fault_of_ours() -> None:
    def raises(_y: Any, _p: Any) -> Any:
        message = "Incompatible shapes: [100,5] vs. [32,5]"
        raise ValueError(message)

    output = Output(name="y", layer="dense", activation="linear", loss="custom")
    with pytest.raises(NotTakenError, match="your loss raises"):
        probe(watched(raises), NUMBERS, NUMBERS.shape, output, Target(name="y", encoding="ids"))


@pytest.mark.parametrize(
    ("loss", "why"),
    [
        pytest.param("mean_squared_error", "", id="one of Keras's own asks for nothing"),
        pytest.param("custom", "not made on copies", id="one of the user's does"),
    ],
)
def test_only_losses_of_the_users_own_need_a_step_on_copies(loss: str, why: str) -> None:
    let_go: Any = SimpleNamespace(run=None)
    given = Head(outputs=(Output(name="y", loss=loss),)), Labels(targets=())
    with pytest.raises(NotTakenError, match=why) if why else nullcontext():
        assert probe_of_loss(let_go, *given) is None
