"""Texts of any length and depth: read as quickly as Python reads them, or left out in words."""

from __future__ import annotations

import ast
import time

import pytest

from nbdoctor.capture.changes import Changes
from nbdoctor.cell.call import CannotEditError, nodes_of_calls
from nbdoctor.cell.cell import Cell
from nbdoctor.cell.program import program_of
from nbdoctor.cell.syntax import (
    DEEPEST_WRITTEN,
    MOST_CHARACTERS,
    MOST_LINES,
    MOST_NODES,
    Lines,
    dotted,
    dumped,
    is_deeper,
    unparsed,
)
from nbdoctor.readings.source import Source, read_source
from nbdoctor.session.judge import Choice, judge
from nbdoctor.trials.copying.fit_call import fit_number

TRAINING = """
model = keras.Sequential([layers.Dense(8), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy")
history = model.fit(x, y)
"""

DEEP = {
    "a sum": "x = " + "+".join(["1"] * 900),
    "a product": "x = " + "*".join(["x", *["2.0"] * 900]),
    "quotients": "x = x" + " / 2" * 900,
    "powers": "x = " + "2**" * 900 + "2",
    "a chain of calls": "x = data" + ".map(f)" * 450,
    "attributes": "x = a" + ".b" * 900,
    "subscripts": "x = a" + "[0]" * 900,
    "calls": "x = " + "f(" * 90 + "1" + ")" * 90,
    "lists": "x = " + "[" * 190 + "]" * 190,
    "parentheses": "x = " + "(" * 190 + "1" + ")" * 190,
    "negations": "x = " + "not " * 900 + "y",
    "functions": "x = " + "lambda: " * 900 + "1",
    "choices": "x = " + "1 if a else " * 900 + "2",
    "branches": "if a:\n    b = 1\n" + "elif b:\n    c = 1\n" * 450,
    "blocks": "".join(f"{' ' * n}if a:\n" for n in range(90)) + " " * 90 + "pass",
    "an f-string": 'x = f"' + "{a}" * 2000 + '"',
    "texts in a row": "x = (" + '"a"\n' * 2000 + ")",
    "comparisons": "x = a" + " < b" * 5000,
}


def read(cell: Cell) -> Source:
    """All that is read of a text before anything is measured."""
    Changes.of(cell)
    fit_number(cell, None)

    return read_source(cell, {"x": 1})


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_what_python_compiles_is_read_and_edited_however_deep(text: str) -> None:
    compile(text + TRAINING, "", "exec")
    cell = Cell(text + TRAINING)
    assert cell.is_read
    assert read(cell).model_name == "model"
    treated = cell.with_argument("compile", "loss", '"mse"', position=1)
    assert treated.source == cell.source.replace('"binary_crossentropy"', '"mse"')
    assert cell.with_lines_before("fit", "a = 1").source.count("a = 1\nhistory") == 1
    judgement = judge(cell, {Source: read(cell)}, {}, Choice())
    assert not judgement.faults


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("a = 1\n" * MOST_LINES, "is longer than 20,000 lines", id="lines"),
        pytest.param(
            f'a = "{"a" * MOST_CHARACTERS}"', "is longer than 2,000,000 characters", id="a line"
        ),
        pytest.param(
            "a = [" + "1," * MOST_NODES + "]", "has more than 200,000 parts", id="a table"
        ),
        pytest.param("a = " + "+".join("1" * 100_000), "is nested too deeply", id="a sum"),
        pytest.param("a = " + "-" * 50_000 + "1", "is nested too deeply", id="signs"),
    ],
)
def test_what_is_beyond_the_bounds_is_left_out_in_a_sentence(text: str, why: str) -> None:
    cell = Cell(text + TRAINING)
    assert read(cell) == Source()
    assert why in cell.unread
    assert cell.unread.endswith("so its text was not read; the model and the data were.")
    with pytest.raises(CannotEditError, match=why):
        cell.with_argument("compile", "loss", '"mse"', position=1)


@pytest.mark.parametrize("text", ["a = (", 'a = "\x00"', 'a = "\ud800"', "a = " + "(" * 300])
def test_what_is_no_python_is_not_read_and_nothing_is_said(text: str) -> None:
    cell = Cell(text + TRAINING)
    assert read(cell) == Source()
    assert (cell.is_read, cell.unread) == (False, "")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a = [0, 1]\n" * (MOST_LINES - 10), id="short statements"),
        pytest.param("a = [" + "1, " * (MOST_NODES // 2) + "]", id="a table"),
        pytest.param("x = x * 2.0\n" * 10_000, id="changes of the data"),
        pytest.param("f(x, y)\n" * 10_000, id="calls"),
        pytest.param("a = (" + '"a"\n' * 15_000 + ")", id="texts in a row"),
        pytest.param("\n \t" * 9_000, id="blank lines"),
        pytest.param("!ls\n" * 9_000, id="commands"),
    ],
)
def test_reading_and_editing_take_some_passes_over_the_tree(text: str) -> None:
    """What reads all for each line takes thousands of times as long as Python for one reading."""
    began = time.perf_counter()
    list(ast.walk(ast.parse(text.replace("!ls", "f()"))))
    once, began = time.perf_counter() - began, time.perf_counter()
    cell = Cell(text + TRAINING)
    read(cell)
    treated = cell.with_argument("compile", "loss", '"mse"', position=1)
    assert cell.diff(treated).count("\n+") == 1
    assert time.perf_counter() - began < 60 * once + 1.0


def test_a_place_is_found_in_bytes_and_by_the_line_ends_of_python() -> None:
    text = 'é = "\u2028\x0c"; f(1)\r\nname = g("ü",\r\n  2)\n'
    lines, calls = Lines(text), nodes_of_calls(ast.parse(text))
    assert [lines.text(call) for call in calls] == ["f(1)", 'g("ü",\r\n  2)']
    assert lines.with_text(calls[0], "h()") == text.replace("f(1)", "h()")


def test_the_call_alone_is_edited_and_all_around_it_stays() -> None:
    source = (
        "x = [ 1,2 ] # as it was\n"
        "with strategy.scope() :\n"
        "\tmodel .compile (\n"
        "\t\t'adam', # the usual\n"
        "\t  loss = 'mse' ,\n"
        "\t)\n"
        "history = (data\n"
        "    .repeat(2)\n"
        "    .map(f))\n"
    )
    edited = Cell(source).with_argument("compile", "loss", "'mae'")
    assert edited.source == source.replace("'mse'", "'mae'")
    shorter = Cell(source).without_method("repeat").source
    assert shorter == source.replace("\n    .repeat(2)", "")


def test_a_call_in_a_text_is_edited_where_its_place_is_known_or_not_at_all() -> None:
    """Before Python 3.12 the places of what stands in the braces of a text are not its own."""
    cell = Cell('é = 1\nprint(f"""\né {model.compile(1)} {1}""")\n')
    try:
        source = cell.with_argument("compile", "loss", "'mse'").source
    except CannotEditError:
        return
    assert source == cell.source.replace("compile(1)", "compile(1, loss='mse')")


def test_a_node_that_is_too_deep_is_not_written() -> None:
    deep = "+".join("1" * (DEEPEST_WRITTEN + 5))
    assert unparsed(ast.parse(deep, mode="eval").body) == ""
    assert unparsed(ast.parse("f( x )", mode="eval").body) == "f(x)"
    assert is_deeper(ast.parse("-x", mode="eval").body, 1)
    assert not is_deeper(ast.parse("-x", mode="eval").body, 2)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("f( x,1)", "f(x, 1)", True),
        ("f(x, 1)", "f(x, '1')", False),
        ("f(a)(b)", "f(a, b)", False),
        ("[[], a]", "[[a]]", False),
        ("x[1:]", "x[:1]", False),
        ("a + b * c", "(a + b) * c", False),
    ],
)
def test_what_a_node_says_is_compared_without_its_place(
    one: str, other: str, *, is_same: bool
) -> None:
    assert (dumped(ast.parse(one)) == dumped(ast.parse(f"\n{other}"))) == is_same


def test_a_long_name_has_all_its_dots() -> None:
    text = "a" + ".b()" * 900
    assert dotted(ast.parse(text, mode="eval").body) == text
    assert dotted(ast.parse("f[0].b", mode="eval").body) == ".b"


def test_a_long_cell_that_was_run_often_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    reads = []
    monkeypatch.setattr(
        "nbdoctor.cell.cell.parsed", lambda text: reads.append(text) or ast.parse(text)
    )
    history = [(number, "other = model") for number in range(99)]
    history += [(number, "nothing = of_interest") for number in range(99, 199)]
    program_of(Cell("model.fit(x)"), "model", history, {})
    assert len(reads) == 2
