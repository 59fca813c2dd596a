from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.row_weights import RowWeights
from nbdoctor.rules.labels.faulty_class_weight import faulty_class_weight
from nbdoctor.rules.rule import DoesNotApplyError

BALANCED = RowWeights(
    given="class_weight", type="dict", classes=3, rows=600, mean=1.0, minimum=0.4, maximum=50.0
)


@pytest.mark.parametrize(
    ("weights", "severity", "words"),
    [
        pytest.param(
            replace(BALANCED, missing=((0.0, 200),)),
            "warning",
            "no weight for class 0 (200 rows): these rows have a weight of 1.",
            id="a class was forgotten",
        ),
        pytest.param(
            replace(BALANCED, missing=((0.0, 200), (1.0, 9)), keys=("'cat'", "'dog'")),
            "warning",
            "keys 'cat', 'dog' are not classes",
            id="names in place of numbers",
        ),
        pytest.param(replace(BALANCED, zero_share=1.0), "critical", "All 600 rows", id="zeros"),
        pytest.param(
            replace(BALANCED, mean=25.0), "warning", "mean weight of a row is 25", id="large"
        ),
        pytest.param(
            replace(BALANCED, imbalance=9.0, weighted_imbalance=81.0),
            "warning",
            "With `class_weight` it counts 81 times as much",
            id="the weights of other classes",
        ),
        pytest.param(
            replace(BALANCED, imbalance=14.0, weighted_imbalance=900.0, overshoots=True),
            "warning",
            "differ by a factor of 900 in what they count, the rarest before the most frequent",
            id="far too much for the rare ones",
        ),
        pytest.param(
            replace(BALANCED, misread="first mark"),
            "warning",
            "takes the first of them",
            id="several sigmoids",
        ),
        pytest.param(
            replace(BALANCED, misread="place of the largest"),
            "warning",
            "number of the place",
            id="a label for each word",
        ),
        pytest.param(
            RowWeights(given="class_weight", type="str"), "critical", "is a str", id="a text"
        ),
    ],
)
def test_fires(weights: RowWeights, severity: str, words: str) -> None:
    (finding,) = faulty_class_weight(weights)
    assert words in finding.says
    assert (finding.severity, finding.kind) == (severity, "proof")


@pytest.mark.parametrize(
    "weights",
    [
        pytest.param(BALANCED, id="balanced, the rare class counts 50"),
        pytest.param(replace(BALANCED, keys=("7",)), id="a class that no row has"),
        pytest.param(replace(BALANCED, zero_share=0.3, minimum=0.0), id="a class left out"),
        pytest.param(replace(BALANCED, mean=10.0), id="exactly at the limit"),
        pytest.param(
            replace(BALANCED, imbalance=9.0, weighted_imbalance=1.0), id="it evens the classes out"
        ),
        pytest.param(
            replace(BALANCED, imbalance=1.0, weighted_imbalance=5.0), id="equal classes, on purpose"
        ),
        pytest.param(replace(BALANCED, mean=0.01), id="small"),
        pytest.param(replace(BALANCED, type="defaultdict"), id="a dict of another kind"),
    ],
)
def test_stays_silent(weights: RowWeights) -> None:
    assert not list(faulty_class_weight(weights))


@pytest.mark.parametrize("given", ["sample_weight", "third item"])
def test_does_not_apply_to_weights_of_rows(given: str) -> None:
    with pytest.raises(DoesNotApplyError):
        list(faulty_class_weight(RowWeights(given=given, mean=99.0)))


def test_treatment() -> None:
    (finding,) = faulty_class_weight(replace(BALANCED, missing=((0.0, 200),)))
    cell = Cell("model.fit(x, labels, class_weight={1: 2.0})\n")
    (offered,) = faulty_class_weight.treatments(finding, cell)
    assert (offered.effect, offered.patched) == ("judgement", None)
    assert "number of classes times its own rows" in offered.text
    known = replace(BALANCED, missing=((0.0, 200),), balanced=((0.0, 1.5), (1.0, 0.75)))
    (finding,) = faulty_class_weight(known)
    (offered,) = faulty_class_weight.treatments(finding, cell)
    assert offered.patched == "model.fit(x, labels, class_weight={0: 1.5, 1: 0.75})\n"


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x, y = np.random.default_rng(0).random((64, 4)), np.arange(64) % 3

    def fires(weights: dict[int, float]) -> bool:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy")
        report = nbdoctor.diagnose(model, x, y, class_weight=weights)
        return "faulty-class-weight" in {finding.rule for finding in report.findings}

    assert fires({1: 1.0, 2: 2.0, 3: 2.0})
    assert not fires({0: 1.0, 1: 2.0, 2: 2.0})
