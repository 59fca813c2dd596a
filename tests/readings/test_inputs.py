from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nbdoctor.capture.data import Rows
from nbdoctor.readings import broken
from nbdoctor.readings.entry import with_entry
from nbdoctor.readings.inputs import Inputs, InputTensor, read_inputs

rng = np.random.default_rng(0)


def rows_of(values: np.ndarray, index: np.ndarray | None = None, **changes: Any) -> Rows:
    index = np.arange(len(values)) if index is None else index
    return Rows(
        inputs={"x": values[index]},
        targets={},
        index=index,
        total=len(values),
        whole=changes.pop("whole", {"x": values}),
        **changes,
    )


def tensor_of(values: np.ndarray, validation: np.ndarray | None = None) -> InputTensor:
    beside = None if validation is None else rows_of(validation)
    (tensor,) = read_inputs(rows_of(values), beside, {"x": "x_train"}).tensors
    return tensor


def test_statistics_are_those_of_every_value() -> None:
    values = rng.normal(3.0, 2.0, size=(50, 4, 5)).astype("float32")
    tensor = tensor_of(values)
    flat = [float(value) for value in values.ravel()]
    mean = sum(flat) / len(flat)
    assert tensor.mean == pytest.approx(mean)
    assert tensor.std == pytest.approx((sum((v - mean) ** 2 for v in flat) / len(flat)) ** 0.5)
    assert (tensor.minimum, tensor.maximum) == (min(flat), max(flat))
    assert (tensor.shape, tensor.dtype, tensor.rows, tensor.total_rows) == (
        (4, 5),
        "float32",
        50,
        50,
    )
    assert tensor.variable == "x_train"
    assert tensor.histogram is not None
    assert sum(tensor.histogram.counts) == 1000


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_one_bad_value_is_found_in_rows_that_were_not_looked_at(bad: float) -> None:
    values = rng.normal(size=(5000, 3, 4)).astype("float32")
    values[3217, 2, 1] = bad
    index = np.arange(0, 5000, 100)
    (tensor,) = read_inputs(rows_of(values, index), None).tensors
    assert tensor.first_bad == (3217, 2 * 4 + 1)
    assert (tensor.nan, tensor.inf) == ((1, 0) if np.isnan(bad) else (0, 1))
    assert np.isfinite([tensor.mean, tensor.std, tensor.minimum]).all()


def test_opposite_infinities_are_found() -> None:
    values = np.zeros((9, 2))
    values[4] = np.inf, -np.inf
    tensor = tensor_of(values)
    assert (tensor.nan, tensor.inf, tensor.first_bad) == (0, 2, (4, 0))


def test_beyond_what_is_affordable_the_rows_of_the_probe_are_tested(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(broken, "WHOLE_VALUES", 10)
    values = np.zeros((100, 2))
    values[60, 1] = values[61, 1] = np.nan
    (tensor,) = read_inputs(rows_of(values, np.arange(0, 100, 20)), None).tensors
    assert (tensor.nan, tensor.first_bad) == (1, (60, 1))


def test_values_of_batches_are_tested_themselves() -> None:
    values = np.zeros((6, 2))
    values[5, 0] = np.nan
    (tensor,) = read_inputs(rows_of(values, whole={}), None).tensors
    assert (tensor.nan, tensor.first_bad) == (1, (5, 0))


@pytest.mark.filterwarnings("ignore:All-NaN slice")  # `Readings` keeps it from the cell
@pytest.mark.parametrize(
    ("values", "constant", "columns"),
    [
        pytest.param(np.ones((5, 3)), True, 3, id="all alike"),
        pytest.param(np.tile(np.arange(3.0), (5, 1)), True, 3, id="rows alike"),
        pytest.param(np.c_[np.ones(5), np.arange(5.0)], False, 1, id="one of two columns"),
        pytest.param(np.ones((1, 3)), False, 0, id="one row tells nothing"),
        pytest.param(np.full((4, 2), np.nan), False, 0, id="NaN is not a value"),
        pytest.param(np.ones((6, 2, 2, 3), "uint8"), True, 12, id="images"),
    ],
)
def test_constant_columns_are_counted(values: np.ndarray, constant: bool, columns: int) -> None:
    tensor = tensor_of(values)
    assert (tensor.constant, tensor.constant_columns) == (constant, columns)


def test_rows_that_repeat_earlier_ones_are_counted() -> None:
    values = rng.normal(size=(10, 3))
    values[7] = values[2]
    values[9] = values[2]
    assert tensor_of(values).duplicate_rows == 2


@pytest.mark.parametrize(
    ("values", "integral"),
    [
        (rng.integers(0, 256, (4, 6, 6, 3)).astype("uint8"), True),
        (rng.integers(0, 256, (4, 6, 6, 3)).astype("float32"), True),
        (rng.random((4, 6, 6, 3)), False),
        (np.array([[True], [False]]), True),
    ],
)
def test_whole_numbers_are_told(values: np.ndarray, integral: bool) -> None:
    tensor = tensor_of(values)
    assert tensor.integral is integral
    assert tensor.dtype == str(values.dtype)


def test_columns_of_a_table_carry_its_names_the_widest_first() -> None:
    values = np.c_[rng.random(40), rng.random(40) * 1e4, -rng.random(40) * 100]
    (tensor,) = read_inputs(rows_of(values, columns={"x": ("age", "pay", "debt")}), None).tensors
    assert [column.name for column in tensor.columns] == ["pay", "debt", "age"]
    pay = tensor.columns[0]
    assert (pay.minimum, pay.maximum) == (values[:, 1].min(), values[:, 1].max())
    assert pay.mean == pytest.approx(values[:, 1].mean())
    assert pay.std == pytest.approx(values[:, 1].std())


def test_columns_without_names_are_numbered_and_channels_are_channels() -> None:
    table = tensor_of(np.c_[np.ones(4), np.full(4, 9.0)])
    assert [column.name for column in table.columns] == ["column 1", "column 0"]
    image = tensor_of(np.ones((2, 3, 3, 3)) * [1.0, 3.0, 2.0])
    assert [column.name for column in image.columns] == ["channel 1", "channel 2", "channel 0"]
    assert tensor_of(np.ones((2, 3, 3, 9))).columns == ()
    assert tensor_of(np.ones((2, 600))).columns == ()
    assert len(tensor_of(rng.random((5, 100))).columns) == 24


def test_broken_values_of_a_column_are_counted() -> None:
    values = rng.random((30, 2))
    values[3:6, 0], values[9, 0] = np.nan, np.inf
    column = next(c for c in tensor_of(values).columns if c.name == "column 0")
    assert (column.nan, column.inf) == (3, 1)
    assert column.maximum < 1


def test_validation_rows_are_drawn_in_the_same_bins() -> None:
    values, others = rng.random((40, 2)), rng.random((20, 2)) + 5
    tensor = tensor_of(values, others)
    assert tensor.validation is not None
    assert tensor.histogram is not None
    assert tensor.validation.edges == tensor.histogram.edges
    assert (tensor.histogram.low, tensor.histogram.high) == (values.min(), others.max())
    assert sum(tensor.validation.counts[-6:]) == 40
    assert tensor.validation_minimum == others.min()
    assert tensor.validation_maximum == others.max()
    assert tensor.validation_mean == pytest.approx(others.mean())
    assert tensor.validation_std == pytest.approx(others.std())
    assert tensor_of(values).validation_mean is None


def test_text_has_no_numbers_to_describe() -> None:
    rows = rows_of(np.array([["a"], ["b"]]))
    name = next(iter(rows.inputs))
    assert read_inputs(rows, None) == Inputs(tensors=(), no_numbers=(name,))
    named = read_inputs(rows, None, {name: "reviews"})
    assert named.no_numbers == ("reviews",)


def test_what_the_first_kernel_receives_is_kept() -> None:
    found = Inputs(tensors=(tensor_of(rng.random((9, 2))),))
    received = np.array([[0.5, np.nan], [2.5, -1.0]])
    (tensor,) = with_entry(found, "dense", received, ("Rescaling",)).tensors
    assert (tensor.entry_minimum, tensor.entry_maximum) == (-1.0, 2.5)
    assert tensor.entry_mean == pytest.approx(2 / 3)
    assert tensor.entry_std == pytest.approx(np.std([0.5, 2.5, -1.0]))
    assert (tensor.entry_layer, tensor.entry_ops) == ("dense", ("Rescaling",))
    assert with_entry(found, "dense", received * np.nan, ()) == found
    two = Inputs(tensors=found.tensors * 2)
    assert with_entry(two, "dense", received, ()) == two


def test_rows_of_few_classes_have_histograms_of_their_own() -> None:
    classes = np.repeat([0, 1, 2], 20)
    values = rng.normal(size=(60, 2)) + classes[:, None] * [10.0, 0.0]
    index = np.arange(0, 60, 2)
    rows = Rows(
        inputs={"x": values[index]}, targets={"y": classes}, index=index, total=60, whole={}
    )
    (tensor,) = read_inputs(rows, None).tensors
    (first,) = [column for column in tensor.columns if column.name == "column 0"]
    assert first.histogram is not None
    assert [value for value, _ in first.by_class] == [0, 1, 2]
    for value, drawn in first.by_class:
        assert drawn.edges == first.histogram.edges
        by_hand, _ = np.histogram(values[index][classes[index] == value, 0], bins=drawn.edges)
        assert sum(drawn.counts) == sum(by_hand) == 10


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param(np.arange(60) % 5, id="five classes"),
        pytest.param(np.arange(60) * 0.5, id="quantities"),
        pytest.param(np.zeros(60), id="one class"),
        pytest.param(np.array(["a"] * 60), id="text"),
        pytest.param(np.eye(60)[:, :3], id="not one-hot"),
        pytest.param(np.where(np.arange(60) < 30, np.nan, 1.0), id="broken"),
    ],
)
def test_other_labels_give_no_histogram_per_class(labels: np.ndarray) -> None:
    rows = Rows(
        inputs={"x": rng.normal(size=(60, 2))},
        targets={"y": labels},
        index=np.arange(60),
        total=60,
    )
    (tensor,) = read_inputs(rows, None).tensors
    assert all(column.by_class == () for column in tensor.columns)


def test_channels_of_pictures_are_not_counted_by_class() -> None:
    one_hot = np.eye(2)[np.repeat([0, 1], 4)]
    pictures = rng.uniform(size=(8, 2, 2, 3))
    rows = Rows(inputs={"x": pictures}, targets={"y": one_hot}, index=np.arange(8), total=8)
    (tensor,) = read_inputs(rows, None).tensors
    assert all(column.by_class == () for column in tensor.columns)
    flat = replace(rows, inputs={"x": pictures.reshape(8, 12)})
    (tensor,) = read_inputs(flat, None).tensors
    assert [sum(one.counts) for _, one in tensor.columns[0].by_class] == [4, 4]


def test_training_and_validation_of_other_scales_lose_no_value() -> None:
    tensor = tensor_of(rng.uniform(size=(200, 1)), rng.uniform(size=(50, 1)) * 255)
    assert tensor.histogram is not None
    assert tensor.validation is not None
    assert tensor.histogram.edges == tensor.validation.edges
    assert tensor.histogram.high > 200
