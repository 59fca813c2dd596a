"""Reports made by hand, as the pipeline would make them, for the tests of the view."""

from __future__ import annotations

from dataclasses import replace

from nbdoctor.readings.activations import Activations, LayerActivation
from nbdoctor.readings.collection import Fault
from nbdoctor.readings.gradients import Gradients, WeightGradient
from nbdoctor.readings.history import History
from nbdoctor.report import (
    Checksum,
    Diagnosis,
    FitSummary,
    Fix,
    NotRun,
    PassedCheck,
    Report,
    Timing,
    Treatment,
    Trial,
    Where,
)
from nbdoctor.report.several import Reports
from tests.view.deep_net import readings

CELL = """%%diagnose
model = build_model(hidden="sigmoid", depth=8)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=50, validation_split=0.2)"""

DIFF = """@@ -2,1 +2,1 @@
-model = build_model(hidden="sigmoid", depth=8)
+model = build_model(hidden="relu", depth=8)"""


HELD = (
    PassedCheck(rule="constant-inputs", says="every row of `x_train` differs from the others"),
    PassedCheck(rule="labels-out-of-range", says="all labels fit the 10 outputs"),
    PassedCheck(rule="non-finite-data", says="no NaN or infinite value in 1,437 rows"),
    PassedCheck(rule="label-encoding-mismatch", says="labels and loss agree on the encoding"),
    PassedCheck(rule="unknown-epoch-length", says="Keras knows the length of an epoch"),
)

NOT_RUN = (
    NotRun(rule="accuracy-on-regression", reason="the labels are classes", kind="does not apply"),
    NotRun(rule="unseen-classes", reason="no validation data was given", kind="does not apply"),
    NotRun(rule="signal-not-found", reason="the time budget was used up", kind="does not apply"),
)

NOTES = (
    "Dropout was off while activations were measured.",
    "Gradients were taken from the same weights for 8 batches.",
)


HELPS = Trial(
    outcome="helps",
    score="accuracy",
    before=0.104,
    after=0.871,
    low=0.702,
    high=0.832,
    seeds=3,
    agreeing=3,
    steps=100,
    rows=512,
    held_out=True,
    at=(0, 10, 25, 50, 75, 100),
    as_it_is=(0.1, 0.1, 0.104, 0.101, 0.104, 0.104),
    treated=(0.1, 0.31, 0.55, 0.76, 0.84, 0.871),
    cleared=("vanishing-gradient", "loss-stands-still"),
    remaining=("unscaled-inputs",),
    seconds=1.9,
)

IN_VAIN = Trial(
    outcome="no effect",
    score="accuracy",
    before=0.104,
    after=0.118,
    low=-0.041,
    high=0.069,
    seeds=3,
    agreeing=2,
    steps=100,
    rows=512,
    held_out=True,
    at=(0, 50, 100),
    as_it_is=(0.1, 0.101, 0.104),
    treated=(0.1, 0.12, 0.118),
    seconds=0.8,
)


UNDECIDED = replace(IN_VAIN, outcome="undecided", before=0.72, after=0.78, low=-0.03, high=0.15)


def sick() -> Report:
    """Eight sigmoid layers on pixels from 0 to 16."""
    vanishing = Diagnosis(
        rule="vanishing-gradient",
        severity="critical",
        kind="strong",
        title="Gradients vanish before they reach the first layers",
        says="The gradient that reaches `dense_0` is 1/32,557 of the one at `probs`. Eight "
        "`sigmoid` layers in a row shrink it about 4-fold each.",
        where=Where(layer="dense_0", line=2),
        measured={"first over last": 3.07e-5, "update, first over last": 0.0004},
        expected={"first over last": "above 1e-4", "update, first over last": "above 0.01"},
        explains=("loss-stands-still",),
        treatments=(
            Treatment(
                title="Use ReLU in the hidden layers",
                text="Its slope is 1 wherever it is not 0, so gradients keep their size.",
                effect="model",
                patched=CELL.replace("sigmoid", "relu"),
                diff=DIFF,
                trial=HELPS,
            ),
            Treatment(
                title="Choose a shallower model",
                text="Two hidden layers are enough for 1,437 rows of 64 pixels.",
                effect="judgement",
            ),
        ),
    )
    still = Diagnosis(
        rule="loss-stands-still",
        severity="critical",
        kind="strong",
        title="Steps do not lower the loss",
        says="Three steps on the same batch took the loss from 2.41 to 2.31, the loss of always "
        "guessing the class shares.",
        where=Where(),
        measured={"loss after 3 steps": 2.31},
        expected={"loss after 3 steps": "below 2.30"},
        because_of="vanishing-gradient",
    )
    scale = Diagnosis(
        rule="unscaled-inputs",
        severity="warning",
        kind="strong",
        title="Inputs are not scaled",
        says="Values of `x_train` run from 0 to 16 with mean 4.88; layers initialised by Glorot "
        "expect about zero mean and unit variance.",
        where=Where(variable="x_train", column="", line=4),
        measured={"mean": 4.88, "standard deviation": 6.02, "zeros": "49 %"},
        expected={"mean": "-1 to 1", "standard deviation": "0.3 to 3"},
        treatments=(
            Treatment(
                title="Add a Normalization layer",
                text="It is adapted on `x_train` before training, so the model carries its own "
                "scaling to wherever it is used.",
                effect="model",
                patched=f"x_train = x_train / 16.0\n{CELL}",
                diff="@@ -1,1 +1,2 @@\n %%diagnose\n+x_train = x_train / 16.0",
                trial=IN_VAIN,
            ),
        ),
    )
    return Report(
        headline="The first layers of this model do not learn",
        verdict="critical",
        findings=(vanishing, still, scale),
        fix=Fix(rules=("vanishing-gradient",), treatment=vanishing.treatments[0]),
        held=HELD,
        not_run=NOT_RUN,
        readings={
            **readings(8, "sigmoid", 0.27, 16),
            "History": History(
                values={
                    "loss": (2.33, 2.31, 2.31, 2.305, 2.304),
                    "val_loss": (2.32, 2.31, 2.31, 2.308, 2.306),
                    "accuracy": (0.095, 0.1, 0.102, 0.104, 0.103),
                    "val_accuracy": (0.09, 0.1, 0.097, 0.099, 0.101),
                },
                epochs=5,
            ),
        },
        model="model",
        call="fit on line 4",
        device="CPU",
        batches=8,
        rows=256,
        notes=NOTES,
        timing=Timing(first_finding=0.21, look=0.42, total=0.93),
        checksum=Checksum(
            before="1a2b3c4d5e6f",
            after="1a2b3c4d5e6f",
            rehearsed_loss=2.3125,
            real_loss=2.3125,
        ),
        cell_id="4f1d2c",
        source=CELL,
    )


def healthy() -> Report:
    """Three ReLU layers on pixels from 0 to 1."""
    return replace(
        sick(),
        headline="No problem found",
        verdict="healthy",
        findings=(),
        fix=None,
        readings=readings(3, "relu", 0.8, 1),
        checksum=Checksum(
            before="77aa0155", after="77aa0155", rehearsed_loss=2.31251, real_loss=2.31252
        ),
    )


def training() -> Report:
    """The same while it trains."""
    return replace(healthy(), headline="No problem found so far", stage="training")


FOLDS = tuple(
    FitSummary(
        number=number,
        what="fold",
        line=4,
        model="model",
        epochs=3,
        loss=2.31 - number / 10,
        validation_loss=2.3,
        score=0.02 * number if number <= 3 else None,
        ceiling=0.95 if number <= 3 else None,
        examined=number <= 3,
    )
    for number in range(1, 6)
)


def folds() -> Reports:
    """Three of five folds: two sick in the same way with other numbers, and a healthy one."""
    first = replace(sick(), number=1, line=4, call="fit on line 4", cell_id="a1b2", source=CELL)
    vanishing, *others = first.findings
    another = replace(
        vanishing,
        says=vanishing.says.replace("32,557", "29,841").replace("dense_0", "dense_10"),
        where=replace(vanishing.where, layer="dense_10"),
        measured={**vanishing.measured, "first over last": 3.35e-5},
        treatments=tuple(replace(one, trial=None) for one in vanishing.treatments),
    )
    second = replace(first, number=2, findings=(another, *others))
    third = replace(healthy(), number=3, line=4, call=first.call, cell_id="a1b2", source=CELL)
    return Reports([first, second, third], FOLDS)


def bare() -> Report:
    """Nothing could be measured."""
    return Report(
        headline="This model could not be examined",
        verdict="unknown",
        faults=(
            Fault(part="the gradients", message="ResourceExhaustedError: out of\nmemory"),
            Fault(part="rule dead-units", message="ZeroDivisionError: division by zero"),
        ),
        not_run=(NotRun(rule="constant-inputs", reason="the data is a stream that ended"),),
        call="fit on line 3",
    )


def hostile() -> Report:
    """Names that try to leave their place."""
    name = "<script>alert(1)</script>$x_1$"
    report = sick()
    finding = replace(
        report.findings[0], title=name, where=Where(layer="dense_0"), says=f"`{name}`"
    )
    gradients: Gradients = report.readings["Gradients"]
    weights = tuple(
        replace(weight, layer=name) if weight.layer == "dense_0" else weight
        for weight in gradients.weights
    )
    return replace(
        report,
        headline=name,
        model=name,
        findings=(finding,),
        readings={**report.readings, "Gradients": replace(gradients, weights=weights)},
    )


def vast(layers: int = 120) -> Report:
    """More layers than can be read."""
    report = sick()
    gradients = tuple(
        WeightGradient(
            path=f"block_{place // 6}/conv_{place % 6}/kernel",
            layer=f"block_{place // 6}/conv_{place % 6}",
            norms=(0.1, 0.2, 0.3),
            weight_norm=3.0,
            is_kernel=True,
        )
        for place in range(layers)
    )
    outputs = tuple(
        LayerActivation(layer=weight.layer, kind="Conv2D", spread=0.2, std=0.4)
        for weight in gradients
    )
    return replace(
        report,
        readings={
            **report.readings,
            "Gradients": Gradients(weights=gradients, batches=3),
            "Activations": Activations(layers=outputs, rows=96),
        },
    )
