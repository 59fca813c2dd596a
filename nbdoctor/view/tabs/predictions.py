"""The tab "Predictions": what the trained model gets wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nbdoctor.readings.answers import Answers, Calibration, OfClass, WorstRow
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.class_names import ClassNames
from nbdoctor.readings.samples import WORST
from nbdoctor.report import Report
from nbdoctor.view import anchors, wording
from nbdoctor.view.blocks import Block, Chart, Muted, Table, Text
from nbdoctor.view.tabs.missing import not_measured
from nbdoctor.view.tabs.samples import sample_rows

FITTING = 2.0
"""A calibration error below so many times what chance makes is no finding of its own."""

ABOUT = {
    *("accuracy-misreads-labels", "baseline-not-beaten", "below-simple-models"),
    *("classes-not-told-apart", "constant-predictions", "contradicted-labels"),
    *("faulty-class-weight", "inverted-labels", "labels-swapped-in-part", "majority-class-only"),
    *("overfit-to-training", "persistence-not-beaten", "predictions-out-of-order"),
    *("single-class-labels", "threshold-on-logits", "unseen-validation-class"),
}
"""Rules whose findings this tab shows row by row or class by class."""


def blocks(report: Report, charts: Mapping[str, Chart]) -> Iterator[Block]:
    """Per output: how often it is right, for which classes or numbers, and its worst rows."""
    attained: Attained | None = report.readings.get("Attained")
    if attained is None or not attained.answers:
        yield not_measured(report, "Attained", "What the trained model gets right and wrong")
        return
    yield Text(text=_whose(attained), anchor=anchors.of_predictions(report))
    named = class_names(report)
    for answers in attained.answers:
        yield from _of_output(answers, attained, charts, named)
    yield from sample_rows(report, charts, WORST)


def shows(report: Report, rule: str) -> bool:
    """Whether this tab tells more of a finding of `rule`."""
    attained: Attained | None = report.readings.get("Attained")
    told = attained is not None and any(not one.why_not for one in attained.answers)
    return told and rule in ABOUT


def class_names(report: Report) -> tuple[str, ...]:
    """Names of the classes by number, where a dataset has them."""
    known: ClassNames | None = report.readings.get("ClassNames")
    return known.training if known is not None else ()


def label(value: float, names: tuple[str, ...]) -> str:
    """A class as its reader knows it."""
    if float(value).is_integer() and 0 <= value < len(names):
        return names[int(value)]
    return wording.number(value)


def _whose(attained: Attained) -> str:
    seen = "" if attained.held_out else ", which it was trained on: new rows may come out worse"
    if attained.validation and not attained.held_out:
        seen = ": it was trained on most of them, so new rows may come out worse"
    mode = (
        " They are predictions of training mode: in `predict` your own code would run again."
        if attained.in_training_mode
        else ""
    )
    return f"What your model predicts for {attained.where}{seen}.{mode}"


def _of_output(
    answers: Answers, attained: Attained, charts: Mapping[str, Chart], names: tuple[str, ...]
) -> Iterator[Block]:
    head = f"Output {wording.code(answers.output)}: " if len(attained.answers) > 1 else ""
    if answers.why_not:
        yield Muted(text=_sentence(head, f"not compared with its labels: {answers.why_not}"))
        return
    yield Text(text=_sentence(head, _says(answers)))
    chart = charts.get(f"predictions/{answers.output}")
    if chart is not None:
        yield chart
    if answers.matrix:
        yield _matrix(answers, names, folded=chart is not None)
    if answers.classes:
        yield _classes(answers, names)
    if answers.calibration is not None:
        yield Text(text=calibration(answers.calibration))
    elif answers.why_uncalibrated:
        yield Muted(text=f"Calibration and worst rows: not known, {answers.why_uncalibrated}.")
    for number in answers.numbers:
        residuals = charts.get(f"residuals/{answers.output}/{number.name}")
        if residuals is not None:
            yield residuals
    if answers.numbers:
        yield _numbers(answers)
    yield from _worst(answers, attained, names)


def _sentence(head: str, text: str) -> str:
    return f"{head}{text}." if head else f"{text[0].upper()}{text[1:]}."


def _says(answers: Answers) -> str:
    what = f"{answers.answers:,} {'rows' if answers.places == 1 else 'places in these rows'}"
    match answers.kind:
        case "classes":
            return f"{wording.share(answers.right)} of {what} are predicted right"
        case "bits":
            columns = wording.count(len(answers.classes) + answers.more, "column")
            return (
                f"{wording.share(answers.right)} of the marks are right, in {columns} of "
                f"{what}; each column is a question of its own, so there is no confusion matrix"
            )
        case "rebuilding":
            return "the labels are the inputs again, so every value is compared with its own"
    if len(answers.numbers) > 1:
        return f"{what} compared, in {len(answers.numbers)} columns"
    (one,) = answers.numbers
    return (
        f"the predictions of {what} are off by {wording.number(one.error)} on average; the true "
        f"values spread by {wording.number(one.spread)} (standard deviation)"
    )


def _matrix(answers: Answers, names: tuple[str, ...], *, folded: bool) -> Table:
    labels = [label(one.label, names) for one in answers.classes]
    rows = [*labels, *([f"{answers.more} others"] if answers.more else [])]
    columns = [*rows, *(["no class"] if answers.nameless else [])]
    return Table(
        caption="Confusion: true class in rows, predicted class in columns",
        header=("true", *columns),
        rows=tuple(
            (name, *(f"{many:,}" for many in counts))
            for name, counts in zip(rows, answers.matrix, strict=True)
        ),
        folded=folded,
    )


def _classes(answers: Answers, names: tuple[str, ...]) -> Table:
    bits = answers.kind == "bits"
    what = "column" if bits else "class"
    plural = "columns" if bits else "classes"
    more = f"; {answers.more:,} rarer {plural} are left out" if answers.more else ""
    return Table(
        caption=f"Each {what}{more}",
        header=(what, "rows" if answers.places == 1 else "places", "precision", "recall"),
        rows=tuple(
            (
                _named(one, names, bits=bits),
                f"{one.rows:,}",
                _rate(one.precision),
                _rate(one.recall),
            )
            for one in answers.classes
        ),
    )


def _named(one: OfClass, names: tuple[str, ...], *, bits: bool) -> str:
    return f"column {one.label:.0f}" if bits else label(one.label, names)


def _rate(share: float | None) -> str:
    return "none predicted" if share is None else f"{share:.2f}"


def calibration(of: Calibration) -> str:
    """One line that says whether probabilities can be taken at their word."""
    measured = (
        f"expected calibration error {of.error:.3f} in {of.bins} equal bins; with so many rows "
        f"about {of.by_chance:.3f} comes by chance"
    )
    means = f"the mean probability of a prediction is {of.sure:.2f}, and {of.right:.2f} are right"
    if of.error <= FITTING * of.by_chance:
        return f"Calibration: {means}, hardly further apart than by chance ({measured})."
    if of.sure > of.right:
        return f"Calibration: the model is too sure: {means} ({measured})."
    return f"Calibration: the model is less sure than it could be: {means} ({measured})."


def _numbers(answers: Answers) -> Table:
    return Table(
        caption="Errors, beside how far the true values spread",
        header=("", "R²", "mean absolute error", "mean of predicted - true", "standard deviation"),
        rows=tuple(
            (
                one.name or answers.output,
                wording.number(one.explained),
                wording.number(one.error),
                wording.number(one.bias),
                wording.number(one.spread),
            )
            for one in answers.numbers
        ),
    )


def _worst(answers: Answers, attained: Attained, names: tuple[str, ...]) -> Iterator[Block]:
    if not answers.worst:
        if answers.why_no_rows:
            yield Muted(text=f"The worst rows are not named: {answers.why_no_rows}.")
        return
    classes = any(one.truth is not None for one in answers.worst)
    part = "validation" if attained.held_out else "training"
    loss = "error" if answers.numbers else "loss"
    yield Table(
        caption=f"The {len(answers.worst)} rows with the largest {_loss(answers)}",
        header=(f"{part} row (from 0)", *(("true", "predicted") if classes else ()), loss),
        rows=tuple(_row(one, names, classes=classes) for one in answers.worst),
    )


def _loss(answers: Answers) -> str:
    if answers.numbers:
        return "error (root mean square)" if answers.places > 1 else "error"
    return "cross-entropy"


def _row(one: WorstRow, names: tuple[str, ...], *, classes: bool) -> tuple[str, ...]:
    if not classes:
        return str(one.row), wording.number(one.loss)
    truth = "" if one.truth is None else label(one.truth, names)
    predicted = "no class" if one.predicted is None else label(one.predicted, names)
    return str(one.row), truth, predicted, wording.number(one.loss)
