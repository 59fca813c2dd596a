import sys
import traceback
from types import SimpleNamespace
from typing import Any

import pytest

from nbdoctor.capture.fit import FitWatch, StopBeforeTrainingError
from nbdoctor.capture.frames import PACKAGE, is_raised_by_cell, without_own_frames
from nbdoctor.tracebacks import mute_next_traceback, plain_tracebacks


class Shell:
    def __init__(self) -> None:
        self.shown: list[list[str]] = []

    def showtraceback(self, *_: Any, **__: Any) -> None:
        error = sys.exc_info()[1]
        while error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            self.shown.append([frame.filename for frame in frames])
            error = error.__cause__


def raised_within(error: Exception) -> None:
    """Raise `error` below frames of nbdoctor."""

    def fail() -> None:
        raise error

    watch = FitWatch(SimpleNamespace(failed=None), 1, False)  # type: ignore[arg-type]  # noqa: FBT003
    watched = watch.around_iterator(lambda *_: fail())
    watched(None)


def test_frames_of_ours_are_not_shown() -> None:
    shell = Shell()
    with plain_tracebacks(shell):
        try:
            raised_within(ValueError("theirs"))
        except ValueError as error:
            files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
            shell.showtraceback()
    assert any(name.startswith(PACKAGE) for name in files)
    assert shell.shown
    assert not any(name.startswith(PACKAGE) for frames in shell.shown for name in frames)
    assert any(name == __file__ for name in shell.shown[0])


def test_nor_in_what_an_error_came_from() -> None:
    shell = Shell()
    with plain_tracebacks(shell):
        try:
            try:
                raised_within(ValueError("theirs"))
            except ValueError as cause:
                raise KeyError from cause
        except KeyError:
            shell.showtraceback()
    assert len(shell.shown) == 2
    assert not any(name.startswith(PACKAGE) for name in shell.shown[1])


def test_the_end_of_a_dry_run_is_not_shown() -> None:
    shell = Shell()
    with plain_tracebacks(shell):
        try:
            raise StopBeforeTrainingError  # noqa: TRY301  (as a cell raises)
        except StopBeforeTrainingError:
            shell.showtraceback()
    assert shell.shown == []


@pytest.mark.parametrize("error", [None, RuntimeError])
def test_the_shell_is_given_back(error: type[Exception] | None) -> None:
    shell = Shell()
    try:
        with plain_tracebacks(shell):
            assert "showtraceback" in vars(shell)
            if error:
                raise error
    except RuntimeError:
        pass
    assert "showtraceback" not in vars(shell)


def test_one_traceback_is_muted_and_the_next_is_not() -> None:
    shell = Shell()
    mute_next_traceback(shell)
    try:
        raise ValueError  # noqa: TRY301  (as a cell raises)
    except ValueError:
        shell.showtraceback()
        assert shell.shown == []
        shell.showtraceback()
    assert len(shell.shown) == 1


def listed(*frames: tuple[str, str]) -> str:
    lines = [f'  File "{file}", line 3, in {name}\n\n' for file, name in frames]
    return f"Detected at node a defined at:\n{''.join(lines)}assertion failed\n"


SHELL, CELL = "site-packages/IPython/core/interactiveshell.py", "<ipython-input-1-ab>"
OURS = f"{PACKAGE}/magic.py"
START = [("run.py", "<module>"), (SHELL, "run_cell"), (SHELL, "run_code")]
MAGIC = [(CELL, "<module>"), (SHELL, "run_cell_magic"), (OURS, "now"), *START[1:]]
FIT = [(CELL, "<module>"), (CELL, "train"), ("site-packages/keras/fit.py", "fit")]


@pytest.mark.parametrize(
    ("frames", "left"),
    [
        ([*START, *MAGIC, *FIT[:2], (OURS, "watched"), FIT[2]], [*START, *FIT]),
        ([*START, (OURS, "watched"), *FIT], [*START, *FIT]),
        ([*START, (CELL, "<module>"), (SHELL, "run_cell_magic"), ("time.py", "time"), *FIT], None),
        ([*START, *FIT], None),
    ],
    ids=["the magic", "a frame alone", "another magic", "nothing of ours"],
)
def test_frames_of_ours_leave_the_list_in_a_message(
    frames: list[tuple[str, str]], left: list[tuple[str, str]] | None
) -> None:
    assert without_own_frames(listed(*frames)) == listed(*(frames if left is None else left))


@pytest.mark.parametrize(
    ("file", "of_the_cell"), [(CELL, True), ("module.py", False), (OURS, False)]
)
def test_whose_code_raised_an_error(file: str, of_the_cell: bool) -> None:
    space: dict[str, Any] = {}
    exec(compile("def fail():\n    return 1 / 0", file, "exec"), space)  # noqa: S102
    watch = FitWatch(SimpleNamespace(failed=None), 1, False)  # type: ignore[arg-type]  # noqa: FBT003
    with pytest.raises(ZeroDivisionError) as raised:
        watch.around_iterator(lambda *_: space["fail"]())(None)
    assert is_raised_by_cell(raised.value) is of_the_cell
