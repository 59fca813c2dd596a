"""Two adversaries whose losses do not oppose each other."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.rivals import RivalNetworks
from nbdoctor.rules.rule import DoesNotApplyError, Finding, rule


@rule(
    family="objective",
    severity="critical",
    kind="proof",
    holds="The losses of the two adversaries oppose each other",
    explains=("loss-ascended", "diverging-loss", "weights-stand-still"),
    parts=("loop",),
)
def rivals_want_the_same(rivals: RivalNetworks, /) -> Iterator[Finding]:
    """Two adversaries whose losses do not oppose each other.

    ## What it means
    In an adversarial network one network makes rows, and another scores whether a row is real. The
    second is to give the two kinds different scores, the first is to get the score of real rows. If
    both losses move the score of made rows in one direction, the first network learns to be found
    out: a sign or the labels of one of the two are the wrong way round. Both losses fall, and what
    is made moves away from the data.

    ## How it is measured
    In the first step, on copies, the gradients of both losses by the scores are computed in the
    trace of the step. The rule applies where the loss of the scoring network wants higher scores of
    the rows of the batch than of the rows that were made, or the other way round. It fires where
    the loss of the network that makes them moves their scores in the same direction. There is no
    threshold.

    ## Example
    ```python
    critic_loss = ops.mean(critic(real)) - ops.mean(critic(fake))      # wants high scores of `fake`
    generator_loss = -ops.mean(critic(generator(noise)))               # so does this
    ```

    ## What the treatment does
    It says which of the two to turn round.

    ## When to ignore it
    Never: where the two do not oppose each other, nothing is learned of the data.

    ## References
    Goodfellow and others, "Generative adversarial nets", 2014. Arjovsky, Chintala and Bottou,
    "Wasserstein GAN", 2017.
    """
    if not rivals.judge_tells_apart:
        message = f"`{rivals.judge}` is not trained to tell made rows from given ones"
        raise DoesNotApplyError(message)
    if not rivals.want_the_same:
        return
    way, other = ("higher", "lower") if rivals.judge_of_made < 0 else ("lower", "higher")
    yield Finding(
        title=f"`{rivals.maker}` and `{rivals.judge}` are trained to the same end",
        says=f"The loss of `{rivals.judge}` gives {way} scores to what `{rivals.maker}` makes and "
        f"{other} ones to the data. The loss of `{rivals.maker}` asks for {way} scores, too, and "
        "not for those of the data.",
        measured={
            f"scores of made rows, by the loss of `{rivals.judge}`": way,
            f"scores of made rows, by the loss of `{rivals.maker}`": way,
        },
        expected={f"scores of made rows, by the loss of `{rivals.maker}`": other},
    )


@rivals_want_the_same.treatment("Turn one of the two losses round", effect="advice")
def turn_round(_finding: Finding, _cell: Cell) -> str:
    """Say what belongs where."""
    return (
        "Cross-entropy: the scoring network gets 1 for real and 0 for made rows, and the loss of "
        "the one that makes them takes 1 for its own. Wasserstein: the critic's loss is "
        "`mean(critic(fake)) - mean(critic(real))`, the generator's `-mean(critic(fake))`."
    )
