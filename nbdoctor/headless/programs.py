"""The text of a script, or of a module that is to be run as one."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path

from nbdoctor.headless.reading import CannotReadError
from nbdoctor.headless.watching import shown_path


@dataclass(frozen=True, kw_only=True)
class Program:
    """What is to be run as `__main__`.

    Attributes
    ----------
    file : str
    source : str
    spec : ModuleSpec or None
        Of a module.
    folder : str
        Where its imports are looked for first.
    """

    file: str
    source: str
    spec: ModuleSpec | None
    folder: str


def script(path: Path) -> Program:
    """The program in a file.

    Raises
    ------
    CannotReadError
    """
    shown = shown_path(path)
    try:
        source = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        message = f"There is no `{shown}`. Check the path."
    except UnicodeDecodeError:
        message = f"`{shown}` is no text in UTF-8, so it is no Python script."
    except OSError as error:
        message = f"`{shown}` cannot be read: {error.strerror or error}."
    else:
        folder = str(path.resolve().parent)
        return Program(file=str(path), source=source, spec=None, folder=folder)
    raise CannotReadError(message)


def module(name: str) -> Program:
    """The program that `python -m NAME` runs.

    Raises
    ------
    CannotReadError
    """
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            spec = importlib.util.find_spec(f"{name}.__main__")
    except (ImportError, ValueError, AttributeError):
        spec = None
    source = getattr(spec and spec.loader, "get_source", lambda _: None)(spec and spec.name)
    if spec is None or source is None or spec.origin is None:
        message = f"There is no module `{name}` that can be run as a program in Python."
        raise CannotReadError(message)
    return Program(file=spec.origin, source=source, spec=spec, folder=here)
