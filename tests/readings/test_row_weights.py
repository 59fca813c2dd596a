import numpy as np
import pytest

from nbdoctor.readings.labels import Target
from nbdoctor.readings.row_weights import read_class_weights, read_row_weights

IDS = Target(name="y", encoding="ids", distinct=3)
LABELS = np.array([0, 0, 0, 1, 1, 2])


def test_every_row_gets_the_weight_of_its_class() -> None:
    found = read_class_weights({0: 1.0, 1: 2.0, 2: 5.0}, LABELS, IDS)
    assert found is not None
    assert (found.missing, found.keys, found.classes, found.rows) == ((), (), 3, 6)
    assert found.mean == pytest.approx((3 * 1 + 2 * 2 + 5) / 6)
    assert (found.minimum, found.maximum, found.zero_share) == (1.0, 5.0, 0.0)


def test_missing_classes_count_as_one_and_strange_keys_are_named() -> None:
    found = read_class_weights({1: 2.0, 3: 9.0, "cat": 4.0}, LABELS, IDS)
    assert found is not None
    assert found.missing == ((0.0, 3), (2.0, 1))
    assert found.keys == ("3", "'cat'")
    assert found.mean == pytest.approx((3 + 4 + 1) / 6)


def test_one_hot_labels_are_classes_and_zeros_are_counted() -> None:
    one_hot = Target(name="y", encoding="one-hot", distinct=3)
    found = read_class_weights({0: 0, 1: 0, 2: 1}, np.eye(3)[LABELS], one_hot)
    assert found is not None
    assert found.zero_share == pytest.approx(5 / 6)


def test_what_is_no_dict_is_told_by_its_type() -> None:
    found = read_class_weights("balanced", LABELS, IDS)
    assert found is not None
    assert found.type == "str"
    assert read_class_weights({0: 1.0}, LABELS, Target(name="y", encoding="continuous")) is None


def test_weights_of_rows() -> None:
    x = np.random.default_rng(0).random((8, 3))
    found = read_row_weights("third item", [np.arange(8.0) - 1, np.ones(8)], {"x": [x]})
    assert found is not None
    assert (found.minimum, found.maximum, found.rows, found.column) == (-1.0, 6.0, 16, "")
    assert found.zero_share == pytest.approx(1 / 16)


def test_a_column_of_the_inputs_is_recognised() -> None:
    x = np.random.default_rng(0).random((8, 3))
    for weights, name in ((x[:, 1], "column 1 of `x`"), (x, "`x`"), (x[:, 1] + 1, "")):
        found = read_row_weights("third item", [weights], {"x": [x]})
        assert found is not None
        assert found.column == name


def test_equal_weights_are_no_column() -> None:
    found = read_row_weights("third item", [np.ones(8)], {"x": [np.ones((8, 2))]})
    assert found is not None
    assert found.column == ""


def test_imbalance_with_and_without_weights() -> None:
    labels = np.array([0] * 90 + [1] * 10)
    target = Target(name="y", encoding="ids", distinct=2)
    wrong = read_class_weights({0: 0.9, 1: 0.1}, labels, target)
    right = read_class_weights({0: 0.1, 1: 0.9}, labels, target)
    assert wrong is not None
    assert right is not None
    assert (wrong.imbalance, wrong.weighted_imbalance) == (9, 81)
    assert right.weighted_imbalance == pytest.approx(1)
    assert dict(right.balanced) == pytest.approx({0: 1 / 1.8, 1: 5})
    beyond = read_class_weights({0: 1.0, 1: 900.0}, labels, target)
    assert beyond is not None
    assert (wrong.overshoots, right.overshoots, beyond.overshoots) == (False, False, True)


@pytest.mark.keras
def test_what_keras_takes_for_the_class_of_a_row_with_several_labels() -> None:
    from keras.src.trainers.data_adapters.data_adapter_utils import class_weight_to_sample_weights

    tags = np.array([[0, 1, 1], [0, 0, 0]])
    assert list(class_weight_to_sample_weights(tags, {0: 1.0, 1: 2.0, 2: 4.0})) == [2.0, 1.0]
    found = read_class_weights({0: 1.0, 1: 2.0}, tags, Target(name="y", encoding="multi-hot"))
    assert found is not None
    assert found.misread == "first mark"
    words = np.array([[0, 2, 1]])
    assert list(class_weight_to_sample_weights(words, {0: 1.0, 1: 3.0, 2: 5.0})) == [3.0]
    found = read_class_weights({0: 1.0}, words, Target(name="y", encoding="ids", shape=(3,)))
    assert found is not None
    assert found.misread == "place of the largest"
