"""A part of ours runs: its faults stay here, and what is not ours goes through.

A fault of ours never costs the user a cell. But not all that is raised inside of our code is a
fault of it. Python calls handlers of signals, and functions that trace, in the midst of whatever
runs; another thread may raise an exception in this one. What they raise was meant for the
training, and a training that is told to end has to end. So each guard asks where an exception
came from, and lets through what was raised from outside, with the frames of ours (and of what we
have called) taken out.
"""

from __future__ import annotations

# `signal` itself makes an enumeration of each answer: 33 µs for all, not 2.
import _signal  # type: ignore[import-not-found]
import dis
import functools
import inspect
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import CodeType, FrameType, FunctionType, MethodType, TracebackType
from typing import Any, Literal, TypeVar

from nbdoctor.errors.exceptions import (
    args_of,
    attributes_of,
    context_of,
    is_library_file,
    is_of_a_library,
    is_own_file,
    links,
    member,
    related,
    set_context,
    set_traceback,
    traceback_of,
    without_own_frames,
)

T = TypeVar("T")

ENDS = (KeyboardInterrupt, SystemExit)
"""What ends a cell, whoever raised it: never lost, also where a fault of ours follows it."""

RAISES = tuple(dis.opmap[name] for name in ("RAISE_VARARGS", "RERAISE") if name in dis.opmap)
"""Instructions of `raise` and `assert`."""

BARE = (MemoryError, StopIteration, StopAsyncIteration, queue.Empty, queue.Full)
"""Functions written in C raise these without a word. What another thread raises has none, too:
it can only name a class."""


class _Now(threading.local):
    """The exception that is on its way out of our code in this thread, and who may raise one.

    Handlers are noted when our code is entered: one may put another in its place before it raises.
    """

    passing: BaseException | None = None
    handlers: tuple[Any, ...] = ()


_now = _Now()


def nothing(_: Exception) -> None:
    """Leave a fault untold."""


class Guard:
    """Runs the block as a part of ours: `with Guard(tell): ...`.

    A fault inside ends the block, and is told. What is not ours is raised.

    Parameters
    ----------
    on_fault : callable, optional
        It is given the fault. Faults of its own are dropped.
    """

    def __init__(self, on_fault: Callable[[Exception], object] = nothing) -> None:
        self.on_fault = on_fault
        self.handled: BaseException | None = None
        self.handlers: tuple[Any, ...] = ()

    def __enter__(self) -> None:
        self.handled = sys.exc_info()[1]
        self.handlers, _now.handlers = _now.handlers, _called_by_python()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: object
    ) -> bool:
        handled, self.handled = self.handled, None
        try:
            if error is None or not issubclass(type(error), Exception):
                return False
            foreign = not_ours(error, handled)
        finally:
            self.handlers, _now.handlers = (), self.handlers
        if foreign is error:
            return False
        if foreign is not None:
            _raise_as_it_was(foreign)
        if self.on_fault is not nothing:
            with Guard():
                self.on_fault(error)  # type: ignore[arg-type]  # an Exception, as was asked above
        return True


def attempt(
    do: Callable[..., T], *given: Any, on_fault: Callable[[Exception], object] = nothing
) -> T | None:
    """Call `do(*given)` as a part of ours; None where it had a fault."""
    with Guard(on_fault):
        return do(*given)
    return None


def let_through(error: BaseException) -> None:
    """Raise what is not ours: the first line of an `except` clause that handles faults itself."""
    foreign = not_ours(error)
    if foreign is not None:
        _raise_as_it_was(foreign)


class Boundary:
    """Stands around what a wrapper of ours calls for the user: `with Boundary(): return fit(...)`.

    An exception leaves the block without frames of ours, those of the wrapper included, so that
    the user's own code never meets one, where it catches or prints.
    """

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> Literal[False]:
        if error is not None:
            _now.passing = None
            without_own_frames(error)
        return False


def not_ours(error: BaseException, handled: BaseException | None = None) -> BaseException | None:
    """What was raised into our code from outside: `error`, or what it came from; None for a fault.

    Its traceback has lost the frames of ours, and of what we had called.

    Parameters
    ----------
    error : BaseException
        Caught in our code.
    handled : BaseException, optional
        What was being handled already when our code was entered.
    """
    before = set(map(id, related(handled))) if handled is not None else set[int]()
    here = set(map(id, _callers(sys._getframe(2))))  # noqa: SLF001  (no other way to it)
    for one in related(error):
        first = traceback_of(one)
        is_older = one is not error and first is not None and id(first.tb_frame) in here
        if id(one) in before or is_older or not _is_from_outside(one):
            continue
        # Code of the user's that we have called may have met it, and raised another in its place.
        _now.passing = one if one is error or not _was_raised_by_user(error) else error
        return _now.passing
    return None


def _is_from_outside(error: BaseException) -> bool:
    if error is _now.passing or issubclass(type(error), ENDS):
        return True
    found, link = _entry(error)
    if found:
        set_traceback(error, link)
    return found


def _was_raised_by_user(error: BaseException) -> bool:
    """Whether the statement that raised it is neither ours nor one of a library."""
    files = [link.tb_frame.f_code.co_filename for link in links(error)]
    return bool(files) and not is_own_file(files[-1]) and not is_library_file(files[-1])


def _callers(frame: FrameType | None) -> Iterator[FrameType]:
    """The frames above `frame`."""
    while frame is not None and frame.f_back is not None:
        frame = frame.f_back
        yield frame


def _raise_as_it_was(error: BaseException) -> None:
    context = context_of(error)
    try:
        raise error
    finally:
        set_context(error, context)


def _entry(error: BaseException) -> tuple[bool, TracebackType | None]:
    """Whether `error` came from outside, and the link where what was called from there begins."""
    called = {code for one in (*_now.handlers, *_called_by_python()) for code in _code(one)}
    above: TracebackType | None = None
    for link in links(error):
        frame = link.tb_frame
        if frame.f_code in called or (above is not None and _was_given(frame, above.tb_frame)):
            return True, link
        above = link
    return above is not None and _is_from_another_thread(error, above), None


def _was_given(frame: FrameType, interrupted: FrameType) -> bool:
    """Whether Python has called `frame` in the midst of another: it hands that one over."""
    code = frame.f_code
    if not code.co_flags & inspect.CO_OPTIMIZED:  # no function: a module, a class
        return False
    values, count = frame.f_locals, code.co_argcount
    given = [values.get(name) for name in code.co_varnames[:count]]
    if code.co_flags & inspect.CO_VARARGS:
        rest = values.get(code.co_varnames[count + code.co_kwonlyargcount])
        given += rest if type(rest) is tuple else ()
    return any(one is interrupted for one in given)


def _called_by_python() -> tuple[Any, ...]:
    """What is called for signals and to trace, as it is set now."""
    handlers = map(_signal.getsignal, range(1, signal.NSIG))
    traces = (sys.gettrace(), sys.getprofile())
    return tuple(one for one in (*handlers, *traces) if callable(one))


def _code(called: object) -> Iterator[CodeType]:
    """The code of a function, however it is wrapped; what is written in C has none."""
    while type(called) in (MethodType, functools.partial):
        called = called.__func__ if type(called) is MethodType else called.func  # type: ignore[attr-defined]
    function = called if type(called) is FunctionType else member(type(called), "__call__")
    if type(function) is FunctionType:
        yield function.__code__


def _is_from_another_thread(error: BaseException, innermost: TracebackType) -> bool:
    """Whether no statement has raised it, and nobody who would say why."""
    code, at = innermost.tb_frame.f_code.co_code, innermost.tb_lasti
    if at < 0 or code[at] in RAISES:
        return False
    if not is_of_a_library(type(error)):
        return True
    tells = args_of(error) or attributes_of(error)  # those of TensorFlow have no arguments
    return not tells and not issubclass(type(error), BARE)
