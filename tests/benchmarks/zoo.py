"""What `%%diagnose` says of models that learn, and whether they do.

    python -m tests.benchmarks.zoo [--only NAMES] [--own] [--workers 2] [--kept FILE]

Each model is trained under the magic and must reach its bar; every critical finding and every
warning of one that does is a false alarm.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tests.benchmarks.cells import ran
from tests.benchmarks.real_cases import add_manner, manner_of
from tests.benchmarks.said import Cell, Said, said_as_text
from tests.zoo.model import Model
from tests.zoo.zoo import OWN, ZOO


def learned(model: Model, said: Said) -> bool:
    """Whether it reached its bar."""
    return said.score is not None and said.score >= model.bar


def row(model: Model, said: Said) -> str:
    """One model as a line of the table."""
    score = "none" if said.score is None else f"{said.score:.3f}"
    return (
        f"| {model.name} | {score} | {'yes' if learned(model, said) else 'NO'} "
        f"| {', '.join(said.alarms)} | {said_as_text(said)} | {said.seconds:.1f} |"
    )


def table(models: Sequence[Model], said: dict[str, Said]) -> str:
    """A Markdown table of all models."""
    head = "| model | score | learned | false alarms | said | seconds |"
    rows = (row(model, said[model.name]) for model in models)
    return "\n".join((head, f"|{' --- |' * 6}", *rows))


def summary(models: Sequence[Model], said: dict[str, Said]) -> str:
    """The sums in two sentences."""
    healthy = [model for model in models if learned(model, said[model.name])]
    alarmed = [model.name for model in healthy if said[model.name].alarms]
    return (
        f"{len(healthy)} of {len(models)} models learned. "
        f"False alarms on {len(alarmed)} of them{': ' if alarmed else ''}{', '.join(alarmed)}."
    )


def parsed(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="names of models, separated by semicolons")
    parser.add_argument("--own", action="store_true", help="leave the repaired cases out")
    add_manner(parser)
    return parser.parse_args(arguments)


def main() -> None:
    """Run and print."""
    arguments = parsed()
    only = [name.strip() for name in arguments.only.split(";") if name]
    models = [model for model in (OWN if arguments.own else ZOO) if not only or model.name in only]
    cells = [Cell(name=model.name, source=model.source, score=model.score) for model in models]
    said = ran(cells, manner_of(arguments))
    sys.stdout.write(f"{table(models, said)}\n\n{summary(models, said)}\n")


if __name__ == "__main__":
    main()
