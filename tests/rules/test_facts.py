"""Facts: what a rule tells its own treatments, apart from the table that readers see."""

import inspect
import re
from dataclasses import dataclass
from typing import Any

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.rules import catalogue
from nbdoctor.rules.changed_data import ChangedData, without_changing_line
from nbdoctor.rules.rule import Finding, Rule, Where, facts_of

CELL = Cell("x = load()\nx = x * 0\nmodel.fit(x, y)")


@dataclass(frozen=True)
class Mine:
    units: int


def finding(facts: object, line: int | None = 2) -> Finding:
    return Finding(title="", says="", rule="some-rule", facts=facts, where=Where(line=line))


def test_facts_come_back_as_they_were_given() -> None:
    assert facts_of(finding(Mine(units=3)), Mine).units == 3


@pytest.mark.parametrize("facts", [None, ChangedData(by_line=True), {"units": 3}])
def test_other_facts_raise_an_error_that_names_the_rule(facts: object) -> None:
    with pytest.raises(TypeError, match=r"some-rule: facts are \w+, not Mine"):
        facts_of(finding(facts), Mine)


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.name) for rule in catalogue()])
def test_no_treatment_reads_the_table_for_the_reader(rule: Rule[Any]) -> None:
    for one in rule.treatment_definitions:
        assert not re.search(r"\.(measured|expected)\b", inspect.getsource(one.make))


def test_the_line_that_changed_the_data_is_left_out() -> None:
    treated = without_changing_line(finding(ChangedData(by_line=True)), CELL)
    assert treated is not None
    assert treated.source == "x = load()\nmodel.fit(x, y)"


@pytest.mark.parametrize(("by_line", "line"), [(False, 2), (True, None)])
def test_no_line_is_left_out_that_is_not_known(by_line: bool, line: int | None) -> None:
    assert without_changing_line(finding(ChangedData(by_line=by_line), line), CELL) is None
