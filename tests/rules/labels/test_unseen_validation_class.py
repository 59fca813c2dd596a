import ast

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.validation import Validation
from nbdoctor.rules.labels.unseen_validation_class import unseen_validation_class
from nbdoctor.rules.rule import DoesNotApplyError, Finding


def findings(
    *unseen: tuple[float, int],
    split: str = "tail",
    rows: int = 20,
    complete: bool = True,
    classes: tuple[float, ...] = (2.0,),
    loss: str = "sparse_categorical_crossentropy",
    values: int = 0,
) -> list[Finding]:
    validation = Validation(
        target="dense",
        split=split,
        share=0.2 if split == "tail" else 0.0,
        rows=rows,
        training_rows=80,
        complete=complete,
        classes=classes,
        training_classes=(0.0, 1.0),
        unseen=unseen,
        unseen_rows=sum(count for _, count in unseen),
        values=values,
    )
    return list(
        unseen_validation_class(validation, Head(outputs=(Output(name="dense", loss=loss),)))
    )


@pytest.mark.parametrize(
    ("unseen", "split", "severity", "words"),
    [
        pytest.param(
            ((2.0, 20),),
            "tail",
            "critical",
            ("20 of the 20 validation rows have the class 2,", "`validation_split=0.2` takes"),
            id="sorted data, the last class",
        ),
        pytest.param(
            ((2.0, 10), (3.0, 5)), "tail", "critical", ("classes 2 and 3,",), id="two classes"
        ),
        pytest.param(
            tuple((float(i), 1) for i in range(2, 9)),
            "given",
            "critical",
            ("2, 3, 4, 5, 6 and 2 more",),
            id="many classes",
        ),
        pytest.param(((2.0, 2),), "given", "critical", ("2 of the 20",), id="a tenth of the rows"),
        pytest.param(((2.0, 1),), "given", "warning", ("1 of the 20",), id="a single row"),
    ],
)
def test_fires(
    unseen: tuple[tuple[float, int], ...],
    split: str,
    severity: str,
    words: tuple[str, ...],
) -> None:
    (finding,) = findings(*unseen, split=split)
    assert all(word in finding.says for word in words)
    assert ("validation_split" in finding.says) == (split == "tail")
    assert (finding.severity, finding.kind) == (severity, "proof")


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({}, id="every class was trained"),
        pytest.param({"split": "given"}, id="validation data given"),
        pytest.param({"rows": 1}, id="one validation row"),
        pytest.param({"loss": "custom"}, id="a loss of the user's own"),
        pytest.param({"classes": (0.0, 1.0)}, id="all classes on both sides"),
        pytest.param({"loss": "binary_crossentropy"}, id="two classes"),
    ],
)
def test_stays_silent(given: dict[str, object]) -> None:
    assert findings(**given) == []


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"classes": ()}, id="continuous targets"),
        pytest.param({"loss": "mean_squared_error"}, id="whole numbers to predict"),
        pytest.param({"loss": "poisson"}, id="counts to predict"),
        pytest.param({"complete": False}, id="training labels that were not all read"),
    ],
)
def test_does_not_apply(given: dict[str, object]) -> None:
    with pytest.raises(DoesNotApplyError):
        findings((2.0, 20), **given)


SICK = """\
%%diagnose
for run in range(3):
    # fit again
    model.fit(x, y, validation_split=0.35)
"""
HEALTHY = """\
%%diagnose
for run in range(3):
    # fit again
    import numpy as np
    row_order = np.random.default_rng(0).permutation(len(x))
    x = np.asarray(x)[row_order]
    y = np.asarray(y)[row_order]
    model.fit(x, y, validation_split=0.35)
"""


def test_treatment_shuffles_before_the_split() -> None:
    (finding,) = findings((2.0, 20))
    (treated,) = unseen_validation_class.treatments(finding, Cell(SICK))
    assert treated.patched == HEALTHY
    assert ast.parse(HEALTHY.replace("%%diagnose", ""))
    (again,) = unseen_validation_class.treatments(finding, Cell(HEALTHY))
    assert again.patched is None


@pytest.mark.parametrize(
    ("split", "source", "words"),
    [
        pytest.param("given", SICK, "stratify", id="validation data given"),
        pytest.param("tail", "model.fit(load(), y)", "same permutation", id="no plain names"),
        pytest.param("tail", "train(model)", "same permutation", id="fit is in another cell"),
    ],
)
def test_treatment_is_advice_where_nothing_can_be_edited(
    split: str,
    source: str,
    words: str,
) -> None:
    (finding,) = findings((2.0, 20), split=split)
    (offer,) = unseen_validation_class.treatments(finding, Cell(source))
    assert offer.patched is None
    assert words in offer.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x, y = np.random.default_rng(0).random((60, 10)), np.arange(60) % 3

    def rules_that_fire(labels: np.ndarray) -> set[str]:
        model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(3, activation="softmax")])
        model.compile("adam", "sparse_categorical_crossentropy")
        report = nbdoctor.diagnose(model, x, labels, validation_split=0.35)
        return {finding.rule for finding in report.findings}

    assert "unseen-validation-class" in rules_that_fire(np.sort(y))
    assert "unseen-validation-class" not in rules_that_fire(y)


def test_a_rare_tag_at_some_places_is_no_disaster() -> None:
    (finding,) = findings((5.0, 40), split="given", values=20 * 30)
    assert finding.severity == "warning"
    assert "40 of the 600 places of the validation rows have the class 5," in finding.says
    assert finding.measured["highest possible accuracy"] == pytest.approx(1 - 40 / 600)
