import pytest

from nbdoctor.capture.cell import CannotEditError, Cell


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("f()\nm.fit(x)", "f()\na = 1\nb = 2\nm.fit(x)", id="on its own"),
        pytest.param("h = m.fit(x)", "a = 1\nb = 2\nh = m.fit(x)", id="assigned"),
        pytest.param(
            "%time f()\nif x:\n\th = m.fit(\n\t\tx)",
            "%time f()\nif x:\n\ta = 1\n\tb = 2\n\th = m.fit(\n\t\tx)",
            id="indented by tabs, over two lines, below a magic",
        ),
    ],
)
def test_lines_are_put_before_the_statement_once(before: str, after: str) -> None:
    treated = Cell(before).with_lines_before("fit", "a = 1\nb = 2")
    assert treated.source == after
    assert treated.with_lines_before("fit", "a = 1\nb = 2") == treated


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("f()", id="no such call"),
        pytest.param("m.fit(x)\nm.fit(y)", id="two calls"),
        pytest.param("f(); m.fit(x)", id="a line shared with another statement"),
        pytest.param("m.fit(", id="not Python"),
    ],
)
def test_no_lines_are_put_where_the_place_is_not_plain(source: str) -> None:
    with pytest.raises(CannotEditError):
        Cell(source).with_lines_before("fit", "a = 1")
