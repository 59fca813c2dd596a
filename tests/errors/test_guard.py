import ast
import builtins
import ctypes
import functools
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, TypeGuard

import pytest

from nbdoctor.errors.exceptions import PACKAGE, is_library_file
from nbdoctor.errors.guard import Boundary, Guard, attempt, let_through

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGUSR1")


class OwnError(Exception):
    """A class that no library knows."""

    def __init__(self) -> None:
        super().__init__("too long")


def ours(source: str, **names: Any) -> Callable[..., Any]:
    """The function `part` of a source that lies among the files of nbdoctor."""
    exec(compile(source, f"{PACKAGE}/part.py", "exec"), names)  # noqa: S102
    part: Callable[..., Any] = names["part"]
    return part


@pytest.fixture
def handled() -> Iterator[Callable[[Any], None]]:
    before = signal.getsignal(signal.SIGUSR1)
    yield lambda handler: signal.signal(signal.SIGUSR1, handler)
    signal.signal(signal.SIGUSR1, before)


def ring() -> None:
    signal.raise_signal(signal.SIGUSR1)


def raises(*_: Any) -> None:
    message = "too long"
    raise TimeoutError(message)


def raises_own() -> None:
    raise OwnError


def raises_once(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGUSR1, signal.SIG_DFL)
    raises(number, frame)


def raises_forgetful(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    del number, frame
    raises()


class Raises:
    def __call__(self, number: int, frame: FrameType | None) -> None:
        raises(number, frame)

    def method(self, number: int, frame: FrameType | None) -> None:
        self(number, frame)


def decorated(function: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(function)
    def inner(*args: Any, **kwargs: Any) -> None:
        function(*args, **kwargs)

    return inner


HANDLERS: dict[str, Any] = {
    "function": raises,
    "resets itself": raises_once,
    "resets itself and forgets what it was given": raises_forgetful,
    "object": Raises(),
    "method": Raises().method,
    "partial": functools.partial(lambda _word, _number, _frame: raises(), "word"),
    "decorated": decorated(raises),
    "lambda": lambda *_: raises(),
}


def told() -> tuple[list[Exception], Callable[[Exception], None]]:
    faults: list[Exception] = []
    return faults, faults.append


def test_a_fault_of_ours_stays_and_is_told() -> None:
    faults, tell = told()
    assert attempt(lambda: 1 // 0, on_fault=tell) is None
    assert [type(one) for one in faults] == [ZeroDivisionError]
    assert attempt(divmod, 7, 2) == (3, 1)


def test_a_fault_while_a_fault_is_told_is_dropped() -> None:
    with Guard(lambda _: 1 // 0):
        raise ValueError


@pytest.mark.parametrize("handler", HANDLERS.values(), ids=HANDLERS)
def test_what_a_handler_of_a_signal_raises_goes_through(handler: Any, handled: Any) -> None:
    handled(handler)
    faults, tell = told()
    with pytest.raises(TimeoutError, match="too long") as caught, Guard(tell), Guard(tell):
        sorted([2, 1], key=lambda n: ring() or n)
    assert not faults
    names = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert names.count("ring") == 0
    assert names[-1] == "raises"


def test_a_handler_that_is_called_as_a_function_is_no_interruption() -> None:
    faults, tell = told()
    with Guard(tell):
        raises(signal.SIGUSR1, None)
    assert len(faults) == 1


FALLS_BACK = """
def part(ring):
    try:
        ring()
    except OSError:
        {}["a fallback with a fault"]
"""


def test_a_signal_that_our_code_took_for_a_fault_goes_through(handled: Any) -> None:
    handled(raises)
    with pytest.raises(TimeoutError) as caught, Guard():
        ours(FALLS_BACK)(ring)
    assert caught.value.__context__ is None


def test_what_the_users_code_makes_of_a_signal_is_what_goes_through(handled: Any) -> None:
    handled(raises)

    def theirs() -> None:
        try:
            ring()
        except TimeoutError as error:
            raise OwnError from error

    with pytest.raises(OwnError) as caught, Guard():
        ours("def part(call):\n    call()")(theirs)
    assert type(caught.value.__cause__) is TimeoutError


ENDS_WITH_A_FAULT = """
def part(end):
    try:
        raise end
    finally:
        1 / 0
"""


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_is_not_lost_to_a_fault_that_follows(end: type[BaseException]) -> None:
    with pytest.raises(end), Guard():
        ours(ENDS_WITH_A_FAULT)(end)


def test_what_the_caller_was_handling_is_not_taken_for_it(handled: Any) -> None:
    handled(raises)
    faults, tell = told()

    def fails() -> None:
        try:
            {}["key"]
        except KeyError as error:
            let_through(error)
            raise

    with pytest.raises(TimeoutError) as caught:
        ring()
    try:
        raise caught.value
    except TimeoutError:
        with Guard(tell):
            fails()
        with pytest.raises(KeyError):
            fails()
    assert [type(one) for one in faults] == [KeyError]


def test_a_clause_of_ours_lets_through_what_is_not_ours(handled: Any) -> None:
    handled(raises)

    def part() -> None:
        try:
            ring()
        except Exception as error:  # noqa: BLE001
            let_through(error)

    with pytest.raises(TimeoutError):
        part()


def test_what_a_tracing_function_raises_goes_through() -> None:
    def trace(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_name == "traced":
            raise OwnError

    def traced() -> None:
        pass

    def part() -> None:
        sys.settrace(trace)
        traced()

    before = sys.gettrace()
    faults, tell = told()
    try:
        with pytest.raises(OwnError), Guard(tell):
            part()
    finally:
        sys.settrace(before)
    assert not faults


@pytest.mark.parametrize("kind", [TimeoutError, OwnError])
def test_what_another_thread_raises_goes_through(kind: type[Exception]) -> None:
    here = ctypes.c_ulong(threading.get_ident())
    faults, tell = told()

    def raise_there() -> None:
        time.sleep(0.1)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(here, ctypes.py_object(kind))

    other = threading.Thread(target=raise_there)
    other.start()
    with pytest.raises(kind), Guard(tell), Guard(tell):
        ours("def part(time):\n    while True:\n        time.sleep(0.01)")(time)
    other.join()
    assert not faults


@pytest.mark.parametrize(
    "fault",
    [
        lambda: next(iter(())),
        lambda: int("x"),
        lambda: {}[0],
        lambda: object().nothing,  # type: ignore[attr-defined]
        raises,
        raises_own,
        lambda: bytearray(-1),
        lambda: __import__("queue").SimpleQueue().get_nowait(),
        lambda: open("/nowhere/at/all"),  # noqa: PTH123, SIM115
    ],
)
def test_faults_of_all_kinds_stay(fault: Callable[[], object]) -> None:
    faults, tell = told()
    attempt(fault, on_fault=tell)
    assert len(faults) == 1


def test_nothing_of_ours_is_in_what_leaves_a_wrapper() -> None:
    def user() -> None:
        try:
            raises()
        except TimeoutError as error:
            raise OwnError from error

    inner = ours(
        "def part(call):\n    with Boundary():\n        return call()",
        Boundary=Boundary,
    )
    told: list[str] = []
    try:
        inner(lambda: inner(user))
    except OwnError:
        told = traceback.format_exc().splitlines()
    assert not any(PACKAGE in line for line in told)
    assert sum("in user" in line for line in told) == 2


@pytest.mark.skipif(sys.version_info < (3, 11), reason="groups came with Python 3.11")
def test_nothing_of_ours_is_in_the_members_of_a_group() -> None:
    inner = ours("def part(call):\n    return call()")
    several: list[Exception] = []
    for _ in range(2):
        with pytest.raises(TimeoutError) as one:
            inner(raises)
        several.append(one.value)
    assert any(PACKAGE in line for error in several for line in traceback.format_exception(error))
    group = vars(builtins)["ExceptionGroup"]("several", several)
    with pytest.raises(type(group)) as caught, Boundary():
        raise group
    assert not any(PACKAGE in line for line in traceback.format_exception(caught.value))


def is_broad(handler: ast.ExceptHandler) -> bool:
    kinds = {node.id for node in ast.walk(handler.type or ast.Name("Exception")) if is_name(node)}
    return bool(kinds & {"Exception", "BaseException"})


def is_name(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name)


def passes_on(handler: ast.ExceptHandler) -> bool:
    named = {node.id for node in ast.walk(handler) if is_name(node)}
    return "let_through" in named or any(isinstance(one, ast.Raise) for one in ast.walk(handler))


@pytest.mark.parametrize("file", sorted(Path(PACKAGE).rglob("*.py")), ids=lambda file: file.stem)
def test_no_part_of_ours_keeps_whatever_it_catches(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    clauses = [node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)]
    assert not [one.lineno for one in clauses if is_broad(one) and not passes_on(one)]
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    kept = [one for one in calls if ast.unparse(one.func).endswith("suppress")]
    wide = {"Exception", "BaseException"}
    assert not [one.lineno for one in kept if wide & {ast.unparse(kind) for kind in one.args}]


@pytest.mark.parametrize(
    ("file", "is_one"),
    [
        ("/home/me/.local/lib/python3.11/site-packages/keras/src/trainer.py", True),
        ("/usr/local/lib/python3.10/dist-packages/tensorflow/__init__.py", True),
        ("/home/me/site-packages-notes/train.py", False),
        ("<ipython-input-1-ab>", False),
    ],
)
def test_packages_are_libraries_wherever_they_lie(file: str, is_one: bool) -> None:
    assert is_library_file(file) is is_one
