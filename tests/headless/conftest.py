"""What the tests of checks share: the four notebooks, checked once."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbdoctor.report.checked import Checked
from tests.headless.books import check_books, write_books

State = tuple[bytes, int]
"""Bytes of a file, and when it was changed last."""


def state(path: Path) -> State:
    return path.read_bytes(), path.stat().st_mtime_ns


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("notebooks")
    write_books(made)
    return made


@pytest.fixture(scope="session")
def states(folder: Path) -> dict[Path, State]:
    """Of each notebook, before it is checked."""
    return {path: state(path) for path in folder.iterdir()}


@pytest.fixture(scope="session")
def checked(folder: Path, states: dict[Path, State]) -> dict[str, Checked]:
    assert states
    return check_books(folder)
