"""What replacing parts of a program has shown, in the words of the rule that tells it."""

from __future__ import annotations

from dataclasses import replace

from nbdoctor.readings.tried_parts import CLOSES, GAP, TriedPart, TriedParts
from nbdoctor.rules.figures import enumerated, score_figure
from nbdoctor.rules.finding import Finding, Where

LEARNED = 1 - GAP
"""From this score on no reference can be better by the gap that is asked for: nothing is wrong
that a score shows."""

WRITTEN_IN = {
    "optimizer": Where(call="compile", argument="optimizer"),
    "loss": Where(call="compile", argument="loss"),
    "weights": Where(call="fit", argument="class_weight"),
    "order": Where(call="fit", argument="shuffle"),
    "length": Where(call="fit", argument="epochs"),
    "pipeline": Where(call="fit", argument="x"),
    "inputs": Where(call="fit", argument="x"),
    "labels": Where(call="fit", argument="y"),
}
"""Parts that a call says; the line of the others is known where the experiment tells it."""

SCALE = "0: the best constant prediction, 1: perfect"


def nothing_wrong(tried: TriedParts) -> str:
    """What was reached, and by the best reference where one was trained; without a full stop."""
    own, best = score_figure(tried.low), score_figure(tried.reference)
    compared = f"{own}, the best reference {best}" if tried.runs and tried.reference else own
    if tried.low >= LEARNED:
        return f"Training is fine ({compared}); look at what follows it"
    return f"No part that was replaced explains a gap ({compared})"


def of_one(tried: TriedParts, part: TriedPart) -> Finding:
    """One part closes the gap."""
    own, reached = score_figure(tried.low), score_figure(tried.reached)
    if part.name == "loop":
        title = f"With Keras's own `fit` the model reaches {reached}, with your loop {own}"
        says = (
            f"With Keras's own `fit`, the same model, optimizer and rows reach {reached}; with "
            f"your loop {own}. The fault is in the loop{_at(part)}."
        )
    elif part.name == "pipeline":
        title = f"The model reaches {own} on the rows as it gets them, {reached} on others"
        says = (
            f"The model reaches {own} on the rows as they are prepared and paired; on "
            f"{part.reference} {reached}. Nothing else had to be changed."
        )
    elif beside := _beside(tried):
        title = f"The model reaches {own}, a stand-in {reached} with {part.words} replaced"
        says = (
            f"With {part.words} replaced ({_in_place(part)}), a stand-in for the model reaches "
            f"{reached}, else {score_figure(tried.score_of(()) or 0.0)}; the model itself reached "
            f"{own}. A fault is in {part.placed}. The stand-in has others in place of {beside}, "
            "which cannot be copied, so that nothing is said of these."
        )
    else:
        title = f"The model reaches {own}, and {reached} with {part.words} replaced"
        says = (
            f"With {part.words} replaced ({_in_place(part)}) and all else as it is, a copy reaches "
            f"{reached}; as it is, {own}. The fault is in {part.placed}."
        )
    return Finding(
        title=title,
        says=f"{says} {_basis(tried)}",
        where=_where(part),
        measured=_scores(tried, {f"score with {part.words} replaced": tried.reached}),
        expected=_expected(tried),
    )


def of_several(tried: TriedParts) -> Finding:
    """Several parts have to be replaced together."""
    parts = tuple(tried.parts[name] for name in tried.blamed)
    words = enumerated([part.words for part in parts])
    own, reached = score_figure(tried.low), score_figure(tried.reached)
    replacements = "; ".join(f"{part.placed}: {_in_place(part)}" for part in parts)
    return Finding(
        title=f"The model reaches {own}, and {reached} with {words} replaced together",
        says=(
            f"No part alone: {_alone(tried, parts)}, with {_all(parts)} {reached} (as it is: "
            f"{own}). {_needed(parts)} Put in their place: {replacements}. {_basis(tried)}"
        ),
        where=_where(parts[0]),
        measured=_scores(
            tried,
            {
                **{
                    f"score without replacing {part.words}": tried.without[part.name]
                    for part in parts
                    if part.name in tried.without
                },
                f"score with {_all(parts)} replaced": tried.reached,
            },
        ),
        expected=_expected(tried),
    )


def _alone(tried: TriedParts, parts: tuple[TriedPart, ...]) -> str:
    """What is reached with one of two replaced, or with all but one of more."""
    if len(parts) == 2:  # noqa: PLR2004
        first, second = parts
        pairs = [(first, tried.without.get(second.name)), (second, tried.without.get(first.name))]
        known = [f"{one.words} {score_figure(s)}" for one, s in pairs if s is not None]
        return f"with {', with '.join(known)}" if known else "neither of the two is enough"
    known = [
        f"all but {part.words} {score_figure(tried.without[part.name])}"
        for part in parts
        if part.name in tried.without
    ]
    return f"with {', with '.join(known)}" if known else "none of them is enough"


def _all(parts: tuple[TriedPart, ...]) -> str:
    return "both" if len(parts) == 2 else f"all {len(parts)}"  # noqa: PLR2004


def _needed(parts: tuple[TriedPart, ...]) -> str:
    if len(parts) == 2:  # noqa: PLR2004
        return "Both are needed."
    return f"All {len(parts)} are needed: no smaller set was found."


def unclear(tried: TriedParts) -> Finding:
    """Something is better, and no set of parts explains it."""
    own, reference = score_figure(tried.low), score_figure(tried.reference)
    learns = tried.recorded is not None and tried.control - tried.recorded >= GAP
    if learns and tried.reference - tried.control < GAP:
        return _outside(tried, tried.recorded or 0.0)
    aside = [tried.parts[name].words for name in sorted(tried.aside) if name in tried.parts]
    if len(aside) > 1 and _closes(tried, tried.score_of(())):
        why = f"{enumerated(aside)} took part in no run, so which of them is at fault is not known"
    else:
        why = "no part alone explains it, and no smaller set that was tried does"
    copied = f" The model could not be copied: {tried.why}." if tried.why else ""
    return Finding(
        title=f"With all parts replaced the model reaches {reference}, as it is {own}",
        says=(
            f"All parts replaced reach {reference}, this program {own}; {why}.{copied} "
            f"{_basis(tried)}"
        ),
        measured=_scores(tried, {}),
        expected=_expected(tried),
        kind="strong",
    )


def _closes(tried: TriedParts, score: float | None) -> bool:
    return score is not None and score - tried.low >= CLOSES * (tried.reference - tried.low)


def _outside(tried: TriedParts, recorded: float) -> Finding:
    """A copy of the program as it is learns, and the cell's own training did not."""
    own, copied = score_figure(recorded), score_figure(tried.control)
    return Finding(
        title=f"A copy of the model reaches {copied} as it is, the training of the cell {own}",
        says=(
            f"A copy with the same layers, rows, loss and optimizer reaches {copied} without "
            f"callbacks; the cell reached {own}. The fault is in what the copy was trained "
            f"without: callbacks, or lines that change the model meanwhile. {_basis(tried)}"
        ),
        measured={"score of the cell's training": recorded},
        expected={"score of the cell's training": f"about {copied}"},
        kind="strong",
    )


def no_signal(tried: TriedParts) -> Finding:
    """No reference learns either."""
    best = score_figure(max(tried.low, tried.reference, 0.0))
    return Finding(
        title="Neither this program nor any reference finds a signal in these rows",
        says=(
            f"The best score of all trainings is {best}, of those with all parts replaced as well. "
            f"{_basis(tried)} So no part of the program can be blamed."
        ),
        measured={"score as it is": tried.low, "score with all parts replaced": tried.reference},
        severity="note",
        kind="strong",
    )


def _where(part: TriedPart) -> Where:
    """The line of the part, or the call and argument that say what it is."""
    return replace(WRITTEN_IN.get(part.name, Where()), line=part.line)


def _at(part: TriedPart) -> str:
    return "" if part.line is None else f" (line {part.line})"


def _beside(tried: TriedParts) -> str:
    """Parts other than a loop that were replaced in all runs, "" for none."""
    names = sorted(tried.aside - {"loop"} - set(tried.blamed))
    return enumerated([tried.parts[name].words for name in names if name in tried.parts])


def _in_place(part: TriedPart) -> str:
    return f"{part.reference}, in place of {part.own}" if part.own else part.reference


def _basis(tried: TriedParts) -> str:
    """What the scores are of, and what took part in no run."""
    held_out = "held back from training" if tried.held_out else "that were trained on"
    basis = f"Scores are of {tried.rows:,} rows {held_out} ({SCALE})."
    if tried.loop_stood_aside and tried.blamed != ("loop",):
        basis = f"{basis} Your loop took part in none of these runs."
    return basis


def _scores(tried: TriedParts, replaced_ones: dict[str, float]) -> dict[str, float]:
    whole = {"score with all parts replaced": tried.reference}
    return {"score as it is": tried.low, **replaced_ones, **whole}


def _expected(tried: TriedParts) -> dict[str, str]:
    return {"score as it is": f"about {score_figure(tried.reference)}"}
