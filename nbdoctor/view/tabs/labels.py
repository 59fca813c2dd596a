"""The tab "Labels": what the model is asked to learn, and what judges it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nbdoctor.readings.attained import Attained
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.signal import Signal
from nbdoctor.readings.validation import Validation
from nbdoctor.report import Report
from nbdoctor.rules.figures import score_figure
from nbdoctor.view import wording
from nbdoctor.view.blocks import NUMBERS, Block, Chart, Muted, Table, Text
from nbdoctor.view.replacing import replaced
from nbdoctor.view.tabs.missing import not_measured, pending

ENCODINGS = {
    "ids": "class numbers",
    "one-hot": "one-hot rows",
    "multi-hot": "several classes per row",
    "soft": "class probabilities",
    "continuous": "continuous values",
    "text": "text",
}


KINDS = {"image": "images", "sequence": "sequences", "tokens": "token ids"}
"""Inputs that simple models see little in."""


def blocks(report: Report, charts: Mapping[str, Chart]) -> Iterator[Block]:
    """Per output: a sentence, its classes or distribution, its numbers."""
    labels: Labels | None = report.readings.get("Labels")
    if labels is None:
        yield not_measured(report, "Labels", "The labels")
        yield from replaced(report)
        return
    drawn = any(f"labels/{target.name}" in charts for target in labels.targets)
    yield from pending(report, drawn=drawn)
    validation: Validation | None = report.readings.get("Validation")
    for target in labels.targets:
        yield Text(text=_sentence(target))
        drawn = f"labels/{target.name}" in charts
        if drawn:
            yield charts[f"labels/{target.name}"]
        if target.counts and target.encoding != "continuous":
            judging = validation is not None and validation.target == target.name
            yield _classes(target, validation if judging else None, is_under_chart=drawn)
            drawn = False
        yield _table(target, folded=drawn)
    yield from _validation(report)
    yield from _attained(report)
    yield from replaced(report)
    yield from _signal(report)


def called(target: Target) -> str:
    """The user's name for the labels, with the output's where it differs."""
    if not target.variable or target.variable == target.name:
        return wording.code(target.name)
    return f"{wording.code(target.variable)} (output {wording.code(target.name)})"


def _sentence(target: Target) -> str:
    if target.complete:
        looked = f"all {wording.count(target.rows, 'row')}"
    else:
        of = f" of {target.total_rows:,}" if target.total_rows else ""
        batches = wording.count(target.batches, "batch", "batches")
        looked = f"{target.rows:,}{of} rows from {batches}"
    kind = ENCODINGS.get(target.encoding, target.encoding)
    if target.are_whole_numbers:
        kind = "whole numbers"
    return f"{called(target)}: {looked} examined, {kind}, {wording.shape(target.shape)} each."


def _table(target: Target, *, folded: bool) -> Table:
    rows = [
        ("type", target.dtype or "unknown"),
        ("different values", _distinct(target.distinct)),
        ("not finite", f"{target.nan:,} NaN, {target.inf:,} infinite"),
    ]
    if target.encoding != "text":
        rows[1:1] = [
            ("range", wording.span(target.minimum, target.maximum)),
            ("mean", wording.number(target.mean)),
            ("standard deviation", wording.number(target.std)),
        ]
    if target.entropy is not None and not target.are_whole_numbers:
        rows.append(
            ("entropy: the loss of always predicting the class shares", _nats(target.entropy))
        )
    elif target.variance is not None:
        rows.append(
            (
                "variance: the squared error of always predicting the mean",
                wording.number(target.variance),
            )
        )
    return Table(
        caption=f"{called(target)} in numbers",
        header=("", "measured"),
        rows=tuple(rows),
        folded=folded,
        fold_title=NUMBERS,
    )


def _nats(entropy: float) -> str:
    return f"{wording.number(entropy)} nats"


def _distinct(many: int) -> str:
    most = 1000  # counting stops there (`Target.distinct`)
    return f"{many:,} or more" if many >= most else f"{many:,}"


def _classes(target: Target, validation: Validation | None, *, is_under_chart: bool) -> Table:
    left = target.distinct - len(target.counts)
    more = f", {left:,} more not shown" if left > 0 else ""
    beside = dict(validation.counts) if validation is not None else {}
    one, all_of_them = ("value", "Values") if target.are_whole_numbers else ("class", "Classes")
    header: tuple[str, ...] = (one, _places(target), "share")
    rows: list[tuple[str, ...]] = [
        (wording.number(value), f"{count:,}", wording.share(count / max(target.counted, 1)))
        for value, count in target.counts
    ]
    if validation is not None and beside:
        judged = [
            (f"{beside.get(value, 0):,}", _share_of(beside.get(value, 0), validation.counted))
            for value, _ in target.counts
        ]
        what = _places(target)
        header = (one, f"training {what}", "share", f"validation {what}", "share")
        rows = [(*row, *more) for row, more in zip(rows, judged, strict=True)]
    return Table(
        caption=f"{all_of_them}, the most frequent first{more}",
        header=header,
        rows=tuple(rows),
        folded=True,
        fold_title=NUMBERS if is_under_chart else "",
    )


def _share_of(part: int, whole: int) -> str:
    return wording.share(part / max(whole, 1))


def _places(target: Target) -> str:
    """What is counted: a pixel or token has a label of its own."""
    return "places" if target.are_places else "rows"


def _validation(report: Report) -> Iterator[Block]:
    validation: Validation | None = report.readings.get("Validation")
    if validation is None:
        return
    how = (
        f"`validation_split={validation.share:g}` takes the last {validation.rows:,} rows"
        if validation.split == "tail"
        else f"{validation.rows:,} rows were given"
    )
    text = f"Validation: {how}, and {validation.training_rows:,} for training."
    if validation.unseen:
        classes = ", ".join(wording.number(value) for value, _ in validation.unseen[:10])
        what = "places" if validation.are_places else "of them"
        text += (
            f" {validation.unseen_rows:,} {what} belong to classes that are not in the training "
            f"rows: {classes}{', and more' if len(validation.unseen) > 10 else ''}."  # noqa: PLR2004
        )
    elif validation.classes:
        text += " Every class in them is also in the training rows."
    yield Text(text=text)


def _attained(report: Report) -> Iterator[Block]:
    attained: Attained | None = report.readings.get("Attained")
    if attained is None:
        return
    yield Table(
        caption=f"What the trained model reaches on {attained.where}, beside simple models",
        header=("model", "score (0: best constant, 1: perfect)"),
        rows=(
            ("your model", score_figure(attained.score)),
            *((name, score_figure(value)) for name, value in attained.simple.items()),
        ),
    )
    yield Muted(text=" ".join(_how_scored(attained)))


def _how_scored(attained: Attained) -> Iterator[str]:
    yield "Computed from predictions and labels alone, without your loss and metrics."
    if attained.in_training_mode:
        yield "Predictions are those of training mode: in `predict` your own code would run again."
    if not attained.simple:
        yield f"No simple model to compare with: {attained.why_no_ceiling}."
        return
    yield "Simple models were fitted to training rows and scored on rows that they have not seen."
    if not attained.held_out:
        known = f"{attained.rows - attained.validation:,} of these rows"
        yield (
            f"Your model was trained on {known if attained.validation else 'these rows'}: a good "
            "score there says nothing about new rows."
        )
    if not attained.tells:
        yield "Their scores are too low to say anything about your model."


def _signal(report: Report) -> Iterator[Block]:
    signal: Signal | None = report.readings.get("Signal")
    if signal is None:
        return
    yield Table(
        caption="Can simple models predict the labels from the inputs?",
        header=("model", f"{signal.score} on held-out rows", "shuffled labels that score as well"),
        rows=(
            ("ridge regression", wording.number(signal.linear), wording.share(signal.p_linear)),
            (
                "nearest neighbours",
                wording.number(signal.neighbours),
                wording.share(signal.p_neighbours),
            ),
            ("ridge regression on shuffled labels", wording.number(signal.permuted), ""),
            ("best constant prediction", "0", ""),
        ),
    )
    kind = KINDS.get(signal.input_kind)
    weak = f" Neither is made for {kind}: a network can learn far more from them." if kind else ""
    yield Muted(
        text=f"Measured on {wording.count(signal.rows, 'row')} of "
        f"{wording.count(signal.features, 'value')}, with the labels shuffled "
        f"{signal.permutations:,} times.{weak}"
    )
