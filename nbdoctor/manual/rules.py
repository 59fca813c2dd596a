"""The pages of the rules as Markdown, written from their docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from nbdoctor.manual import steps
from nbdoctor.rules import FAMILIES, catalogue
from nbdoctor.rules.rule import Rule

INDEX = """\
# Rules

Each rule looks for one thing that can be wrong. Its page says what it means, how it is measured,
what the treatment does and when to ignore it. The same page opens under "Why?" in a report, and in
a terminal with `python -m nbdoctor explain NAME`.

**Severity**: with a *critical* finding the model cannot learn, the cell cannot run, or a number
that it shows is wrong. With a *warning* the model learns worse or more slowly than it could, or is
judged wrongly. A *note* explains something that looks alarming, or a habit worth changing.

**Evidence**: a *proof* follows from what was measured. *Strong* is a large measured effect, or a
test against chance, with its threshold and the reason for it. A *hint* is worth a look: more than
one cause gives this reading.

To leave a rule out, put a comment `# nbdoctor: allow NAME` into the cell, or run the cell with
`%%diagnose --ignore NAME`."""


def ordered() -> list[Rule[Any]]:
    """Every rule: by family, in the order in which data meets them, then by name."""
    return sorted(catalogue(), key=lambda rule: (FAMILIES.index(rule.family), rule.name))


def by_family() -> Iterator[tuple[str, list[Rule[Any]]]]:
    """Each family with its rules."""
    for family, rules in groupby(ordered(), lambda rule: rule.family):
        yield family, list(rules)


def summary(rule: Rule[Any]) -> str:
    """What is wrong where the rule fires, in a few words."""
    return rule.page.split("\n", 1)[0].rstrip(".")


def page(rule: Rule[Any]) -> str:
    """The page of one rule, its thresholds and treatments included."""
    first, _, rest = rule.page.partition("\n\n")
    parts = [f"# {rule.name}", first, _facts(rule), rest]
    if rule.thresholds:
        parts.append("## Thresholds\n" + "\n".join(_thresholds(rule)))
    if rule.treatment_definitions:
        parts.append("## Treatments\n" + "\n".join(_treatments(rule)))
    return "\n\n".join(parts) + "\n"


def index() -> str:
    """The list of all rules, a table per family."""
    tables = [_table(family, rules) for family, rules in by_family()]
    return "\n\n".join((INDEX, *tables, steps.section(ordered()))) + "\n"


def site_page(rule: Rule[Any]) -> str:
    """The page of one rule on the site: names of other rules lead to their pages."""
    names = {other.name for other in catalogue()} - {rule.name}

    def linked(code: re.Match[str]) -> str:
        return f"[{code[0]}]({code[1]}.md)" if code[1] in names else code[0]

    lines, is_code = [], False
    for line in page(rule).split("\n"):
        is_code ^= line.startswith("```")
        lines.append(line if is_code else re.sub(r"`([a-z]+(?:-[a-z]+)+)`", linked, line))
    return "\n".join(lines)


def _facts(rule: Rule[Any]) -> str:
    facts = f"Severity: {rule.severity}; evidence: {rule.kind}; family: {rule.family}."
    explains = ", ".join(f"`{name}`" for name in rule.explains)
    return f"{facts} It explains findings of {explains}." if explains else facts


def _thresholds(rule: Rule[Any]) -> Iterator[str]:
    for name, value in rule.thresholds.items():
        yield f"- `{name}` = {value}; to change it: `%%diagnose --set {rule.name}.{name}=VALUE`"


def _treatments(rule: Rule[Any]) -> Iterator[str]:
    for one in rule.treatment_definitions:
        said = (inspect.getdoc(one.make) or "").split("\n\n", 1)[0].replace("\n", " ")
        yield f"- {one.title} ({one.effect}). {said}"


def _table(family: str, rules: Sequence[Rule[Any]]) -> str:
    rows = [
        f"| [`{rule.name}`]({rule.name}.md) | {rule.severity} | {rule.kind} | {summary(rule)} |"
        for rule in rules
    ]
    head = "| rule | severity | evidence | what is wrong |\n|---|---|---|---|"
    return f"## {family.capitalize()}\n\n{head}\n" + "\n".join(rows)
