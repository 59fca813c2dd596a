"""What must hold of every rule."""

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

import nbdoctor.rules
from nbdoctor.rules import FAMILIES, catalogue
from nbdoctor.rules.rule import Rule

HEADINGS = [
    "What it means",
    "How it is measured",
    "Example",
    "What the treatment does",
    "When to ignore it",
    "References",
]

PLANNED = {
    "hidden-logits-loss",
    "loss-starts-high",
    "oscillating-loss",
}
"""Symptoms that have no rule yet and may be named as consequences."""

every_rule = pytest.mark.parametrize("rule", [pytest.param(r, id=r.name) for r in catalogue()])


def test_rules_are_found() -> None:
    assert len(catalogue()) >= 20
    assert len({rule.name for rule in catalogue()}) == len(catalogue())


@every_rule
def test_the_name_is_two_to_five_plain_words(rule: Rule[Any]) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+){1,4}", rule.name)


@every_rule
def test_file_and_test_have_the_name_of_the_rule(rule: Rule[Any]) -> None:
    name = rule.name.replace("-", "_")
    folder = Path(nbdoctor.rules.__file__).parent / rule.family
    assert inspect.getfile(rule.judge) == str(folder / f"{name}.py")
    tests = Path(__file__).parent / "rules" / rule.family / f"test_{name}.py"
    text = tests.read_text(encoding="utf-8")
    for needed in ("def test_fires", "def test_stays_silent", "def test_treatment", "mark.keras"):
        assert needed in text


@every_rule
def test_the_page_has_all_headings_in_order(rule: Rule[Any]) -> None:
    assert re.findall(r"^## (.+)$", rule.page, flags=re.MULTILINE) == HEADINGS
    for section in re.split(r"^## .+$", rule.page, flags=re.MULTILINE):
        assert section.strip()


@every_rule
def test_the_page_begins_with_one_short_sentence(rule: Rule[Any]) -> None:
    first, blank, *_ = rule.page.splitlines()
    assert first.endswith(".")
    assert blank == ""


@every_rule
def test_the_example_is_python(rule: Rule[Any]) -> None:
    (example,) = re.findall(r"^```python\n(.+?)^```$", rule.page, flags=re.MULTILINE | re.DOTALL)
    ast.parse(example)


@every_rule
def test_thresholds_are_numbers_and_explained_on_the_page(rule: Rule[Any]) -> None:
    for name, value in rule.thresholds.items():
        assert isinstance(value, (int, float))
        assert f"`{name}`" in rule.page


@every_rule
def test_grading_is_consistent(rule: Rule[Any]) -> None:
    assert rule.family in FAMILIES
    assert rule.severity in {"critical", "warning", "note"}
    assert rule.kind in {"proof", "strong", "hint"}
    assert not (rule.kind == "hint" and rule.severity == "critical"), "a hint is never critical"


@every_rule
def test_what_held_is_a_short_sentence_without_a_full_stop(rule: Rule[Any]) -> None:
    assert rule.holds[0].isupper()
    assert not rule.holds.endswith(".")
    assert len(rule.holds) <= 100


@every_rule
def test_consequences_are_rules(rule: Rule[Any]) -> None:
    assert set(rule.explains) <= {other.name for other in catalogue()} | PLANNED
    assert rule.name not in rule.explains
    assert len(set(rule.explains)) == len(rule.explains)


def test_planned_rules_leave_the_list_when_they_exist() -> None:
    assert not PLANNED & {rule.name for rule in catalogue()}


@every_rule
def test_readings_come_from_their_folder(rule: Rule[Any]) -> None:
    assert rule.needs
    for reading in rule.needs:
        assert reading.__module__.startswith("nbdoctor.readings.")


@every_rule
def test_every_treatment_says_what_it_does(rule: Rule[Any]) -> None:
    for one in rule.treatment_definitions:
        assert (inspect.getdoc(one.make) or "").endswith(".")
        assert one.effect in {"none", "training", "model", "judgement", "advice"}
        assert one.title[0].isupper()
        assert not one.title.endswith(".")
    number = len(rule.treatment_definitions)
    assert len({one.title for one in rule.treatment_definitions}) == number
    assert len({one.make.__name__ for one in rule.treatment_definitions}) == number
