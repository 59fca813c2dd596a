from __future__ import annotations

import base64

import numpy as np
import pytest

from nbdoctor.capture.sample import Part
from nbdoctor.readings.samples import (
    FIRST,
    HELD_OUT,
    LARGEST_SIDE,
    MOST_ROWS,
    SampleRows,
    form_of,
    read_samples,
)

RNG = np.random.default_rng(0)


def part(x: object, y: object) -> Part:
    values = np.asarray(x)
    return Part(inputs={"x": values}, targets={"y": np.asarray(y)}, index=np.arange(len(values)))


def only(x: object, y: object, *, ids: bool = False) -> SampleRows:
    found = read_samples({FIRST: part(x, y)}, ids=ids, columns={"x": ("age", "height")})
    assert found is not None
    (rows,) = found.rows
    return rows


@pytest.mark.parametrize(
    ("shape", "ids", "form"),
    [
        ((9, 28, 28), False, "pictures"),
        ((9, 96, 64, 3), False, "pictures"),
        ((9, 2), False, "columns"),
        ((9,), False, "columns"),
        ((9, 30), True, "ids"),
        ((9, 200), False, "lines"),
        ((9, 50, 4), False, "lines"),
    ],
)
def test_rows_are_shown_by_their_shape(shape: tuple[int, ...], ids: bool, form: str) -> None:
    assert form_of(np.zeros(shape), ids=ids) == form
    rows = only(RNG.integers(0, 9, shape), np.zeros(9), ids=ids)
    assert len(rows.rows) == MOST_ROWS


def test_thumbnails_are_small_and_have_one_scale_in_all_parts() -> None:
    dark = RNG.random((4, 100, 50, 3))
    dark[0, 0, 0] = (0, 1, 1)
    samples = read_samples(
        {FIRST: part(dark, range(4)), HELD_OUT: part(dark * 255, range(4))}, columns={}
    )
    assert samples is not None
    first, held_out = samples.rows
    assert (first.low, first.high) == (held_out.low, held_out.high) == (0.0, 1.0)
    assert max(first.shape[:2]) <= LARGEST_SIDE
    pixels = np.frombuffer(base64.b64decode(first.rows[0].pixels), "u1").reshape(first.shape)
    assert pixels[0, 0].tolist() == [0, 255, 255]
    white = np.frombuffer(base64.b64decode(held_out.rows[1].pixels), "u1")
    assert (white == 255).mean() > 0.9


def test_a_table_has_its_columns_and_labels() -> None:
    rows = only([[1.5, 2], [3, 4]], [[0, 1, 0], [1, 0, 0]])
    assert rows.columns == ("age", "height")
    assert [row.values for row in rows.rows] == [(1.5, 2.0), (3.0, 4.0)]
    assert [row.labels for row in rows.rows] == ["1", "0"]
    assert [row.number for row in rows.rows] == [0, 1]


def test_text_is_not_shown() -> None:
    assert read_samples({FIRST: part(np.array(["a", "b"]), [0, 1])}, columns={}) is None
