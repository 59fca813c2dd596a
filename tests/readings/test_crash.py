import pytest

from nbdoctor.readings.crash import Crash, read_crash


def raised(source: str, name: str) -> BaseException:
    try:
        exec(compile(source, name, "exec"), {})  # noqa: S102  (as a notebook runs a cell)
    except ValueError as error:
        return error
    pytest.fail("nothing was raised")


SOURCE = "def f():\n    raise ValueError('no')\n\nx = 1\nf()"


@pytest.mark.parametrize(
    "name",
    ["<ipython-input-3-abc>", "/tmp/ipykernel_7/12.py"],  # noqa: S108  (a name only)
)
def test_the_innermost_line_of_the_cell_is_told(name: str) -> None:
    assert read_crash(raised(SOURCE, name), "running", [], 9).line == 2


def test_without_the_cell_in_the_traceback_the_line_of_the_call_is_taken() -> None:
    error = raised(SOURCE, "module.py")
    assert read_crash(error, "fitting", [], 9).line == 9
    assert read_crash(error, "fitting", []).line is None


@pytest.mark.parametrize(
    ("message", "target", "output"),
    [
        (
            "Must have the same shape: target.shape=(None, 1), output.shape=(None, 10)",
            (None, 1),
            (None, 10),
        ),
        ("target.shape=(32,), output.shape=(32, 3)", (32,), (32, 3)),
        ("target.shape=(), nothing more", (), None),
        ("shapes (3,) and (4,) do not meet", None, None),
    ],
)
def test_shapes_are_read_from_the_message(
    message: str, target: tuple[int | None, ...] | None, output: tuple[int | None, ...] | None
) -> None:
    crash = read_crash(ValueError(message), "fitting", [])
    assert (crash.target_shape, crash.output_shape) == (target, output)
    assert crash.message == message


def test_the_innermost_layer_is_named_with_the_shapes_it_was_given() -> None:
    entered = [("model", ((8, 3),)), ("model/dense", ((8, 3), (8, 1)))]
    assert read_crash(KeyError("k"), "fitting", entered, 4) == Crash(
        type="KeyError",
        message="'k'",
        phase="fitting",
        layer="model/dense",
        layer_inputs=((8, 3), (8, 1)),
        line=4,
    )
