"""A report on random pictures from a generator that does not tell its length."""

from __future__ import annotations

from nbdoctor.readings.histogram import Histogram
from nbdoctor.readings.inputs import Column, Inputs, InputTensor
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.metrics import Metric, Metrics
from nbdoctor.readings.pipeline import Pipeline
from nbdoctor.readings.signal import Signal
from nbdoctor.report import (
    Checksum,
    Diagnosis,
    NotRun,
    PassedCheck,
    Report,
    Timing,
    Treatment,
    Where,
)
from tests.view.deep_net import readings


def random_pictures() -> Report:
    """Random pictures from a generator of unknown length, squared error, accuracy asked for."""
    tensor = InputTensor(
        name="input",
        variable="",
        shape=(32, 32, 3),
        dtype="float64",
        rows=96,
        maximum=1,
        mean=0.5,
        std=0.289,
        columns=tuple(
            Column(
                name=name,
                minimum=0,
                maximum=1,
                mean=0.5,
                std=0.289,
                nan=0,
                inf=0,
                histogram=Histogram(low=0, high=1, counts=(96,) * 20),
            )
            for name in ("channel 0", "channel 1", "channel 2")
        ),
        histogram=Histogram(low=0, high=1, counts=(288,) * 20),
    )
    target = Target(
        name="dense",
        complete=False,
        rows=96,
        batches=3,
        shape=(1,),
        rank=2,
        dtype="float64",
        maximum=1,
        mean=0.5,
        std=0.289,
        distinct=96,
        integral=False,
        encoding="continuous",
        variance=0.083,
        histogram=Histogram(low=0, high=1, counts=(5, 4, 6, 5, 3, 5, 5, 4, 6, 5)),
    )
    base = readings(2, "relu", 0.9, 1)
    metric = Metric(
        output="dense",
        asked="accuracy",
        resolved="Accuracy",
        name="accuracy",
        is_accuracy=True,
        reported=0.0,
        fitting="mean absolute error",
        fitting_value=0.26,
        rows=32,
    )
    accuracy = Diagnosis(
        rule="accuracy-on-regression",
        severity="critical",
        kind="proof",
        title="Accuracy counts exact hits of real numbers",
        says="`accuracy` compares predictions and labels for equality, and no two of 32 real "
        "numbers were equal, so it shows 0.0 however well the model predicts.",
        where=Where(call="compile", argument="metrics", line=14),
        measured={"accuracy": 0.0, "mean absolute error": 0.26},
        treatments=(
            Treatment(
                title="Measure the mean absolute error",
                text="It says by how much a prediction is off.",
                effect="none",
                diff='@@ -14,1 +14,1 @@\n-model.compile("adam", "mse", metrics=["accuracy"])\n'
                '+model.compile("adam", "mse", metrics=["mae"])',
            ),
        ),
    )
    signal = Diagnosis(
        rule="signal-not-found",
        severity="note",
        kind="hint",
        title="The labels do not seem to depend on the inputs",
        says="As far as 96 rows can tell, neither ridge regression nor nearest neighbours beats "
        "shuffled labels.",
        where=Where(),
        measured={"R² of ridge": -0.13, "R² on shuffled labels": -0.11},
    )
    return Report(
        headline="The accuracy of 0.0 is not about the model: it counts exact hits",
        verdict="critical",
        findings=(accuracy, signal),
        held=(PassedCheck(rule="non-finite-data", says="all values are finite"),),
        not_run=(NotRun(rule="unseen-classes", reason="no classes", kind="does not apply"),),
        readings={
            **base,
            "Inputs": Inputs(tensors=(tensor,)),
            "Labels": Labels(targets=(target,)),
            "Metrics": Metrics(metrics=(metric,)),
            "Signal": Signal(
                task="regression",
                score="R²",
                rows=96,
                features=3072,
                input_kind="image",
                linear=-0.13,
                neighbours=-0.2,
                permuted=-0.11,
                permuted_high=0.02,
                p_linear=0.62,
                p_neighbours=0.71,
                permutations=99,
                variance=0.083,
            ),
            "Pipeline": Pipeline(first_fetch=0.31, first_step=2.4, epochs=5, unknown_length=True),
        },
        stage="training",
        model="model",
        call="fit on line 15",
        device="CPU",
        batches=3,
        rows=96,
        timing=Timing(first_finding=0.5, look=0.9),
        checksum=Checksum(before="99", after="99"),
    )
