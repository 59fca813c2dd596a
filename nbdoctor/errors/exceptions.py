"""Exceptions, read and mended without running any code of the user's.

An exception may be of a class of the user's own, whose attributes are properties and whose text
is made by a method: that counts, prints, or raises in its turn. So what is read here is read by
the descriptors of `BaseException`, which no class can replace.
"""

from __future__ import annotations

import builtins
import contextlib
import os
import re
import sys
import sysconfig
from collections.abc import Iterator
from types import TracebackType
from typing import Any, TypeGuard, TypeVar

E = TypeVar("E", bound=BaseException)

PACKAGE = os.path.join(os.path.dirname(os.path.dirname(__file__)), "")  # noqa: PTH118, PTH120
"""How the file names of nbdoctor begin, as frames spell them (a `Path` would tidy them up). It ends
with a separator: files of a folder such as `nbdoctor_lessons` beside ours are not ours."""

OF_A_KERNEL = re.compile(r"[/\\]ipykernel_\d+[/\\]\d+\.py$")
"""The end of the file name that ipykernel gives a cell, in a folder named by its process."""

LIBRARIES = tuple(sysconfig.get_paths()[kind] + os.sep for kind in ("stdlib", "purelib", "platlib"))
"""Where the standard library and what was installed lie."""

INSTALLED = tuple(f"{os.sep}{name}{os.sep}" for name in ("site-packages", "dist-packages"))
"""Folders of packages elsewhere: those of the user alone, those of another environment."""

LISTED = re.compile(r'  File "(?P<file>[^"\n]*)", line \d+, in (?P<name>[^"\n]*)\n(?:\n|$)')
"""A frame as TensorFlow lists it in the message of an error inside of a graph."""

GROUP: Any = getattr(builtins, "BaseExceptionGroup", None)
"""Came with Python 3.11."""

_TRACEBACK: Any = vars(BaseException)["__traceback__"]
_CONTEXT: Any = vars(BaseException)["__context__"]
_CAUSE: Any = vars(BaseException)["__cause__"]
_ATTRIBUTES: Any = vars(BaseException)["__dict__"]
_ARGS: Any = vars(BaseException)["args"]
_NAME: Any = vars(type)["__name__"]
_MRO: Any = vars(type)["__mro__"]
_MEMBERS: Any = vars(type)["__dict__"]
_MODULE: Any = vars(type)["__module__"]


def is_own_file(name: str) -> bool:
    """Whether this is a file of nbdoctor."""
    return name.startswith(PACKAGE)


def is_library_file(name: str) -> bool:
    """Whether this is a file of Python's own library or of an installed package, wherever."""
    return name.startswith(LIBRARIES) or any(folder in name for folder in INSTALLED)


_SCRIPTS: list[str] = []
"""Files that are examined as cells are."""


def is_cell_file(name: str) -> bool:
    """Whether IPython gave this file name to a cell that it compiled, or it is a watched script."""
    is_cell = name.startswith("<ipython-input") or OF_A_KERNEL.search(name) is not None
    return is_cell or name in _SCRIPTS


@contextlib.contextmanager
def cell_file(name: str) -> Iterator[None]:
    """Take the file of a script for that of a cell, as long as the block lasts."""
    _SCRIPTS.append(name)
    try:
        yield
    finally:
        _SCRIPTS.remove(name)


def traceback_of(error: BaseException) -> TracebackType | None:
    """Its traceback."""
    found: TracebackType | None = _TRACEBACK.__get__(error)
    return found


def set_traceback(error: BaseException, traceback: TracebackType | None) -> None:
    """Give it this traceback."""
    _TRACEBACK.__set__(error, traceback)


def context_of(error: BaseException) -> BaseException | None:
    """What was being handled when it was raised."""
    found: BaseException | None = _CONTEXT.__get__(error)
    return found


def set_context(error: BaseException, context: BaseException | None) -> None:
    """Say what was being handled when it was raised."""
    _CONTEXT.__set__(error, context)


def attributes_of(error: BaseException) -> dict[str, Any]:
    """What it keeps beside its arguments."""
    found: dict[str, Any] = _ATTRIBUTES.__get__(error)
    return found


def args_of(error: BaseException) -> tuple[Any, ...]:
    """What it was made of."""
    found: tuple[Any, ...] = _ARGS.__get__(error)
    return found


def is_a(error: object, kind: type[E]) -> TypeGuard[E]:
    """Whether it is of this class: `isinstance` would ask the object itself, too."""
    return issubclass(type(error), kind)


def type_name(error: BaseException) -> str:
    """Name of its class."""
    return class_name(type(error))


def class_name(kind: type) -> str:
    """Name of a class, whatever its metaclass says."""
    return str(_NAME.__get__(kind))


def links(error: BaseException) -> Iterator[TracebackType]:
    """The links of its traceback, outermost first."""
    link = traceback_of(error)
    while link is not None:
        yield link
        link = link.tb_next


def related(error: BaseException) -> list[BaseException]:
    """`error`, what it came from or was raised beside, and the members of groups; each once."""
    found: dict[int, BaseException] = {}
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if id(one) in found:
            continue
        found[id(one)] = one
        around = (_CAUSE.__get__(one), context_of(one), *_members(one))
        waiting += [other for other in around if other is not None]
    return list(found.values())


def _members(error: BaseException) -> tuple[BaseException, ...]:
    if GROUP is None or not issubclass(type(error), GROUP):
        return ()
    members: tuple[BaseException, ...] = vars(GROUP)["exceptions"].__get__(error)
    return members


def is_of_a_library(kind: type) -> bool:
    """Whether a class comes with Python or with an installed package, or is one of ours."""
    name = _MODULE.__get__(kind)
    top = str(name).partition(".")[0]
    if top == "nbdoctor" or top in sys.builtin_module_names:
        return True
    module = sys.modules.get(str(name))
    file = vars(module).get("__file__") if type(module) is type(sys) else None
    return type(file) is str and is_library_file(file)


def member(kind: type, name: str) -> Any:
    """What the class or the first of its bases that has it holds by this name; else None."""
    held = (_MEMBERS.__get__(one) for one in _MRO.__get__(kind))
    return next((members[name] for members in held if name in members), None)


def owner(kind: type, name: str) -> type:
    """The class that `member` finds it in."""
    found: type = next(one for one in _MRO.__get__(kind) if name in _MEMBERS.__get__(one))
    return found


def without_own_frames(error: BaseException) -> None:
    """Unlink frames of ours from the traceback of `error` and of all that is related to it.

    The messages lose them as well.
    """
    for one in related(error):
        clean_message(one)
        first = traceback_of(one)
        while first is not None and _is_own(first):
            first = first.tb_next
        if first is not traceback_of(one):
            set_traceback(one, first)
        _unlink(first)


def _unlink(link: TracebackType | None) -> None:
    """Take frames of ours out of what follows `link`."""
    while link is not None:
        following = link.tb_next
        if following is not None and _is_own(following):
            link.tb_next = following.tb_next
        else:
            link = following


def _is_own(link: TracebackType) -> bool:
    return is_own_file(link.tb_frame.f_code.co_filename)


def clean_message(error: BaseException) -> None:
    """Make the message of `error` what it is without the magic.

    TensorFlow lists, in the messages of errors inside of a graph, how the operation was made: that
    holds frames of ours, and those of IPython that run a cell inside of a magic. It keeps the
    message as an attribute of the object itself.
    """
    attributes: dict[str, Any] = _ATTRIBUTES.__get__(error)
    message = attributes.get("_message")
    if type(message) is str and PACKAGE in message:
        attributes["_message"] = message_without_own_frames(message)


def message_without_own_frames(message: str) -> str:
    """`message` with the frames left out that the magic adds to its list."""
    frames = list(LISTED.finditer(message))
    left_out = {at for at, frame in enumerate(frames) if is_own_file(frame["file"])}
    for at, frame in enumerate(frames[:-1]):
        if frame["name"] == "run_cell_magic" and at + 1 in left_out:
            inner = (n for n in range(at, len(frames)) if is_cell_file(frames[n]["file"]))
            end = next(inner, at + 1)
            left_out.update(range(max(0, at - 1), end))  # the outer cell is one line: the magic
    for at in sorted(left_out, reverse=True):
        message = message[: frames[at].start()] + message[frames[at].end() :]
    return message
