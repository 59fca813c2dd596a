"""The build hook: when it compiles, and which Node.js it accepts."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    """hatch_build.py, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("major", "minor", "good"),
    [
        (18, 20, False),
        (20, 18, False),
        (20, 19, True),
        (21, 7, False),
        (22, 11, False),
        (22, 12, True),
        (24, 0, True),
    ],
)
def test_only_a_node_that_the_bundler_runs_on_is_used(
    hook: ModuleType, major: int, minor: int, good: bool
) -> None:
    assert hook.is_new_enough(major, minor) is good


def test_without_a_node_the_build_asks_for_one(
    hook: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NBDOCTOR_NODE_WHEEL", "1")
    made = hook.LabextensionHook(str(tmp_path), {}, None, None, str(tmp_path), "wheel")
    assert made.dependencies() == [hook.NODE_WHEEL]


@pytest.fixture
def source(hook: ModuleType, tmp_path: Path) -> Path:
    for name in hook.SOURCES:
        folder = tmp_path if "." in name else tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / (name if "." in name else "file.ts")).write_bytes(b"one\ntwo\n")
    return tmp_path


def test_a_changed_source_is_compiled_again(hook: ModuleType, source: Path) -> None:
    before = hook.digest(source)
    (source / "src" / "file.ts").write_bytes(b"one\nthree\n")
    assert hook.digest(source) != before


def test_line_ends_of_windows_are_no_change(hook: ModuleType, source: Path) -> None:
    before = hook.digest(source)
    (source / "src" / "file.ts").write_bytes(b"one\r\ntwo\r\n")
    assert hook.digest(source) == before
