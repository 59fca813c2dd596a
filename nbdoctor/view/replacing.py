"""What replacing parts of the program on copies has shown: a table of the trainings, and curves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean

from nbdoctor.readings.tried_parts import PartRun, TriedParts
from nbdoctor.report import Report
from nbdoctor.rules.figures import enumerated, score_figure
from nbdoctor.view import wording
from nbdoctor.view.blocks import Block, Chart, Muted, Table
from nbdoctor.view.curves import HEIGHT, HELPS, OTHER, PLAIN, Curve, picture

FEW = 2
"""Parts that a row of the table names as missing, where all others were replaced."""

MOST_CURVES = 5
LINE, RIGHT = 22, 190
"""Height of the picture for each curve, and room for their names."""

Runs = Mapping[frozenset[str], Sequence[PartRun]]
"""The trainings by what was replaced, one per seed."""


def tried_parts(report: Report) -> TriedParts | None:
    """What was replaced, None where no copy was trained for that."""
    tried: TriedParts | None = report.readings.get("TriedParts")
    return tried if tried is not None and tried.runs else None


def so_far(report: Report) -> str:
    """How many copies were trained until now, "" for none."""
    tried = tried_parts(report)
    return "" if tried is None else f" ({wording.count(len(tried.runs), 'training')} so far)"


def replaced(report: Report) -> Iterator[Block]:
    """The trainings with parts replaced, where there were any."""
    tried = tried_parts(report)
    if tried is None:
        return
    runs = by_set(tried)
    yield Table(
        caption="What was replaced in copies of the program, and what these reach: "
        f"{wording.count(len(tried.runs), 'training')} in {wording.seconds(tried.seconds)}",
        header=("replaced", "by", "score", "steps", "time"),
        rows=(*_known(tried), *(_row(one, runs[one], tried) for one in runs)),
    )
    if (drawn := chart(tried)) is not None:
        yield drawn
    yield Muted(text=" ".join(_how(tried)))


def by_set(tried: TriedParts) -> Runs:
    """The trainings by what was replaced, in the order in which each was first made."""
    runs: dict[frozenset[str], list[PartRun]] = {}
    for run in tried.runs:
        runs.setdefault(frozenset(run.replaced), []).append(run)
    return runs


def named(replaced: frozenset[str], tried: TriedParts) -> str:
    """What was replaced, in words."""
    everything = frozenset[str]().union(*(run.replaced for run in tried.runs))
    chosen, missing = replaced - tried.aside, everything - replaced
    if not chosen:
        return "nothing else" if tried.aside else "nothing: the program as it is"
    if not missing and len(chosen) > 1:
        return "all parts"
    if len(missing) <= FEW and len(chosen) > FEW:
        return f"all but {_words(missing, tried)}"
    return _words(chosen, tried)


def _words(names: frozenset[str], tried: TriedParts) -> str:
    """Where one part stands is told beside it; of several, in the rows of each."""
    known = [tried.parts[name] for name in sorted(names) if name in tried.parts]
    if len(names) == len(known) == 1:
        return known[0].placed
    words = [tried.parts[name].words if name in tried.parts else name for name in sorted(names)]
    return enumerated(words)


def _known(tried: TriedParts) -> Iterator[tuple[str, ...]]:
    """Scores that no training of a copy was needed for."""
    if tried.recorded is not None:
        yield ("nothing: your own training", "", score_figure(tried.recorded), "", "")
    if tried.ceiling is not None:
        yield ("the network", "simple models", score_figure(tried.ceiling), "", "")


def _row(
    replaced: frozenset[str], runs: Sequence[PartRun], tried: TriedParts
) -> tuple[str, str, str, str, str]:
    own = replaced - tried.aside
    (only,) = own if len(own) == 1 else ("",)
    by = tried.parts[only].reference if only in tried.parts else ""
    errors = list(dict.fromkeys(run.error for run in runs if run.error))
    scores = " and ".join(score_figure(run.score) for run in runs)
    return (
        named(replaced, tried),
        by,
        f"{scores} ({errors[0]})" if errors else scores,
        f"{max(run.steps for run in runs):,}",
        wording.seconds(sum(run.seconds for run in runs)),
    )


def _how(tried: TriedParts) -> Iterator[str]:
    where = "that were held back from training" if tried.held_out else "that were trained on"
    yield (
        f"Scores are of {wording.count(tried.rows, 'row')} {where}: 0 is the best constant "
        "prediction, 1 is perfect. Two scores are of two seeds. A training ends early where it "
        "tells enough."
    )
    aside = [tried.parts[name].words for name in sorted(tried.aside) if name in tried.parts]
    if tried.loop_stood_aside:
        yield "Keras's own step trained all copies: your loop took part in none of these trainings."
    elif aside:
        yield f"Replaced in all of them: {', '.join(aside)}."


# ---- curves -----------------------------------------------------------------------------


def chart(tried: TriedParts) -> Chart | None:
    """The scores along the training, None without a curve."""
    runs = {
        replaced: longest
        for replaced, ones in by_set(tried).items()
        if (longest := [one for one in ones if len(one.curve) > 1])
    }
    chosen = _chosen(runs, tried)
    if not chosen:
        return None
    curves = [_curve(one, runs[one], tried) for one in chosen]
    steps = max(step for one in curves for step in one.at)
    title = "Scores of the copies along their training"
    described = "; ".join(
        f"{one.name}: {', '.join(map(score_figure, one.values))}" for one in curves
    )
    height = max(HEIGHT, LINE * (len(curves) + FEW))
    svg = picture(curves, steps, title, described, size=(height, RIGHT))
    return Chart(name="replaced", title=title, description=f"{described}.", svg=svg)


def _chosen(runs: Runs, tried: TriedParts) -> list[frozenset[str]]:
    """As it is, the parts to blame and all parts; then single parts, as many as are read."""
    order = sorted(runs, key=lambda one: (_rank(one, tried), len(one)))
    return order[:MOST_CURVES]


def _rank(replaced: frozenset[str], tried: TriedParts) -> int:
    largest = max((len(run.replaced) for run in tried.runs), default=0)
    if tried.blamed and replaced == frozenset(tried.blamed) | tried.aside:
        return 0
    if replaced == tried.aside:
        return 1
    return 2 if len(replaced) == largest else 3


def _curve(replaced: frozenset[str], runs: Sequence[PartRun], tried: TriedParts) -> Curve:
    length = max(len(one.curve) for one in runs)
    whole = [one for one in runs if len(one.curve) == length]
    steps = max(one.steps for one in whole)
    colour = {0: HELPS, 1: PLAIN}.get(_rank(replaced, tried), OTHER)
    return Curve(
        name=_short(replaced, tried),
        at=tuple(steps * (place + 1) // length for place in range(length)),
        values=tuple(fmean(one.curve[place] for one in whole) for place in range(length)),
        colour=colour,
    )


def _short(replaced: frozenset[str], tried: TriedParts) -> str:
    """Names of parts, as they fit beside a curve."""
    largest = max(len(run.replaced) for run in tried.runs)
    chosen = sorted(replaced - tried.aside)
    if not chosen:
        return "only the loop" if tried.loop_stood_aside else "as it is"
    if len(replaced) == largest and len(chosen) > FEW:
        return "all parts"
    more = f" + {len(chosen) - FEW} more" if len(chosen) > FEW else ""
    return f"{' + '.join(chosen[:FEW])}{more}"
