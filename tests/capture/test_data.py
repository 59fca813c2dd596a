import weakref
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from nbdoctor.capture import data
from nbdoctor.capture.calls import FitCall
from nbdoctor.capture.data import as_array, named, rows_of_batches, training_rows, validation_rows

pytestmark = pytest.mark.keras

X = np.arange(60.0).reshape(20, 3)
Y = np.arange(20)


@pytest.fixture(scope="module")
def model() -> Any:
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])


def rows_for(model: Any, **arguments: Any) -> Any:
    return training_rows(FitCall(weakref.ref(model), {"x": X, "y": Y, **arguments}))


def only(values: Any) -> Any:
    (value,) = values.values()
    return value


@pytest.mark.parametrize(
    ("x", "y"),
    [
        pytest.param(X, Y, id="arrays"),
        pytest.param(tf.constant(X), tf.constant(Y), id="tensors"),
        pytest.param(pd.DataFrame(X, columns=list("abc")), pd.Series(Y), id="frames"),
    ],
)
def test_rows_in_memory_are_read(model: Any, x: Any, y: Any) -> None:
    rows = rows_for(model, x=x, y=y)
    assert (only(rows.inputs) == X).all()
    assert (only(rows.targets) == Y).all()
    assert (rows.total, rows.batches, rows.complete) == (20, 0, True)
    names = only(rows.columns) if rows.columns else ()
    assert names == (("a", "b", "c") if isinstance(x, pd.DataFrame) else ())


@pytest.mark.parametrize("share", [0.1, 0.25, 0.33, 0.5])
def test_the_split_is_that_of_keras(model: Any, share: float) -> None:
    from keras.src.trainers.data_adapters.array_slicing import train_validation_split

    (x, y), (x_val, y_val) = train_validation_split((X, Y), share)
    call = FitCall(weakref.ref(model), {"x": X, "y": Y, "validation_split": share})
    ours, theirs = training_rows(call), validation_rows(call)
    assert ours is not None
    assert theirs is not None
    assert (only(ours.inputs) == x).all()
    assert (only(ours.targets) == y).all()
    assert (only(theirs.inputs) == x_val).all()
    assert (only(theirs.targets) == y_val).all()


def test_given_validation_rows_go_before_a_split(model: Any) -> None:
    arguments = {"x": X, "y": Y, "validation_split": 0.5, "validation_data": (X[:4], Y[:4])}
    call = FitCall(weakref.ref(model), arguments)
    ours, theirs = training_rows(call), validation_rows(call)
    assert ours is not None
    assert theirs is not None
    assert (ours.total, theirs.total) == (20, 4)


@pytest.mark.parametrize(
    "x",
    [
        tf.data.Dataset.from_tensor_slices((X, Y)).batch(4),
        (row for row in X),
        X.tolist(),
        None,
    ],
)
def test_what_is_not_in_memory_is_left_alone(model: Any, x: Any) -> None:
    assert rows_for(model, x=x, y=None) is None
    given = FitCall(weakref.ref(model), {"x": X, "y": Y, "validation_data": x})
    assert validation_rows(given) is None


def test_generators_are_not_consumed(model: Any) -> None:
    generator = iter([(X, Y)])
    assert rows_for(model, x=generator, y=None) is None
    assert next(generator)[0] is X


def test_many_rows_are_spread_from_end_to_end(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "MOST_INPUT_ROWS", 5)
    monkeypatch.setattr(data, "FEWEST_INPUT_ROWS", 2)
    rows = rows_for(model)
    assert rows.index.tolist() == [0, 4, 9, 14, 19]
    assert (only(rows.inputs) == X[rows.index]).all()
    assert len(only(rows.targets)) == 20
    assert only(rows.whole) is not None
    assert only(rows.whole).shape == X.shape


def test_wide_rows_are_fewer(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "MOST_INPUT_VALUES", 30)
    monkeypatch.setattr(data, "FEWEST_INPUT_ROWS", 2)
    assert len(rows_for(model).index) == 10


def test_inputs_and_outputs_carry_the_names_of_the_model() -> None:
    left, right = keras.Input((3,), name="left"), keras.Input((1,), name="right")
    made = keras.layers.Dense(2, name="age")(keras.layers.Concatenate()([left, right]))
    model = keras.Model([left, right], [made, keras.layers.Dense(1, name="pay")(made)])
    for x in ([X, X[:, :1]], {"left": X, "right": X[:, :1]}):
        for y in ([Y, Y], {"age": Y, "pay": Y}):
            rows = rows_for(model, x=x, y=y)
            assert {name: values.shape for name, values in rows.inputs.items()} == {
                "left": (20, 3),
                "right": (20, 1),
            }
            assert set(rows.targets) == {"age", "pay"}


@pytest.mark.parametrize(
    ("structure", "names", "found"),
    [
        (None, ["a"], {}),
        (1, ["a"], {"a": 1}),
        (1, [], {"x": 1}),
        (1, ["a", "b"], {"x": 1}),
        ([1, 2], ["a", "b"], {"a": 1, "b": 2}),
        ([1, 2], [], {"x_1": 1, "x_2": 2}),
        ((1, None), ["a"], {"a": 1}),
        ({"k": 1, "n": None}, ["a"], {"k": 1}),
    ],
)
def test_leaves_get_names(structure: Any, names: list[str], found: dict[str, int]) -> None:
    assert named(structure, names, "x") == found


def test_batches_are_put_together(model: Any) -> None:
    batches = [
        (tf.constant(X[:8]), tf.constant(Y[:8])),
        (tf.constant(X[8:12]), tf.constant(Y[8:12])),
    ]
    rows = rows_of_batches(model, batches, None)
    assert (only(rows.inputs) == X[:12]).all()
    assert (only(rows.targets) == Y[:12]).all()
    assert (rows.total, rows.batches, rows.complete) == (None, 2, False)


def test_batches_of_other_row_shapes_are_left_out_with_their_targets(model: Any) -> None:
    batches = [(X[:4], Y[:4]), (X[4:8, :2], Y[4:8]), (X[8:9], Y[8:9])]
    rows = rows_of_batches(model, batches, None)
    assert (only(rows.inputs) == X[[0, 1, 2, 3, 8]]).all()
    assert (only(rows.targets) == Y[[0, 1, 2, 3, 8]]).all()
    assert rows.batches == 2


def test_ragged_batches_stay_in_step_with_their_targets(model: Any) -> None:
    ragged = tf.RaggedTensor.from_row_lengths(np.arange(12.0), [1, 2, 1, 2, 3, 3])
    batches = [(ragged[:2], Y[:2]), (ragged[4:], Y[4:6]), (ragged[2:4], Y[2:4])]
    rows = rows_of_batches(model, batches, None)
    assert only(rows.inputs).tolist() == [[0, 0], [1, 2], [3, 0], [4, 5]]
    assert only(rows.targets).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("column", [[True, None], [1, None], [1.5, None]])
def test_nullable_columns_are_numbers_as_keras_takes_them(model: Any, column: Any) -> None:
    table = pd.DataFrame({"a": [0.5, 1.5], "b": pd.array(column)})
    rows = rows_for(model, x=table, y=Y[:2])
    assert only(rows.inputs).dtype == np.float32
    assert np.isnan(only(rows.inputs)).tolist() == [[False, False], [False, True]]


def test_text_columns_stay_what_they_are(model: Any) -> None:
    assert only(rows_for(model, x=pd.DataFrame({"a": ["x", "y"]}), y=Y[:2]).inputs).dtype == object


@pytest.mark.parametrize("values", [None, [1, 2], (1,), "text", {"a": 1}, object()])
def test_what_is_no_array_is_none(values: Any) -> None:
    assert as_array(values) is None
