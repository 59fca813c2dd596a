import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.metrics import Metric, Metrics
from nbdoctor.rules.objective.accuracy_on_regression import accuracy_on_regression
from nbdoctor.rules.rule import DoesNotApplyError, Finding

BINARY = Metric(
    output="dense",
    asked="accuracy",
    resolved="BinaryAccuracy",
    is_accuracy=True,
    reported=0.0,
    fitting="mean absolute error",
    fitting_value=0.2512,
)
CATEGORICAL = Metric(
    output="dense",
    asked="accuracy",
    resolved="CategoricalAccuracy",
    is_accuracy=True,
    reported=0.4321,
)
ERROR = Metric(output="dense", asked="mae", resolved="MeanAbsoluteError", reported=0.25)


def findings(
    *metrics: Metric,
    encoding: str = "continuous",
    distinct: int = 97,
    loss: str = "mean_squared_error",
    width: int = 1,
    activation: str = "linear",
) -> list[Finding]:
    target = Target(
        name="dense",
        variable="prices",
        rows=100,
        encoding=encoding,
        distinct=distinct,
    )
    output = Output(name="dense", width=width, loss=loss, activation=activation)
    return list(
        accuracy_on_regression(
            Labels(targets=(target,)),
            Head(outputs=(output,)),
            Metrics(metrics=metrics),
        ),
    )


@pytest.mark.parametrize(
    ("metric", "given", "severity", "words"),
    [
        pytest.param(
            BINARY,
            {},
            "critical",
            (
                "`prices` is continuous (97 distinct values in 100 rows)",
                "exactly 0 or 1, here 0.",
                "the mean absolute error is 0.251.",
            ),
            id="one unit",
        ),
        pytest.param(
            CATEGORICAL,
            {"width": 3},
            "critical",
            ("which column is largest, here 0.432.",),
            id="several units",
        ),
        pytest.param(
            BINARY,
            {"encoding": "ids", "distinct": 21},
            "critical",
            ("contains integers (21 distinct",),
            id="many whole numbers",
        ),
        pytest.param(
            BINARY,
            {"encoding": "ids", "distinct": 20},
            "warning",
            ("If these are classes",),
            id="few whole numbers",
        ),
        pytest.param(
            BINARY,
            {"encoding": "ids", "distinct": 3, "activation": "relu"},
            "warning",
            ("If these are classes",),
            id="three whole numbers after a ReLU",
        ),
        pytest.param(BINARY, {"loss": "custom"}, "critical", ("97",), id="a loss of one's own"),
        pytest.param(
            Metric(output="dense", asked="acc", resolved="BinaryAccuracy", is_accuracy=True),
            {},
            "critical",
            ("`acc` can only match targets that are exactly 0 or 1.",),
            id="a metric that was not computed",
        ),
    ],
)
def test_fires(
    metric: Metric,
    given: dict[str, object],
    severity: str,
    words: tuple[str, ...],
) -> None:
    (finding,) = findings(ERROR, metric, **given)
    assert all(word in finding.says for word in words)
    assert (finding.severity, finding.kind) == (severity, "proof")


@pytest.mark.parametrize(
    ("metrics", "given"),
    [
        pytest.param((ERROR,), {}, id="mean absolute error"),
        pytest.param((), {}, id="no metric"),
        pytest.param((ERROR, ERROR), {"width": 3}, id="several targets, no accuracy"),
        pytest.param(
            (Metric(output="side", asked="accuracy", resolved="BinaryAccuracy", is_accuracy=True),),
            {},
            id="accuracy of another output",
        ),
        pytest.param((ERROR,), {"encoding": "ids", "distinct": 3}, id="ratings without accuracy"),
    ],
)
def test_stays_silent(metrics: tuple[Metric, ...], given: dict[str, object]) -> None:
    assert findings(*metrics, **given) == []


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"encoding": "ids", "distinct": 2}, id="0 and 1 under squared error"),
        pytest.param({"encoding": "ids", "loss": "binary_crossentropy"}, id="binary classes"),
        pytest.param(
            {"encoding": "ids", "loss": "sparse_categorical_crossentropy"},
            id="hundred classes",
        ),
        pytest.param({"loss": "binary_crossentropy"}, id="soft labels under cross-entropy"),
        pytest.param({"encoding": "one-hot", "width": 3}, id="one-hot under squared error"),
        pytest.param({"encoding": "soft", "width": 3}, id="label distributions"),
        pytest.param(
            {"encoding": "ids", "distinct": 3, "width": 3},
            id="class numbers against three units are another rule's",
        ),
        pytest.param(
            {"encoding": "ids", "distinct": 3, "activation": "sigmoid"},
            id="a sigmoid means classes",
        ),
        pytest.param({"encoding": "ids", "loss": "hinge", "distinct": 2}, id="hinge"),
    ],
)
def test_does_not_apply(given: dict[str, object]) -> None:
    with pytest.raises(DoesNotApplyError):
        findings(BINARY, **given)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param('["accuracy"]', '["mae"]', id="alone"),
        pytest.param("['acc', 'mse']", "['mae', 'mse']", id="beside another, in single quotes"),
        pytest.param('["mae", "accuracy"]', '["mae"]', id="beside the mean absolute error"),
        pytest.param("[keras.metrics.BinaryAccuracy()]", '["mae"]', id="an object"),
    ],
)
def test_treatment(before: str, after: str) -> None:
    source = "model.compile('adam', 'mse', metrics={})  # how it is trained\n"
    (finding,) = findings(BINARY)
    (treated,) = accuracy_on_regression.treatments(finding, Cell(source.format(before)))
    assert (treated.effect, treated.patched) == ("none", source.format(after))
    (again,) = accuracy_on_regression.treatments(finding, Cell(source.format(after)))
    assert again.patched is None


def test_treatment_is_advice_where_metrics_are_made_elsewhere() -> None:
    (finding,) = findings(BINARY)
    cell = Cell("model.compile('adam', 'mse', metrics=scores)")
    (offer,) = accuracy_on_regression.treatments(finding, cell)
    assert offer.patched is None
    assert '`metrics=["mae"]`' in offer.text


@pytest.mark.keras
def test_on_a_real_model() -> None:
    import keras
    import numpy as np

    import nbdoctor

    x = np.random.default_rng(0).random((64, 10))

    def rules_that_fire(metric: str) -> set[str]:
        model = keras.Sequential([keras.Input((10,)), keras.layers.Dense(1)])
        model.compile("adam", "mse", metrics=[metric])
        return {finding.rule for finding in nbdoctor.diagnose(model, x, x.sum(axis=1)).findings}

    assert "accuracy-on-regression" in rules_that_fire("accuracy")
    assert "accuracy-on-regression" not in rules_that_fire("mae")
