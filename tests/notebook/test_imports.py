"""What waits for an import is told once, and the import is as without it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbdoctor.notebook.imports import is_imported, when_imported

NAME = "imported_by_a_cell"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package that can be imported."""
    folder = tmp_path / NAME
    folder.mkdir()
    (folder / "__init__.py").write_text("value = 1\n")
    (folder / "part.py").write_text("value = 2\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[name]


@pytest.mark.usefixtures("package")
def test_it_is_told_once_the_package_is_there() -> None:
    told: list[int] = []
    finders = list(sys.meta_path)
    with when_imported(NAME, lambda: told.append(sys.modules[NAME].value)):
        assert not is_imported(NAME)
        importlib.import_module(f"{NAME}.part")
        assert told == [1]
        importlib.import_module(NAME)
    assert told == [1]
    assert sys.meta_path == finders
    assert is_imported(NAME)


@pytest.mark.usefixtures("package")
def test_the_module_is_that_of_its_own_loader() -> None:
    plain = importlib.import_module(NAME)
    loader, spec = type(plain.__loader__), plain.__spec__
    del sys.modules[NAME]
    with when_imported(NAME, lambda: None):
        module = importlib.import_module(NAME)
    assert type(module.__loader__) is loader
    assert module.__spec__ is not None
    assert module.__spec__.loader is module.__loader__
    assert (module.__spec__.name, module.__spec__.origin) == (spec.name, spec.origin)


def test_what_is_imported_already_is_told_at_once() -> None:
    told: list[str] = []
    with when_imported("json", lambda: told.append("json")):
        assert told == ["json"]


def test_an_import_that_fails_fails_as_always(package: Path) -> None:
    (package / "__init__.py").write_text("1 / 0\n")
    told: list[str] = []
    with when_imported(NAME, lambda: told.append("")), pytest.raises(ZeroDivisionError):
        importlib.import_module(NAME)
    with when_imported("not_there_at_all", lambda: told.append("")), pytest.raises(ImportError):
        importlib.import_module("not_there_at_all")
    assert told == []


@pytest.mark.usefixtures("package")
def test_nobody_is_told_after_the_block() -> None:
    told: list[str] = []
    with when_imported(NAME, lambda: told.append("")):
        pass
    importlib.import_module(NAME)
    assert told == []
