from typing import Any

import numpy as np
import pytest

from nbdoctor.readings.asked import Asked
from nbdoctor.readings.score import (
    boldness,
    classes_named,
    explained,
    judged_rows,
    ranked,
    score,
)
from nbdoctor.readings.task import NotScorableError, Task, task_of

RNG = np.random.default_rng(0)
THREE = RNG.integers(0, 3, 600)
TWO = RNG.integers(0, 2, 600)
RARE = (np.arange(4000) % 100 == 0).astype(int)
CLASSES = Asked(classes=True)


def of(labels: Any, predicted: Any, asked: Asked = CLASSES, **more: Any) -> float:
    shape = np.shape(predicted)
    return score(task_of(labels, Asked(**{**as_dict(asked), "shape": shape}), **more), predicted)


def as_dict(asked: Asked) -> dict[str, Any]:
    return {name: getattr(asked, name) for name in ("classes", "logits", "compares")}


def sigmoid(odds: Any) -> Any:
    return 1 / (1 + np.exp(-np.asarray(odds)))


@pytest.mark.parametrize(
    ("labels", "perfect", "asked"),
    [
        pytest.param(TWO, TWO[:, None], CLASSES, id="one unit"),
        pytest.param(TWO, np.eye(2)[TWO], CLASSES, id="two units"),
        pytest.param(2 * TWO - 1, (2 * TWO - 1)[:, None], CLASSES, id="minus one and one"),
        pytest.param(TWO, 9.0 * (2 * TWO - 1), Asked(classes=True, logits=True), id="a logit"),
        pytest.param(THREE, np.eye(3)[THREE], CLASSES, id="class numbers"),
        pytest.param(np.eye(3)[THREE], np.eye(3)[THREE], CLASSES, id="one-hot"),
        pytest.param(THREE + 1, np.eye(4)[THREE + 1], CLASSES, id="class numbers from one"),
        pytest.param(THREE, THREE[:, None] + 0.2, CLASSES, id="one unit that says the number"),
        pytest.param(RNG.normal(size=(50, 3)) * [1, 9, 100], None, Asked(), id="numbers"),
        pytest.param(np.tile(TWO[:60], (9, 1)), None, Asked(), id="marks"),
    ],
)
def test_perfect_predictions_have_1_and_constants_0(
    labels: Any, perfect: Any, asked: Asked
) -> None:
    perfect = labels if perfect is None else perfect
    if labels.ndim == 2 and labels.shape[1] == 60:  # marks that vary from row to row
        labels = perfect = RNG.integers(0, 2, (200, 4))
    assert of(labels, perfect, asked) == pytest.approx(1.0)
    constant = np.broadcast_to(np.mean(perfect, axis=0), np.shape(perfect))
    assert of(labels, constant, asked) == pytest.approx(0.0, abs=1e-6)
    assert abs(of(labels, RNG.permutation(np.asarray(perfect, float)), asked)) < 1.1
    broken = np.array(perfect, "float64")
    broken.flat[0] = np.nan
    assert of(labels, broken, asked) == 0.0


def test_a_net_that_has_hardly_moved_has_learned_nothing() -> None:
    ranks = TWO + RNG.normal(size=600) * 0.4
    assert ranked(TWO, ranks) > 0.9
    assert of(TWO, 0.52 + 0.001 * ranks[:, None]) < 0.1
    assert of(TWO, sigmoid(4 * (ranks - 0.5))[:, None]) > 0.8


@pytest.mark.parametrize("shift", [0.0, np.log(99), 0.5 * np.log(99)])
def test_a_good_model_of_a_rare_class_is_good_wherever_its_cut_is(shift: float) -> None:
    """Calibrated, trained with balanced weights, and between both: one in a hundred rows."""
    size = RNG.normal(size=4000) + 3.5 * RARE
    odds = np.log(0.01 / 0.99) + 3.5 * size - 3.5**2 / 2 + shift
    assert of(RARE, sigmoid(odds)[:, None]) > 0.85
    assert of(RARE, sigmoid(odds)[:, None] > 2) == pytest.approx(0.0)


def test_a_rare_class_that_is_not_told_apart_yet_counts_by_how_far() -> None:
    chances = np.where(RARE == 1, 0.2, 0.03) + RNG.uniform(0, 0.01, 4000)
    assert of(RARE, chances[:, None]) > 0.75
    assert of(RARE, 0.3 + 0.001 * chances[:, None]) < 0.1


def test_the_share_of_classes_is_that_of_the_rows_that_train() -> None:
    """Where rows of a rare class were chosen, their share among those tells nothing."""
    chosen = np.concatenate([np.flatnonzero(RARE == 0)[:360], np.flatnonzero(RARE == 1)])
    labels = RARE[chosen]
    chances = np.where(labels == 1, 0.04, 0.004)[:, None]
    asked = Asked(classes=True, shape=chances.shape)
    assert score(task_of(labels, asked, shares={0.0: 0.99, 1.0: 0.01}), chances) == 1.0
    assert score(task_of(labels, asked), chances) < 1.0


def test_classes_count_alike_however_frequent() -> None:
    labels = np.array([0] * 80 + [1] * 10 + [2] * 10)
    assert of(labels, np.eye(3)[np.zeros(100, int)]) == pytest.approx(0.0)
    half = np.eye(3)[np.where(labels == 2, 0, labels)]
    assert of(labels, half) == pytest.approx((2 / 3 - 1 / 3) / (2 / 3))


def test_masks_are_judged_by_their_cut() -> None:
    masks = RNG.integers(0, 2, (20, 8, 8))
    blur = 0.3 + 0.1 * masks[..., None]
    assert of(masks, blur) == pytest.approx(0.0)
    assert of(masks, masks[..., None] * 0.9) == 1.0


def test_padding_does_not_count() -> None:
    words = RNG.integers(1, 9, (40, 6))
    words[:, 4:] = 0
    tags = words % 3
    right = np.eye(3)[tags]
    right[:, 4:] = np.eye(3)[1]
    asked = Asked(classes=True, shape=right.shape)
    assert score(task_of(tags, asked, inputs=[words], ids=True), right) == 1.0
    assert score(task_of(tags, asked), right) < 1.0


def test_distances_are_ranked_either_way() -> None:
    asked = Asked(compares=True)
    near = 1.0 - TWO[:, None] * 0.7 + RNG.normal(size=(600, 1)) * 0.01
    assert task_of(TWO, Asked(compares=True, shape=near.shape)).kind == "distances"
    assert of(TWO, near, asked) == of(TWO, -near, asked) == pytest.approx(1.0)


def test_numbers_of_small_columns_count_as_much_as_those_of_large_ones() -> None:
    labels = RNG.normal(size=(100, 2)) * [1, 1000]
    guess = labels.copy()
    guess[:, 0] = labels[:, 0].mean()
    assert explained(labels, guess) == pytest.approx(0.5)
    assert explained(labels, guess * 1e6) == -1.0


@pytest.mark.parametrize(
    ("labels", "predicted"),
    [
        pytest.param(np.arange(60.0), np.zeros((60, 3)), id="numbers"),
        pytest.param(RNG.integers(0, 2, (60, 3)), np.zeros((60, 4)), id="marks"),
    ],
)
def test_no_score_where_shapes_do_not_meet(labels: Any, predicted: Any) -> None:
    with pytest.raises(NotScorableError, match="same shape"):
        score(task_of(labels, Asked()), predicted)


def test_an_answer_for_every_step_and_one_label_is_that_of_the_last() -> None:
    steps = np.zeros((600, 5, 3))
    steps[:, -1] = np.eye(3)[THREE]
    task = task_of(THREE, Asked(classes=True, shape=steps.shape))
    assert score(task, steps) == 1.0
    assert (classes_named(task, steps) == THREE).all()


def test_ranks_are_those_of_the_textbook() -> None:
    truth, values = np.array([0, 0, 1, 1, 1]), np.array([0.1, 0.5, 0.5, 0.4, 0.9])
    pairs = [(a > b) + 0.5 * (a == b) for a in values[2:] for b in values[:2]]
    assert ranked(truth, values) == pytest.approx(2 * np.mean(pairs) - 1)
    assert ranked(np.ones(4), np.arange(4.0)) == 0.0


def test_outputs_that_are_right_are_bold_enough() -> None:
    size = RNG.normal(size=600) + 2.0 * TWO
    assert boldness(TWO, sigmoid(2 * size - 2), ranked(TWO, size)) == 1.0
    assert boldness(TWO, sigmoid(0.001 * size), ranked(TWO, size)) < 0.01


@pytest.mark.parametrize(
    ("labels", "counted"),
    [
        pytest.param(np.arange(200) % 2, 200, id="even classes"),
        pytest.param((np.arange(200) % 20 == 0).astype(int), 38, id="one in twenty"),
        pytest.param(np.linspace(0, 1, 200), 200, id="numbers"),
    ],
)
def test_rows_of_rare_classes_are_what_a_score_rests_on(labels: Any, counted: float) -> None:
    task: Task = task_of(labels, Asked())
    assert judged_rows(task) == pytest.approx(counted)
