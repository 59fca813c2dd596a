import pytest

from nbdoctor.cell.call import Call
from nbdoctor.cell.cell import Cell


def only_call(source: str, name: str) -> Call:
    (call,) = Cell(source).calls_of(name)
    return call


@pytest.mark.parametrize(
    ("source", "callee"),
    [
        ("fit(x)", "fit"),
        ("model.fit(x)", "model.fit"),
        ("self.model.fit(x)", "self.model.fit"),
        ("build().fit(x)", "build().fit"),
        ("models[0].fit(x)", ".fit"),
        ("await model.fit(x)", "model.fit"),
    ],
)
def test_the_callee_is_written_with_its_dots(source: str, callee: str) -> None:
    assert only_call(source, "fit").callee == callee


def test_arguments_keep_names_texts_and_lines() -> None:
    call = only_call("m.fit(\n    x[:10],\n    y=f(y),\n    **more,\n)", "fit")
    assert [(a.name, a.text, a.line) for a in call.arguments] == [
        ("", "x[:10]", 2),
        ("y", "f(y)", 3),
        ("**", "more", 4),
    ]


def test_an_argument_is_found_by_name_before_place() -> None:
    call = only_call("m.compile('adam', 'mse', loss='mae')", "compile")
    by_name, by_place = call.argument("loss", 1), call.argument("optimizer", 0)
    assert by_name is not None
    assert by_name.text == "'mae'"
    assert by_place is not None
    assert by_place.text == "'adam'"
    assert call.argument("metrics", 2) is None
    assert call.argument("metrics") is None


def test_the_line_of_a_method_in_a_chain_is_its_own() -> None:
    cell = Cell("data = (\n    make(x)\n    .shuffle(10)\n    .batch(2)\n)")
    assert {call.name: call.line for call in cell.calls} == {"make": 2, "shuffle": 3, "batch": 4}


def test_calls_come_from_top_to_bottom_and_from_outside_in() -> None:
    cell = Cell("a(b(1), c(2))\nd()")
    assert [call.name for call in cell.calls] == ["a", "b", "c", "d"]


def test_what_has_no_name_is_no_call_that_can_be_told() -> None:
    assert Cell("(lambda: 1)()\nf[0](1)").calls == ()
