"""Losses and last layers that fit the labels."""

from typing import Any

import numpy as np
import pytest

from nbdoctor.experiment.answers import Answers
from nbdoctor.experiment.objective import (
    HeadForm,
    LossForm,
    encoded,
    head_fits,
    head_for,
    label_form,
    labels_fit,
    loss_fits,
    loss_form,
    reference_loss,
)
from nbdoctor.readings.asked import Asked
from nbdoctor.readings.task import Task, task_of

DEAL = np.random.default_rng(0)
IDS = np.arange(60) % 3
SPARSE = LossForm("sparsecategoricalcrossentropy")
CATEGORICAL = LossForm("categoricalcrossentropy")
BINARY = LossForm("binarycrossentropy")
ERROR = LossForm("meansquarederror")


def three(y: Any = IDS) -> Task:
    return task_of(y, Asked(shape=(None, 3), classes=True))


def two(y: Any = IDS % 2) -> Task:
    return task_of(y, Asked(shape=(None, 1), classes=True))


def numbers(y: Any) -> Task:
    return task_of(y, Asked(shape=(None, 1)))


def test_labels_in_the_form_that_a_loss_reads() -> None:
    task = three()
    assert label_form(task, IDS, SPARSE, 3) == "ids"
    assert label_form(task, IDS, CATEGORICAL, 3) == "one-hot"
    assert label_form(task, IDS, None, 3) == "ids"
    assert label_form(two(), IDS % 2, BINARY, 1) == "column"
    assert encoded(task, "one-hot")[4].tolist() == [0, 1, 0]
    assert encoded(two(IDS % 2 * 255), "column")[1].tolist() == [1]


def test_labels_that_a_loss_does_not_read() -> None:
    assert labels_fit(three(), IDS, SPARSE, 3)
    assert not labels_fit(three(), IDS, CATEGORICAL, 3)
    assert not labels_fit(two(IDS % 2 * 255), IDS % 2 * 255, BINARY, 1)
    assert labels_fit(numbers(DEAL.normal(size=60)), IDS, ERROR, 1)
    assert not labels_fit(numbers(DEAL.normal(size=60) * 1e5), IDS, ERROR, 1)


@pytest.mark.parametrize(
    ("loss", "form"),
    [
        (None, HeadForm(3)),
        (SPARSE, HeadForm(3, "softmax")),
        (LossForm("sparsecategoricalcrossentropy", logits=True), HeadForm(3)),
        (BINARY, HeadForm(3, "sigmoid")),
    ],
)
def test_a_last_layer_for_classes(loss: LossForm | None, form: HeadForm) -> None:
    assert head_for(three(), loss, own_labels=False) == form


def test_a_last_layer_has_a_unit_for_each_value_of_the_user_s_own_ids() -> None:
    assert head_for(three(IDS + 1), SPARSE, own_labels=True).units == 4
    assert head_for(three(IDS + 1), SPARSE, own_labels=False).units == 3


def test_last_layers_that_fit() -> None:
    assert head_fits(three(), HeadForm(3, "softmax"), SPARSE)
    assert not head_fits(three(), HeadForm(3, "relu"), SPARSE)
    assert not head_fits(two(), HeadForm(1, "softmax"), BINARY)
    assert head_fits(numbers(DEAL.random(60)), HeadForm(1, "sigmoid"), ERROR)
    assert not head_fits(numbers(DEAL.normal(size=60)), HeadForm(1, "sigmoid"), ERROR)


def test_losses_that_fit() -> None:
    assert loss_fits(three(), HeadForm(3, "softmax"), SPARSE)
    assert not loss_fits(three(), HeadForm(3, "softmax"), ERROR)
    assert not loss_fits(three(), HeadForm(3), SPARSE)
    assert not loss_fits(two(), HeadForm(1, "sigmoid"), LossForm("f", is_own=True))


@pytest.mark.keras
def test_what_is_known_of_a_loss() -> None:
    import keras

    assert loss_form("mse") == LossForm("mse")
    made = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    assert loss_form(made) == LossForm("sparsecategoricalcrossentropy", logits=True)
    own = loss_form(lambda y, p: p - y)
    assert own is not None
    assert own.is_own
    assert loss_form(None) is None


@pytest.mark.keras
@pytest.mark.parametrize("one_hot", [False, True])
def test_the_reference_loss_reads_own_labels_in_any_form(one_hot: bool) -> None:
    labels = np.eye(3)[IDS] if one_hot else IDS
    loss = reference_loss(three(labels), HeadForm(3), labels, own_labels=True)
    out = DEAL.normal(size=(60, 3)).astype("float32")
    chances = np.exp(out) / np.exp(out).sum(axis=1, keepdims=True)
    wanted = -np.log(chances[np.arange(60), IDS]).mean()
    assert float(loss(labels, out, None)) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.keras
def test_places_that_do_not_count_are_left_out_of_the_reference_loss() -> None:
    labels = np.array([[0, 1, 2], [1, 0, 2]])
    task = task_of(labels, Asked(shape=(None, 3, 3), classes=True))
    loss = reference_loss(task, HeadForm(3), labels, own_labels=False)
    out = np.zeros((2, 3, 3), "float32")
    out[:, 2] = 50.0, 0.0, 0.0
    counts = np.array([[True, True, False]] * 2)
    assert float(loss(labels, out, counts)) == pytest.approx(np.log(3), rel=1e-5)


def test_predictions_of_scaled_numbers_are_scaled_back() -> None:
    y = DEAL.normal(size=60) * 1e5 + 1e6
    task, judge = numbers(y), np.arange(30)
    out = ((y - y.mean()) / y.std())[:30, None]
    assert Answers(out, logits=False, own_labels=False).score(task, judge) == pytest.approx(1.0)
    assert Answers(out, logits=False, own_labels=True).score(task, judge) < 0


def test_columns_stand_for_classes_or_for_the_user_s_own_ids() -> None:
    task, judge = three(IDS + 1), np.arange(60)
    by_class = np.eye(3)[IDS]
    by_id = np.eye(4)[IDS + 1]
    assert Answers(by_class, logits=False, own_labels=False).score(task, judge) == 1.0
    assert Answers(by_id, logits=False, own_labels=True).score(task, judge) == 1.0
    assert Answers(by_class, logits=False, own_labels=True).score(task, judge) < 0.5


def test_predictions_of_another_shape_are_worth_nothing() -> None:
    out = np.zeros((7, 2))
    assert Answers(out, logits=False, own_labels=True).score(three(), np.arange(60)) == 0.0
