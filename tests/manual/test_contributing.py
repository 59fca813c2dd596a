"""The rule that CONTRIBUTING.md shows, and its test, as a reader would type them."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

import nbdoctor.rules.training
from nbdoctor.rules.rule import Rule

ROOT = Path(__file__).parents[2]

HEADINGS = ("What it means", "How it is measured", "Example", "When to ignore it", "References")


def shown(kind: str) -> str:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.findall(rf"<!-- {kind}: \S+ -->\n````python\n(.*?)````", text, flags=re.DOTALL)
    (code,) = found
    return str(code)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module of the rule, where its test imports it from."""
    module = ModuleType("nbdoctor.rules.training.single_step_epochs")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(shown("rule"), "CONTRIBUTING.md", "exec"), vars(module))  # noqa: S102
    monkeypatch.setattr(nbdoctor.rules.training, "single_step_epochs", module, raising=False)
    return module


def test_the_rule_is_a_rule(written: ModuleType) -> None:
    rule = written.single_step_epochs
    assert isinstance(rule, Rule)
    for heading in HEADINGS:
        assert f"## {heading}\n" in rule.page
    for threshold in rule.thresholds:
        assert f"`{threshold}`" in rule.page


@pytest.mark.usefixtures("written")
def test_its_test_passes() -> None:
    names: dict[str, object] = {"__name__": "shown"}
    exec(compile(shown("test"), "CONTRIBUTING.md", "exec"), names)  # noqa: S102
    run = [name for name in names if name in {"test_fires", "test_treatment"}]
    for name in run:
        names[name]()  # type: ignore[operator]
    assert len(run) == 2


def test_the_folders_of_the_tree_are_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.split("## The tree")[1].split("## ")[0]
    named = re.findall(r"`([\w/.]+)`", re.sub(r"\| [^`|]*\|$", "", table, flags=re.MULTILINE))
    folders = {place for place in named if "/" in place}
    assert all((ROOT / place).exists() for place in folders)
    packages = {f"nbdoctor/{path.parent.name}/" for path in ROOT.glob("nbdoctor/*/__init__.py")}
    assert packages <= folders
