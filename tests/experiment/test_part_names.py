"""Rules name parts without knowing how they are replaced."""

from typing import get_args

from nbdoctor.experiment.parts import BY_NAME
from nbdoctor.readings.tried_parts import PartName
from nbdoctor.session.weighing import parts_of_rules


def test_rules_know_all_parts_by_their_names() -> None:
    assert set(get_args(PartName)) == set(BY_NAME)


def test_the_parts_of_rules_can_be_replaced() -> None:
    for rule, parts in parts_of_rules().items():
        assert set(parts) <= set(BY_NAME), rule
