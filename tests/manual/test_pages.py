"""What the hand-written pages say of the options, the settings and the rules."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from nbdoctor.manual import documents, rules
from nbdoctor.notebook.magic import DiagnoseMagics
from nbdoctor.rules import catalogue
from nbdoctor.session.budget import WHOLE

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "nbdoctor" / "manual" / "pages"


def text(page: str) -> str:
    return (PAGES / page).read_text(encoding="utf-8")


def test_the_options_are_those_of_the_magic() -> None:
    described = re.findall(r"^\| `.*?(--[a-z-]+)", text("options.md"), flags=re.MULTILINE)
    known = {
        flag: action.default
        for action in DiagnoseMagics.diagnose.parser._actions
        for flag in action.option_strings
        if flag.startswith("--")
    }
    assert sorted(described) == sorted(known)
    defaults = {**known, "--budget": WHOLE}  # it grows where none is given
    for option in ("--budget", "--batches", "--data-budget"):
        row = re.search(rf"^\| `{option} .*$", text("options.md"), flags=re.MULTILINE)
        assert row is not None
        assert row[0].split("|")[2].strip() == f"{defaults[option]:g}"


def test_the_settings_are_those_of_the_extension() -> None:
    schema = json.loads((ROOT / "labextension/schema/settings.json").read_text(encoding="utf-8"))
    settings = {of["title"]: name for name, of in schema["properties"].items()}
    described = re.findall(r"^## (.+)\n\n`(\w+)`, ", text("settings.md"), flags=re.MULTILINE)
    assert dict(described) == settings


@pytest.mark.parametrize("page", sorted(path.name for path in PAGES.glob("*.md")))
def test_rules_that_pages_name_exist(page: str) -> None:
    names = set(re.findall(r"(?:rules/|allow |explain )([a-z]+(?:-[a-z]+)+)", text(page)))
    assert names <= {rule.name for rule in catalogue()}


def test_the_files_that_the_architecture_names_exist() -> None:
    named = re.findall(r"`((?:\w+/)+(?:[\w*]+\.py)?)`", text("architecture.md"))
    assert len(set(named)) > 30
    for place in named:
        found = [*(ROOT / "nbdoctor").glob(place), *ROOT.glob(place)]
        assert found, place


def test_a_page_links_to_the_rules_that_it_names() -> None:
    (rule,) = (one for one in catalogue() if one.name == "dead-units")
    assert "[`too-few-steps`](too-few-steps.md)" in rules.site_page(rule)
    assert "[`dead-units`]" not in rules.site_page(rule)


def test_a_document_keeps_the_links_that_the_manual_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "PACKAGED", tmp_path)
    (tmp_path / "SECURITY.md").write_text(
        "[a](LIMITATIONS.md#data) [b](tests/run.py) [c](https://x.org) [d](#here) "
        "[e](nbdoctor/manual/pages/options.md)",
        encoding="utf-8",
    )
    assert documents.page("SECURITY.md") == (
        "[a](limitations.md#data) b [c](https://x.org) [d](#here) [e](options.md)"
    )
