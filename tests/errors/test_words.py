import builtins
from collections.abc import Callable
from typing import Any

import pytest

from nbdoctor.errors.words import described, text_of

ASKED: list[str] = []


class TalkingError(Exception):
    """Whatever is asked of it, is noted."""

    def __str__(self) -> str:
        ASKED.append("str")
        return "talks"

    __repr__ = __str__

    def __getattribute__(self, name: str) -> Any:
        ASKED.append(name)
        raise RuntimeError(name)


class NamedByClass(type):
    @property
    def __name__(cls) -> str:  # type: ignore[override]
        ASKED.append("name")
        return "another"


class OddError(Exception, metaclass=NamedByClass):
    pass


class Value:
    def __str__(self) -> str:
        ASKED.append("value")
        return "value"

    __repr__ = __str__


class Text(str):
    __slots__ = ()

    def __str__(self) -> str:
        ASKED.append("text")
        return "text"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ValueError("one\ntwo"), "ValueError: one"),
        (ValueError, "ValueError"),
        (lambda: KeyError("key"), "KeyError: 'key'"),
        (
            lambda: FileNotFoundError(2, "No such file", "here"),
            "FileNotFoundError: [Errno 2]",
        ),
        (
            lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, "odd"),
            "UnicodeDecodeError: ",
        ),
        (lambda: ValueError("a", 1), "ValueError: ('a', 1)"),
        (lambda: TalkingError("mine", 3), "TalkingError: mine, 3"),
        (lambda: OddError("mine"), "OddError: mine"),
        (lambda: ValueError(Value()), "ValueError: <Value>"),
        (lambda: ValueError([Value()]), "ValueError: <list>"),
        (lambda: TalkingError(Text("hidden"), "mine"), "TalkingError: <Text>, mine"),
    ],
)
def test_no_method_of_the_users_is_asked_for_words(
    make: Callable[[], Exception], said: str
) -> None:
    error = make()
    ASKED.clear()
    words = described(error)
    del error  # pytest asks what it shows
    assert words.startswith(said)
    assert not ASKED


def test_a_group_says_what_python_says() -> None:
    group = vars(builtins).get("ExceptionGroup")
    if group is None:
        pytest.skip("groups came with Python 3.11")
    assert text_of(group("several", [ValueError("one")])).startswith("several")
