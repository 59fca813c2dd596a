import pytest

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell


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


STATEMENTS = "x = 1\nx = (x +\n     2)  # why\n\nif x:\n    y = 1; z = 2\na = 1; b = 2\nc = x"


@pytest.mark.parametrize(
    ("line", "left"),
    [
        (1, STATEMENTS[6:]),
        (2, STATEMENTS.replace("x = (x +\n     2)  # why\n", "")),
        (5, STATEMENTS.replace("if x:\n    y = 1; z = 2\n", "")),
        (8, STATEMENTS[:-6]),
    ],
)
def test_a_statement_is_left_out_with_its_lines(line: int, left: str) -> None:
    assert Cell(STATEMENTS).without_statement(line).source == left


@pytest.mark.parametrize("line", [3, 4, 6, 7, 99])
def test_what_is_no_statement_by_itself_is_not_left_out(line: int) -> None:
    with pytest.raises(CannotEditError, match=f"line {line} for itself"):
        Cell(STATEMENTS).without_statement(line)


def test_a_statement_between_magics_is_left_out() -> None:
    cell = Cell("%%diagnose\n!ls\nx = 1\n%time y = 2")
    assert cell.without_statement(3).source == "%%diagnose\n!ls\n%time y = 2"
