import sys
import traceback
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from nbdoctor.capture.calls import StopBeforeTrainingError
from nbdoctor.capture.fit import FitWatch, watch_fits
from nbdoctor.errors.exceptions import PACKAGE, message_without_own_frames
from nbdoctor.errors.frames import is_raised_by_cell
from nbdoctor.notebook.tracebacks import plain_tracebacks


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

    watch = FitWatch(SimpleNamespace(failed=None))  # type: ignore[arg-type]
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


def fail_in(file: str) -> Callable[[], None]:
    """A function that raises, of a file of this name."""
    space: dict[str, Any] = {}
    exec(compile("def fail():\n    return 1 / 0", file, "exec"), space)  # noqa: S102
    fail: Callable[[], None] = space["fail"]
    return fail


def test_frames_of_a_folder_with_a_name_like_ours_are_shown() -> None:
    shell = Shell()
    with plain_tracebacks(shell):
        try:
            fail_in(BESIDE)()
        except ZeroDivisionError:
            shell.showtraceback()
    assert shell.shown[0][-1] == BESIDE


@pytest.mark.keras
def test_nor_does_keras_leave_them_out() -> None:
    from keras.src.utils.traceback_utils import include_frame

    with watch_fits(SimpleNamespace()):  # type: ignore[arg-type]
        assert [include_frame(file) for file in (OURS, BESIDE)] == [False, True]


def test_frames_of_ours_are_known_by_their_own_spelling() -> None:
    assert FitWatch.around_iterator.__code__.co_filename.startswith(PACKAGE)


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


def listed(*frames: tuple[str, str]) -> str:
    lines = [f'  File "{file}", line 3, in {name}\n\n' for file, name in frames]
    return f"Detected at node a defined at:\n{''.join(lines)}assertion failed\n"


SHELL, CELL = "site-packages/IPython/core/interactiveshell.py", "<ipython-input-1-ab>"
OURS = f"{PACKAGE}magic.py"
BESIDE = f"{PACKAGE[:-1]}_lessons/model.py"  # a folder of the user's, with a name like ours
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
        ([*START, *FIT, (BESIDE, "call")], None),
    ],
    ids=["the magic", "a frame alone", "another magic", "nothing of ours", "a name like ours"],
)
def test_frames_of_ours_leave_the_list_in_a_message(
    frames: list[tuple[str, str]], left: list[tuple[str, str]] | None
) -> None:
    assert message_without_own_frames(listed(*frames)) == listed(
        *(frames if left is None else left)
    )


@pytest.mark.parametrize(
    ("file", "of_the_cell"),
    [
        (CELL, True),
        ("/tmp/ipykernel_7/12.py", True),  # noqa: S108  (a name only)
        ("/home/me/ipykernel_7/lib/model.py", False),
        ("/home/me/ipykernel_tests/12.py", False),
        ("module.py", False),
        (OURS, False),
    ],
)
def test_whose_code_raised_an_error(file: str, of_the_cell: bool) -> None:
    fail = fail_in(file)
    watch = FitWatch(SimpleNamespace(failed=None))  # type: ignore[arg-type]
    with pytest.raises(ZeroDivisionError) as raised:
        watch.around_iterator(lambda *_: fail())(None)
    assert is_raised_by_cell(raised.value) is of_the_cell
