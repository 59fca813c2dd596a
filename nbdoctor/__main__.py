"""`python -m nbdoctor`: read the catalogue of rules, or write it down."""

from __future__ import annotations

import argparse
import inspect
import re
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from nbdoctor.rules import catalogue
from nbdoctor.rules.rule import Rule

CATALOGUE = Path(__file__).parent / "rules" / "README.md"

HEAD = """\
<!-- Written by `python -m nbdoctor catalogue --write`; edit the rules instead. -->

# The rules

What nbdoctor can say, and what must be true before it says it. A rule is one file in this folder;
its page below is the docstring of its function."""

FAMILIES = ("data", "labels", "objective", "model", "training", "pipeline", "notebook")
"""In the order in which data meets them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m nbdoctor", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="every rule in one line")
    explain = commands.add_parser("explain", help="the manual page of a rule")
    explain.add_argument("name", help="the name of the rule, such as dead-units")
    written = commands.add_parser("catalogue", help="all manual pages as one Markdown text")
    written.add_argument("--write", action="store_true", help=f"into {CATALOGUE.name} of the rules")
    given = parser.parse_args(arguments)
    match given.command:
        case "list":
            return _say("\n".join(_lines()))
        case "explain":
            return _explain(given.name)
        case _:
            return _write() if given.write else _say(as_markdown().rstrip())


def as_markdown() -> str:
    """The whole catalogue: a table by family, then a section per rule."""
    tables = [_table(family, list(rules)) for family, rules in groupby(_ordered(), _family)]
    return "\n\n".join((HEAD, *tables, *(_section(rule) for rule in _ordered()))) + "\n"


def page(rule: Rule[Any]) -> str:
    """The manual page of one rule as Markdown, its thresholds and treatments included."""
    facts = f"{rule.severity}, {rule.kind}, family {rule.family}"
    explains = ", ".join(f"`{name}`" for name in rule.explains)
    parts = [facts + (f". Explains {explains}." if explains else "."), rule.page]
    thresholds = "\n".join(f"- `{name}` = {value}" for name, value in rule.thresholds.items())
    treatments = "\n".join(
        f"- {cure.title} ({cure.effect}). {_first_sentence(cure.make)}" for cure in rule.cures
    )
    if thresholds:
        parts.append(f"## Thresholds\n{thresholds}")
    if treatments:
        parts.append(f"## Treatments\n{treatments}")
    return "\n\n".join(parts)


def _lines() -> Iterator[str]:
    width = max((len(rule.name) for rule in catalogue()), default=0)
    for rule in _ordered():
        yield f"{rule.name:{width}}  {rule.severity:8}  {_summary(rule)}"


def _explain(name: str) -> int:
    for rule in catalogue():
        if rule.name == name.replace("_", "-"):
            return _say(f"# {rule.name}\n\n{page(rule)}")
    message = f"There is no rule `{name}`; `python -m nbdoctor list` shows all that there are.\n"
    sys.stderr.write(message)
    return 2


def _write() -> int:
    CATALOGUE.write_text(as_markdown(), encoding="utf-8")
    return _say(f"Wrote {len(catalogue())} rules to {CATALOGUE}.")


def _say(text: str) -> int:
    sys.stdout.write(f"{text}\n")
    return 0


def _family(rule: Rule[Any]) -> str:
    return rule.family


def _ordered() -> list[Rule[Any]]:
    return sorted(catalogue(), key=lambda rule: (FAMILIES.index(rule.family), rule.name))


def _table(family: str, rules: Sequence[Rule[Any]]) -> str:
    rows = [
        f"| [`{rule.name}`](#{rule.name}) | {rule.severity} | {rule.kind} | {_summary(rule)} |"
        for rule in rules
    ]
    head = "| rule | severity | kind | what is wrong |\n|---|---|---|---|"
    return f"**{family.capitalize()}**\n\n{head}\n" + "\n".join(rows)


def _section(rule: Rule[Any]) -> str:
    """One rule, its headings one level below its name."""
    nested = re.sub(r"^## (.+)\n(?!\n)", r"### \1\n\n", page(rule), flags=re.MULTILINE)
    source = f"[source]({rule.name.replace('-', '_')}.py)"
    return f"## {rule.name}\n\n{source}; {nested}"


def _summary(rule: Rule[Any]) -> str:
    return rule.page.split("\n", 1)[0].rstrip(".")


def _first_sentence(make: object) -> str:
    return (inspect.getdoc(make) or "").split("\n\n", 1)[0].replace("\n", " ")


if __name__ == "__main__":
    sys.exit(main())
