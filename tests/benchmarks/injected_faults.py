"""What `%%diagnose` says of healthy models into which one fault was put.

    python -m tests.benchmarks.injected_faults [--only FAULTS] [--models 3] [--workers 2]
    python -m tests.benchmarks.injected_faults --pin

Every fault is put into models of the zoo that it applies to, and the cell is run under the magic.
Which models is written in `pinned_models.json`, so that a zoo that grows changes no figure; `--pin`
chooses models for faults that have none there.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.cells import ran
from tests.benchmarks.mutations import (
    Mutation,
    applies,
    before_fit,
    before_head,
    frozen,
    head_with,
    hidden_with,
    mutation,
    rate_times,
    sorted_rows,
    with_loss,
)
from tests.benchmarks.program_faults import PROGRAM_FAULTS
from tests.benchmarks.real_cases import add_manner, manner_of
from tests.benchmarks.said import CASES, Cell, Said
from tests.zoo.model import Model
from tests.zoo.zoo import OWN

IDS = "sparse_categorical_crossentropy"
YES = "binary_crossentropy"
SYMPTOMS = frozenset(json.loads((CASES / "ailments.json").read_text(encoding="utf-8"))["symptom"])
"""Rules whose finding follows from many faults."""

PINNED = Path(__file__).with_name("pinned_models.json")
MOST_PINNED = 6

WRONG_LOSS = [
    mutation(
        "binary cross-entropy on class numbers",
        with_loss(IDS, f'"{YES}"'),
        "label-encoding-mismatch",
        "known-crash labels-outside-unit-interval",
    ),
    mutation(
        "squared error on class numbers",
        with_loss(IDS, '"mse"'),
        "silent-broadcast label-encoding-mismatch",
        "known-crash",
    ),
    mutation(
        "categorical loss on class numbers",
        with_loss(IDS, '"categorical_crossentropy"'),
        "label-encoding-mismatch",
        "known-crash",
    ),
    mutation(
        "categorical loss on one unit",
        with_loss(YES, '"categorical_crossentropy"', units=1),
        "one-unit-crossentropy softmax-on-one-unit",
        "zero-gradient-loss squeezed-output wrong-accuracy-class untrained-layer",
    ),
    mutation(
        "one-hot labels under a sparse loss",
        before_fit("y = keras.utils.to_categorical(y)", losses=(IDS,)),
        "label-encoding-mismatch",
        "known-crash",
    ),
]

HEADS = [
    mutation("softmax on one unit", head_with("softmax", now="sigmoid"), "softmax-on-one-unit"),
    mutation(
        "ReLU head under cross-entropy",
        head_with("relu", now="softmax"),
        "relu-classifier-head logits-as-probabilities",
        "dead-units non-finite-loss",
    ),
    mutation(
        "logits read as probabilities",
        head_with("linear", now="softmax"),
        "logits-as-probabilities",
        "non-finite-loss hidden-logits-loss",
    ),
    mutation(
        "sigmoid under a categorical loss",
        head_with("sigmoid", now="softmax"),
        "sigmoid-with-categorical-loss",
        "hidden-logits-loss",
    ),
]

LABELS = [
    mutation(
        "labels from one",
        before_fit("y = y + 1", losses=(IDS,)),
        "labels-out-of-range",
        "known-crash non-finite-loss unused-output-unit",
    ),
    mutation(
        "labels of 0 and 1 shifted to 1 and 2",
        before_fit("y = y + 1", losses=(YES,)),
        "labels-outside-unit-interval",
        "accuracy-misreads-labels",
    ),
    mutation(
        "labels divided",
        before_fit("y = y / 10", losses=(IDS,)),
        "fractional-class-ids",
        "accuracy-misreads-labels",
    ),
    mutation(
        "targets of hundreds of thousands",
        before_fit("y = 1e5 * (y + 3)", losses=("mse", "mae")),
        "unscaled-targets target-out-of-reach",
        "learning-rate-too-low too-few-steps learning-rate-too-high accuracy-misreads-labels",
    ),
    mutation(
        "shuffled labels",
        before_fit("y = np.random.default_rng(1).permutation(y)", words=True),
        "signal-not-found rows-shuffled-apart",
    ),
    mutation(
        "labels all one",
        before_fit("y = y * 0", losses=(YES, IDS), words=True),
        "single-class-labels",
    ),
]

INPUTS = [
    mutation(
        "inputs times 255",
        before_fit("x = x * 255"),
        "unscaled-inputs normalization-misfits-inputs",
        "saturated-units dead-units learning-rate-too-high exploding-gradient",
    ),
    mutation("constant inputs", before_fit("x = x * 0"), "constant-inputs", "signal-not-found"),
    mutation(
        "NaN in the inputs",
        before_fit("x = x.copy(); x[3, 0] = np.nan"),
        "non-finite-data",
        "non-finite-loss nan-hidden-by-relu",
    ),
    mutation(
        "inputs scaled twice",
        before_fit("x = x / 255 / 255"),
        "inputs-scaled-twice normalization-misfits-inputs",
        "fading-signal unscaled-inputs signal-not-found",
    ),
    mutation(
        "sorted rows without shuffling",
        sorted_rows,
        "sorted-batches unseen-validation-class",
    ),
]

MODELS = [
    mutation(
        "weights of zero",
        hidden_with('kernel_initializer="zeros"'),
        "identical-units",
        "dead-units untrained-layer vanishing-gradient fading-signal",
    ),
    mutation(
        "weights of deviation 1",
        hidden_with("kernel_initializer=keras.initializers.RandomNormal(stddev=1.0)"),
        "large-initial-weights",
        "saturated-units exploding-gradient learning-rate-too-high diverging-loss dead-units",
    ),
    mutation("nothing trainable", frozen, "frozen-model", "untrained-layer"),
    mutation(
        "dropout of 0.95 before the head", before_head("layers.Dropout(0.95)"), "excessive-dropout"
    ),
    mutation(
        "dropout of 0.5 on three units before the head",
        before_head(
            'layers.Dense(3, activation="tanh"), layers.Dropout(0.5)', losses=("mse", "mae")
        ),
        "excessive-dropout",
    ),
    mutation(
        "softmax before the head",
        before_head('layers.Activation("softmax")'),
        "hidden-softmax",
        "repeated-activation",
    ),
]

RATES = [
    mutation(
        "rate times 1000",
        rate_times(1000),
        "learning-rate-too-high exploding-gradient",
        "non-finite-loss dead-units saturated-units",
    ),
    mutation(
        "rate divided by 1000",
        rate_times(0.001),
        "learning-rate-too-low too-few-steps useless-learning-rate slow-optimizer-default",
    ),
]

MUTATIONS = [*WRONG_LOSS, *HEADS, *LABELS, *INPUTS, *MODELS, *RATES, *PROGRAM_FAULTS]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A fault in a model, and what was said of it."""

    mutation: Mutation
    model: str
    said: Said

    @property
    def found(self) -> bool:
        """Whether a critical finding or a warning names the fault."""
        return bool(self.mutation.named_by & set(self.said.alarms))

    @property
    def wrong(self) -> tuple[str, ...]:
        """Alarms that neither name the fault nor follow from it."""
        fitting = self.mutation.named_by | self.mutation.followed_by | SYMPTOMS
        causes = {
            rule for rule, severity, cause in self.said.findings if severity != "note" and not cause
        }
        return tuple(sorted(causes - fitting))


def pinned() -> dict[str, list[str]]:
    """Names of the models that each fault is put into, those first that come first."""
    known: dict[str, list[str]] = json.loads(PINNED.read_text(encoding="utf-8"))
    return known


def chosen_models(mutation: Mutation, models: Sequence[Model]) -> list[str]:
    """Models for a fault that has none: spread over all that it applies to, two of them first."""
    fitting = [model.name for model in models if applies(mutation, model.source)]
    spread = [fitting[:: max(1, len(fitting) // many)][:many] for many in (2, 4, MOST_PINNED)]
    return list(dict.fromkeys(name for some in spread for name in some))[:MOST_PINNED]


def pin(models: Sequence[Model]) -> str:
    """Choose models for the faults that have none, and leave all others as they are."""
    known = pinned() if PINNED.exists() else {}
    every = {each.name: known.get(each.name) or chosen_models(each, models) for each in MUTATIONS}
    return json.dumps(every, indent=1, ensure_ascii=False) + "\n"


def cells(mutation: Mutation, models: Sequence[Model], most: int) -> list[Cell]:
    """The first models that a fault is pinned to, with it."""
    sources = {model.name: model.source for model in models}
    return [
        Cell(name=f"{mutation.name} / {name}", source=mutation.edit(sources[name]))
        for name in pinned()[mutation.name][:most]
    ]


def trials(mutations: Sequence[Mutation], most: int, said: Mapping[str, Said]) -> list[Trial]:
    """All faults in all their models."""
    return [
        Trial(mutation=each, model=cell.name.split(" / ")[1], said=said[cell.name])
        for each in mutations
        for cell in cells(each, OWN, most)
    ]


def missing(trial: Trial) -> str:
    """A model in which the fault was not named, and whether it was a note, and how it does."""
    noted = bool(trial.mutation.named_by & set(trial.said.rules))
    more = "; ".join(filter(None, ("a note" if noted else "", trial.said.reached)))
    return f"{trial.model} ({more})" if more else trial.model


def row(mutation: Mutation, mine: Sequence[Trial]) -> str:
    """One fault as a line of the table."""
    ran_well = [trial for trial in mine if not trial.said.failed]
    wrong = [f"{rule} ({trial.model})" for trial in ran_well for rule in trial.wrong]
    missed = [missing(trial) for trial in ran_well if not trial.found]
    found = sum(trial.found for trial in ran_well)
    return (
        f"| {mutation.name} | {found} of {len(mine)} | {', '.join(missed)} | {', '.join(wrong)} |"
    )


def table(mutations: Sequence[Mutation], every: Sequence[Trial]) -> str:
    """A Markdown table of all faults, and their sum."""
    rows = [row(each, [trial for trial in every if trial.mutation is each]) for each in mutations]
    head = "| fault | named | not named in | wrong findings |"
    found, wrong = sum(trial.found for trial in every), sum(len(trial.wrong) for trial in every)
    last = f"{found} of {len(every)} faults were named; {wrong} findings were wrong."
    return "\n".join((head, f"|{' --- |' * 4}", *rows, "", last))


def parsed(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="faults, separated by semicolons")
    parser.add_argument("--models", type=int, default=4, help="models that each is put into")
    parser.add_argument("--pin", action="store_true", help="choose models for new faults")
    add_manner(parser)
    return parser.parse_args(arguments)


def main() -> None:
    """Run and print."""
    arguments = parsed()
    if arguments.pin:
        PINNED.write_text(pin(OWN), encoding="utf-8")
        return
    only = [name.strip() for name in arguments.only.split(";") if name]
    chosen = [each for each in MUTATIONS if not only or each.name in only]
    every = [cell for each in chosen for cell in cells(each, OWN, arguments.models)]
    said = ran(every, manner_of(arguments))
    sys.stdout.write(f"{table(chosen, trials(chosen, arguments.models, said))}\n")


if __name__ == "__main__":
    main()
