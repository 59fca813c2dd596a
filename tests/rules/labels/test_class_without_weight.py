import numpy as np
import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.weights_by_class import ClassWeight, WeightsByClass, by_class
from nbdoctor.rules.labels.class_without_weight import class_without_weight
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of


def weights(*each: float, first: int = 0) -> WeightsByClass:
    return WeightsByClass(
        given="sample_weight",
        classes=tuple(
            ClassWeight(label=number, rows=50, weight=one)
            for number, one in enumerate(each, start=first)
        ),
    )


@pytest.mark.parametrize("each", [(1.0, 1.0, 0.0), (1.0, 0.0), (2.0, 1e-4, 1.0)])
def test_fires(each: tuple[float, ...]) -> None:
    (finding,) = class_without_weight(weights(*each))
    assert "50 rows of class" in finding.says
    assert finding.where.argument == "sample_weight"


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(weights(1.0, 1.0), id="equal"),
        pytest.param(weights(0.01, 1.0), id="balanced for a rare class"),
        pytest.param(weights(0.0, 1.0, 1.0, first=-1), id="-1 stands for no label"),
    ],
)
def test_stays_silent(given: WeightsByClass) -> None:
    assert not list(class_without_weight(given))


@pytest.mark.parametrize("given", [weights(1.0), weights(0.0, 0.0)])
def test_does_not_apply_without_a_second_class(given: WeightsByClass) -> None:
    with pytest.raises(DoesNotApplyError):
        list(class_without_weight(given))


def test_means_are_taken_by_class() -> None:
    found = by_class("sample_weight", np.array([0, 0, 1, 2]), np.array([1.0, 3.0, 0.0, 5.0]))
    assert found is not None
    assert [one.weight for one in found.classes] == [2.0, 0.0, 5.0]
    assert [one.rows for one in found.classes] == [2, 1, 1]
    assert by_class("sample_weight", np.zeros(3), np.zeros(2)) is None


def test_treatment() -> None:
    (finding,) = class_without_weight(weights(1.0, 0.0))
    (advice,) = class_without_weight.treatments(finding, Cell(""))
    assert "balanced" in advice.text


@pytest.mark.keras
@pytest.mark.parametrize(
    ("argument", "fires"),
    [
        ("sample_weight=np.where(y == 1, 0.0, 1.0)", True),
        ("class_weight={0: 1.0, 1: 0.0}", True),
        ("sample_weight=np.where(y == 1, 0.5, 1.0)", False),
        ("class_weight={0: 1.0, 1: 3.0}", False),
    ],
)
def test_on_a_real_cell(argument: str, fires: bool) -> None:
    found = rules_of(f"build().fit(x, y, {argument}, verbose=0)")
    assert ("class-without-weight" in found) is fires
