"""What an error says, asked of no method of the user's."""

from __future__ import annotations

import re
from typing import Any

from nbdoctor.errors.exceptions import args_of, class_name, is_of_a_library, owner, type_name
from nbdoctor.errors.guard import attempt

HALVES = re.compile("[\ud800-\udfff]")
"""Lone surrogates: names of columns and files may hold them, and no message or file can."""

PLAIN = (str, bytes, int, float, complex, bool, type(None))
"""Types whose text Python makes alone."""


def described(error: BaseException) -> str:
    """Type and first line of an error."""
    text = text_of(error).strip().splitlines()
    return f"{type_name(error)}: {text[0]}" if text else type_name(error)


def text_of(error: BaseException) -> str:
    """What it says, as `str(error)` would.

    A class of the user's may make its text by a method, which counts or raises: then the text is
    that of what the error was made of, objects of the user's by their type.
    """
    args, maker = args_of(error), owner(type(error), "__str__")
    is_made_of_args = maker.__module__ == "builtins"
    if is_of_a_library(maker) and (not is_made_of_args or _is_plain(args)):
        return attempt(lambda: str(error)) or ""
    return ", ".join(str(one) if _is_plain(one) else f"<{class_name(type(one))}>" for one in args)


def sendable(value: Any) -> Any:
    """Plain data with no half of a character in its texts."""
    if isinstance(value, str):
        return value if value.isascii() else HALVES.sub("\ufffd", value)
    if isinstance(value, dict):
        return {sendable(key): sendable(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [sendable(one) for one in value]
    return value


def _is_plain(value: Any) -> bool:
    """Whether no code of the user's makes its text: exact types, no classes derived from them."""
    if type(value) in (tuple, list):
        return all(map(_is_plain, value))
    return type(value) in PLAIN
