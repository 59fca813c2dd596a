import pytest

from nbdoctor.cell.call import CannotEditError
from nbdoctor.cell.cell import Cell


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("m.fit(x)", "m.fit(x, epochs=5)", id="added"),
        pytest.param("m.fit()", "m.fit(epochs=5)", id="added to none"),
        pytest.param("m.fit(x, )", "m.fit(x, epochs=5)", id="after a comma"),
        pytest.param("m.fit(x, epochs = 1)", "m.fit(x, epochs = 5)", id="replaced"),
        pytest.param("m.fit(x, y, 1)", "m.fit(x, y, 5)", id="replaced at its place"),
        pytest.param("m.fit(x, *a)", "m.fit(x, *a, epochs=5)", id="a star is no place"),
    ],
)
def test_an_argument_is_set(before: str, after: str) -> None:
    treated = Cell(before).with_argument("fit", "epochs", "5", position=2)
    assert treated.source == after


def test_comments_and_line_breaks_stay() -> None:
    source = 'm.fit(  # train\n    x,  # data\n    epochs=1,  # few\n    verbose="auto",\n)\n'
    treated = Cell(source).with_argument("fit", "epochs", "5")
    assert treated.source == source.replace("epochs=1", "epochs=5")


def test_the_line_tells_calls_of_one_name_apart() -> None:
    source = "m.fit(x)\nm.fit(y)"
    with pytest.raises(CannotEditError, match="2 calls of `fit`"):
        Cell(source).with_argument("fit", "epochs", "5")
    treated = Cell(source).with_argument("fit", "epochs", "5", line=2)
    assert treated.source == "m.fit(x)\nm.fit(y, epochs=5)"
    with pytest.raises(CannotEditError, match="0 calls of `fit` on line 3"):
        Cell(source).with_argument("fit", "epochs", "5", line=3)


def test_calls_inside_the_edited_call_stay() -> None:
    treated = Cell("f(f2(1), g(2))").with_argument("f", "a", "3")
    assert treated.source == "f(f2(1), g(2), a=3)"


@pytest.mark.parametrize(
    ("before", "after"),
    [("mse(a)", "mae(a)"), ("keras.losses.mse(a, b=1)", "keras.losses.mae(a, b=1)")],
)
def test_another_function_is_called(before: str, after: str) -> None:
    assert Cell(before).with_callee("mse", "mae").source == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("S([])", "S([New()])", id="an empty list"),
        pytest.param("S([Dense(1)])", "S([New(), Dense(1)])", id="first"),
        pytest.param("S([Input(2), Dense(1)])", "S([Input(2), New(), Dense(1)])", id="behind"),
        pytest.param("S([layers.Input(2)])", "S([layers.Input(2), New()])", id="last"),
        pytest.param(
            "S([  # net\n    Dense(1),\n    Dense(2),\n])",
            "S([  # net\n    New(),\n    Dense(1),\n    Dense(2),\n])",
            id="a line of its own",
        ),
        pytest.param(
            "S([\n    Input(2),\n])", "S([\n    Input(2),\n    New(),\n])", id="last of lines"
        ),
    ],
)
def test_an_item_is_put_into_the_list(before: str, after: str) -> None:
    assert Cell(before).with_first_item("S", "New()", after=("Input",)).source == after


@pytest.mark.parametrize("source", ["S()", "S(stack)", "S((Dense(1),))", "S([1]); S([2])"])
def test_an_item_needs_one_list_written_in_place(source: str) -> None:
    with pytest.raises(CannotEditError):
        Cell(source).with_first_item("S", "New()")


def test_calls_on_one_line_are_told_apart() -> None:
    source = "m = S([D(4, 'relu'), D(2, name='scores'), A(D(1))])"
    calls = Cell(source).calls_of("D")
    assert [call.place for call in calls] == [0, 1, 2]
    edited = Cell(source).with_argument("D", "activation", "'tanh'", position=1, at=calls[1])
    assert edited.source == source.replace("'scores'", "'scores', activation='tanh'")
    chain = Cell("a.map(f).map(g)")
    outer = chain.calls_of("map")[0]
    assert chain.with_argument("map", "k", "1", at=outer).source == "a.map(f).map(g, k=1)"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f(8, 3, k=(1, 9, 9))", "f(8, 3)"),
        ("f(8, k=(1, 9, 9), size=3)", "f(8, size=3)"),
        ("f(k=g(k=1))", "f()"),
        ("f(8, k=1,)", "f(8,)"),
        ("f(\n    8,  # units\n    k=1,\n    a=2,\n)", "f(\n    8,  # units\n    a=2,\n)"),
        ("f(\n    8,\n    k=1\n)", "f(\n    8\n)"),
    ],
)
def test_an_argument_is_taken_out(before: str, after: str) -> None:
    assert Cell(before).without_argument("f", "k").source == after


def test_an_argument_is_taken_out_of_the_call_that_is_meant() -> None:
    cell = Cell("D(1, k=2)(D(3, k=4)(x))")
    inner = cell.calls_of("D")[1]
    assert cell.without_argument("D", "k", at=inner).source == "D(1, k=2)(D(3)(x))"
    with pytest.raises(CannotEditError, match="not given `a`"):
        cell.without_argument("D", "a", at=inner)
