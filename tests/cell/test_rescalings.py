import ast

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.rescalings import rescalings
from nbdoctor.readings.source import read_source


def factors(text: str, *reached: str) -> list[float]:
    return [one.factor for one in rescalings(ast.parse(text), reached or ("x",))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("x = x / 255", [255.0], id="a division"),
        pytest.param("x = x.astype('float32') / 255.0", [255.0], id="of a call"),
        pytest.param("x /= 255", [255.0], id="in place"),
        pytest.param("x = x * (1 / 255)", [255.0], id="times a fraction"),
        pytest.param("x = 0.01 * x", [100.0], id="times a small number"),
        pytest.param("x = x / 255 / 255", [255.0, 255.0], id="twice in a line"),
        pytest.param("x, y = a / 255, b", [255.0], id="a pair"),
        pytest.param("x = flow(rescale=1 / 255)", [255.0], id="an argument"),
        pytest.param("x = data.map(lambda r, l: (r / 255, l))", [255.0], id="in a map"),
        pytest.param("x = (x - 127.5) / 127.5", [127.5], id="centred"),
        pytest.param("x = x / 2", [], id="half is part of a formula"),
        pytest.param("x = x / x.max()", [], id="by what is not a number here"),
        pytest.param("x = 1 / 255", [], id="a number"),
        pytest.param("x = x * 255", [], id="larger"),
        pytest.param("z = z / 255", [], id="another name"),
        pytest.param("x = x / 10**2", [100.0], id="a power"),
    ],
)
def test_divisions_on_the_way(text: str, expected: list[float]) -> None:
    assert factors(text) == pytest.approx(expected)


def test_a_function_that_feeds_fit_counts_whole() -> None:
    text = "def batches():\n    for part in parts:\n        rows = part / 255\n        yield rows\n"
    assert factors(text, "batches") == [255.0]


def test_the_source_follows_the_inputs_of_fit() -> None:
    cell = Cell("a = load() / 255\nz = other / 255\nx = a.reshape(-1, 9)\nmodel.fit(x, z)\n")
    (found,) = read_source(cell, {}).rescales
    assert (found.text, found.line) == ("load() / 255", 1)
