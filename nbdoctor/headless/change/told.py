"""Changes that were tried, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nbdoctor.headless.change.answer import Attempt, Change, FindingOfSide, Side
from nbdoctor.rules.figures import enumerated, score_figure

BLOCKS = "▁▂▃▄▅▆▇█"
WORDS = {
    "better": "better",
    "no different": "no different",
    "worse": "worse",
    "undecided": "undecided",
    "no score": "no score can tell",
}


def as_text(tried: Attempt) -> str:
    """Plain text: a table of all changes, and what is to be known of each."""
    head = ("change", "score", "effect", "seeds", "steps", "answer", "curve")
    rows = [head, _row(tried.as_it_is, None)]
    rows += [_row(change.side, change) for change in tried.changes]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    said = [line for change in tried.changes for line in told_of(change)]
    return "\n".join([*lines, "", *said, *_how(tried)])


def _row(side: Side, change: Change | None) -> tuple[str, ...]:
    score = "raises" if side.score is None and side.error else "none"
    return (
        side.name,
        score if side.score is None else score_figure(side.score),
        "" if change is None else _effect(change),
        "" if change is None else str(change.seeds or ""),
        f"{side.steps:,}" if side.steps else "",
        "" if change is None else WORDS[change.verdict],
        _spark([point for _, point in side.curve]),
    )


def _effect(change: Change) -> str:
    if change.effect is None:
        return ""
    said = f"{change.effect:+.2f}"
    if change.low is None or change.high is None:
        return said
    return f"{said} ({change.low:+.2f} to {change.high:+.2f})"


def _spark(points: Sequence[float]) -> str:
    """Scores from 0 to 1 as a line of blocks."""
    last = len(BLOCKS) - 1
    return "".join(BLOCKS[round(min(1.0, max(0.0, one)) * last)] for one in points)


def told_of(change: Change) -> Iterator[str]:
    """What is to be known of a change beside its figures."""
    name = change.side.name
    if change.why:
        yield f"{name}: {change.why}."
    for word, found in (("Gone", change.went), ("New", change.came)):
        if found:
            yield f"{name}: {word} with it: {_named(found)}."
    if change.side.error and change.verdict != "worse":
        yield f"{name}: after training it raises {change.side.error}."


def _named(found: Sequence[FindingOfSide]) -> str:
    return enumerated([f"{one.rule} ({one.severity})" for one in found])


def _how(tried: Attempt) -> Iterator[str]:
    if tried.rows:
        yield (
            f"Scored by nbdoctor from predictions on {tried.rows:,} {tried.judged_by} (0 as the "
            "best constant prediction, 1 is perfect); no metric of the notebook took part."
        )
    yield from tried.notes
    yield f"It took {tried.seconds:.0f} s."
