"""What a look costs, as ratios to the same training without it.

    python tests/benchmarks/look_cost.py --models mlp,cnn --repeats 3

Each number is measured in a fresh process (one_fit.py), in rounds: plain, with nbdoctor, with
what one would reach for instead, plain again, ... Ratios are taken within a round, so that a
machine whose speed wanders does not decide them, and their medians over the rounds are printed.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ONE_FIT = Path(__file__).with_name("one_fit.py")
ROOT = ONE_FIT.parents[2]
MODELS = ("mlp", "cnn", "lstm", "transformer", "resnet50")
LONGEST_RUN = 600.0
"""Seconds after which one measurement is given up."""

TITLES = {
    "mlp": "MLP 784-512-512-10, batch 128",
    "cnn": "CNN 32x32x3 with BatchNorm, batch 64",
    "lstm": "LSTM 100 steps, 64 units, batch 32",
    "transformer": "Transformer 2 blocks, d 128, T 64, batch 32",
    "resnet50": "ResNet50 96x96, batch 8",
}
ARMS = {
    "nbdoctor": "`%%diagnose`",
    "tensorboard": "TensorBoard, `histogram_freq=1`",
    "check_numerics": "`enable_check_numerics()`",
}

Times = Mapping[str, float]
Round = Mapping[str, Times]
"""Seconds by name (see one_fit.py), by arm."""


@dataclass(frozen=True)
class Ratio:
    """One column: how often the time of an arm holds the time of plain training."""

    title: str
    of: str
    to: str

    def value(self, arm: str, one: Round) -> float:
        """In one round."""
        return one[arm][self.of] / one["plain"][self.to]


LOOK = (
    Ratio("the look, in plain steps", "look", "later_step"),
    Ratio("the look", "look", "first_step"),
    Ratio("first judgement shown", "first_judgement", "first_step"),
    Ratio("all findings shown", "findings", "first_step"),
    Ratio("first step ends", "first_step", "first_step"),
)
WHOLE = (
    Ratio("`fit`, one epoch", "one_epoch", "one_epoch"),
    Ratio("its cell", "cell", "cell"),
    Ratio("later steps", "later_step", "later_step"),
    Ratio("later epochs", "later_epoch", "later_epoch"),
)


def median_ratio(ratio: Ratio, arm: str, rounds: Sequence[Round]) -> float | None:
    """Over the rounds in which both arms were measured; None without any."""
    values = [ratio.value(arm, one) for one in rounds if arm in one and "plain" in one]
    return statistics.median(values) if values else None


def times(value: float | None) -> str:
    """As a cell of the table."""
    if value is None:
        return "not measured"
    return f"{value:.0f}x" if value >= 10 else f"{value:.2f}x"


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first are numbers."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def look_table(results: Mapping[str, Sequence[Round]]) -> str:
    """How long the look takes."""
    rows = [
        [TITLES[name], *(times(median_ratio(ratio, "nbdoctor", rounds)) for ratio in LOOK)]
        for name, rounds in results.items()
    ]
    return markdown(["", *(ratio.title for ratio in LOOK)], rows)


def whole_table(results: Mapping[str, Sequence[Round]], arms: Sequence[str]) -> str:
    """How long the whole cell takes, with each tool."""
    rows = [
        [TITLES[name], ARMS[arm], *(times(median_ratio(ratio, arm, rounds)) for ratio in WHOLE)]
        for name, rounds in results.items()
        for arm in arms
    ]
    return markdown(["", "", *(ratio.title for ratio in WHOLE)], rows)


def run(model: str, arm: str) -> Times | None:
    """Measure once in a fresh process; None, and a line that says so, if that fails."""
    environment = {**os.environ, "PYTHONPATH": _with_root(os.environ.get("PYTHONPATH", ""))}
    command = [sys.executable, str(ONE_FIT), model, arm]
    try:
        done = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LONGEST_RUN,
            check=True,
        )
        measured: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    except (subprocess.SubprocessError, ValueError, IndexError) as error:
        last = str(getattr(error, "stderr", None) or error).strip().splitlines()[-1:]
        _say(f"{model}, {arm}: could not be measured: {' '.join(last)}")
        return None
    return measured


def _with_root(path: str) -> str:
    return os.pathsep.join(filter(None, (str(ROOT), path)))


def measure(
    models: Sequence[str],
    arms: Sequence[str],
    repeats: int,
    run: Callable[[str, str], Times | None] = run,
) -> dict[str, list[Round]]:
    """Rounds by model; every round goes through all arms once."""
    results: dict[str, list[Round]] = {name: [] for name in models}
    for name in models:
        for number in range(1, repeats + 1):
            measured = {arm: run(name, arm) for arm in ("plain", *arms)}
            results[name].append({arm: one for arm, one in measured.items() if one is not None})
            _say(f"{name}: round {number} of {repeats}")
    return results


def available(arms: Sequence[str]) -> Iterator[str]:
    """Those arms whose tool is installed."""
    for arm in arms:
        if arm == "tensorboard" and importlib.util.find_spec("tensorboard") is None:
            _say("tensorboard is not installed and left out")
        else:
            yield arm


def machine() -> str:
    """What the ratios were measured on."""
    packages = ("keras", "tensorflow", "tensorflow-cpu", "numpy")
    installed = [f"{name} {found}" for name in packages if (found := _version(name))]
    cores = f"{os.cpu_count()} cores ({platform.machine()}, {_processor()})"
    return f"{cores}, {platform.system()}, Python {platform.python_version()}, " + ", ".join(
        installed
    )


def _version(package: str) -> str:
    return (
        importlib.metadata.version(package)
        if any(importlib.metadata.distributions(name=package))
        else ""
    )


def _processor() -> str:
    """As the system calls it, where it tells."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "processor unknown"


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _names(known: Sequence[str]) -> Callable[[str], list[str]]:
    def chosen(text: str) -> list[str]:
        names = [name.strip() for name in text.split(",") if name.strip()]
        unknown = [name for name in names if name not in known]
        if unknown or not names:
            message = f"choose from {', '.join(known)}, separated by commas"
            raise argparse.ArgumentTypeError(message)
        return names

    return chosen


def parsed(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", type=_names(MODELS), default=list(MODELS))
    parser.add_argument(
        "--data-only", dest="models", action="store_const", const=[], help="only reading the data"
    )
    parser.add_argument("--arms", type=_names(list(ARMS)), default=list(ARMS))
    parser.add_argument("--repeats", type=int, default=3, help="rounds (default: 3)")
    parser.add_argument("--save", type=Path, help="write all seconds as JSON")
    return parser.parse_args(arguments)


def data_table() -> str:
    """Seconds and memory of reading 100 MB once a cell has ended."""
    script = Path(__file__).with_name("data_cost.py")
    environment = {**os.environ, "PYTHONPATH": _with_root(os.environ.get("PYTHONPATH", ""))}
    try:
        done = subprocess.run(
            [sys.executable, str(script)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=LONGEST_RUN,
            check=True,
        )
    except subprocess.SubprocessError as error:
        return f"could not be measured: {error}"
    return done.stdout.strip()


def main() -> None:
    """Measure and print."""
    arguments = parsed()
    if not arguments.models:
        sys.stdout.write(f"{data_table()}\n")
        return
    arms = list(available(arguments.arms))
    results = measure(arguments.models, arms, arguments.repeats)
    if arguments.save:
        arguments.save.write_text(json.dumps(results, indent=1), encoding="utf-8")
    sys.stdout.write(f"{report(results, arms, arguments.repeats)}\n\n{data_table()}\n")


def report(results: Mapping[str, Sequence[Round]], arms: Sequence[str], repeats: int) -> str:
    """Both tables, and what they were measured on."""
    return f"""\
Medians of {repeats} rounds of fresh processes. An epoch is 50 steps, 10 for ResNet50.
Measured on {machine()}.

The look. Times count from the call of `fit`, as multiples of the time to the end of a plain first
step:

{look_table(results)}

Training, as multiples of the same without:

{whole_table(results, arms)}"""


if __name__ == "__main__":
    main()
