"""Does `nbdoctor try` tell the true fix of real bugs from plausible changes that mend nothing?

    python -m tests.benchmarks.tried_changes FOLDER [--only IDS] [--half sick] [--kept FILE]
        [--verify]

The folder holds a module `cases` as in `real_cases`. Of each sick program four changes are tried:
its repaired half, a third of the rate, one more layer, and twice the batch size; of each repaired
one the last three. What is called better although it is no fix is trained in full, with `--verify`,
and scored by the case's own expression. What is in FILE already is not run again.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from nbdoctor.headless.change.answer import Attempt
from nbdoctor.headless.change.options import Trying
from nbdoctor.headless.change.trying import CannotTryError, try_change
from tests.benchmarks.cells import Manner, ran
from tests.benchmarks.real_cases import load
from tests.benchmarks.said import CASES, Cell

OPTIMIZERS = {"Adam", "AdamW", "Adadelta", "Adagrad", "Adamax", "Nadam", "RMSprop", "SGD"}
HIDDEN = {"Dense", "Conv1D", "Conv2D"}
FIX = "the fix"
HALVES = ("sick", "repaired")
SEEDS_OF_TRUTH = 4
"""Full trainings by which a change that is called better is looked at."""

TRULY = 0.02
"""Of the case's own score."""

Edit = tuple[int, int, str]
"""Where a text begins and ends that is replaced, and by what."""


@dataclass(frozen=True)
class Text:
    """A program, with places of its syntax tree as offsets."""

    source: str

    @property
    def nodes(self) -> Iterator[ast.AST]:
        """All of the tree."""
        return ast.walk(ast.parse(self.source))

    def span(self, node: Any) -> tuple[int, int]:
        """Where a node begins and ends."""
        lines = self.source.splitlines(keepends=True)
        above = [0]
        for line in lines:
            above.append(above[-1] + len(line))

        def at(line: int, column: int) -> int:
            return above[line - 1] + len(lines[line - 1].encode()[:column].decode())

        return at(node.lineno, node.col_offset), at(node.end_lineno, node.end_col_offset)

    def edited(self, edits: Sequence[Edit]) -> str:
        """The text with these edits."""
        text = self.source
        for start, end, new in sorted(edits, reverse=True):
            text = text[:start] + new + text[end:]
        return text


def named(call: ast.AST) -> str:
    """What a call calls, without what it belongs to."""
    function = call.func if isinstance(call, ast.Call) else None
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def another_rate(source: str) -> str:
    """A third of the learning rate."""
    text = Text(source)
    return text.edited([
        (*text.span(call.args[0]), repr(round(call.args[0].value / 3, 8)))
        for call in text.nodes
        if isinstance(call, ast.Call) and named(call) in OPTIMIZERS and call.args
        and isinstance(call.args[0], ast.Constant)
    ])  # fmt: skip


def another_batch(source: str) -> str:
    """Twice the batch size."""
    text = Text(source)
    sizes = [
        word.value
        for call in text.nodes
        if isinstance(call, ast.Call)
        for word in call.keywords
        if word.arg == "batch_size"
    ]
    sizes += [
        call.args[0]
        for call in text.nodes
        if isinstance(call, ast.Call) and named(call) == "batch" and call.args
    ]
    numbers = [one for one in sizes if isinstance(one, ast.Constant)]
    return text.edited([(*text.span(one), str(2 * one.value)) for one in numbers])


def more_layers(source: str) -> str:
    """A hidden layer once more; a small one before the last where there is none."""
    text = Text(source)
    lists = [node.elts for node in text.nodes if isinstance(node, ast.List)]
    for one in (one for elements in lists for one in elements):
        if named(one) in HIDDEN and _bends(one):
            start, end = text.span(one)
            return text.edited([(end, end, f", {source[start:end]}")])
    for node in text.nodes:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            layer = node.value.func
            if named(layer) in HIDDEN and ast.unparse(node.targets[0]) == ast.unparse(
                node.value.args[0]
            ):
                start, end = text.span(node)
                return text.edited([(end, end, f"\n{' ' * node.col_offset}{source[start:end]}")])
    for elements in reversed(lists):
        if elements and named(elements[-1]) == "Dense":
            start, _ = text.span(elements[-1])
            return text.edited([(start, start, 'layers.Dense(16, activation="relu"), ')])
    return source


def _bends(call: Any) -> bool:
    return any(
        word.arg == "activation" and ast.unparse(word.value) == "'relu'" for word in call.keywords
    )


WRONG: Mapping[str, Callable[[str], str]] = {
    "another rate": another_rate,
    "more layers": more_layers,
    "another batch size": another_batch,
}


def changes_of(source: str) -> dict[str, str]:
    """The plausible changes of a program, those that change something."""
    made = {name: edit(source) for name, edit in WRONG.items()}
    return {name: text for name, text in made.items() if text != source}


def tried(source: str, changes: Mapping[str, str], how: Trying) -> dict[str, Any]:
    """What `nbdoctor try` says."""
    import nbformat

    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])  # type: ignore[no-untyped-call]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.ipynb"
        nbformat.write(book, path)  # type: ignore[no-untyped-call]
        try:
            answer: Attempt = try_change(path, 1, changes, how=how)
        except CannotTryError as error:
            return {"failed": str(error)}
    return answer.as_dict()


def told(name: str, of: Mapping[str, Any]) -> str:
    """One line about a program."""
    if "failed" in of:
        return f"{name}: {of['failed']}"
    said = [
        f"{one['side']['name']} {one['verdict']}"
        + ("" if one["effect"] is None else f" {one['effect']:+.2f}")
        + (f" [{one['why']}]" if one["why"] else "")
        for one in of["changes"]
    ]
    score = of["as_it_is"]["score"]
    shown = "no score" if score is None else f"{score:.2f}"
    return f"{name} ({shown}, {of['seconds']:.0f} s): {'; '.join(said)}"


def truly(case: Any, half: str, change: str) -> float | None:
    """By how much a change is better in full trainings, by the case's own score."""
    source = case.cell if half == "sick" else case.fixed_cell
    score = case.probe if half == "sick" else (case.fixed_probe or case.probe)
    pair = {"as it is": source, "changed": changes_of(source)[change]}
    folders = (str(CASES),)
    cells = [
        Cell(name=f"{case.id} {name} {seed}", source=text, score=score, magic=False, seed=seed,
             folders=folders)
        for name, text in pair.items()
        for seed in range(SEEDS_OF_TRUTH)
    ]  # fmt: skip
    found = ran(cells, Manner(per_process=2 * SEEDS_OF_TRUTH))
    means = []
    for name in pair:
        scores = [found[f"{case.id} {name} {seed}"].score for seed in range(SEEDS_OF_TRUTH)]
        if any(one is None for one in scores):
            return None
        means.append(fmean(one for one in scores if one is not None))
    return means[1] - means[0]


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="ids, separated by commas")
    parser.add_argument("--kept", type=Path, help="a file of JSON lines")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--half", choices=HALVES, help="of the programs; both unless told")
    parser.add_argument("--verify", action="store_true", help="train what is called better in full")
    given = parser.parse_args()
    os.environ["PYTHONPATH"] = os.pathsep.join(
        filter(None, (str(CASES), os.environ.get("PYTHONPATH", "")))
    )
    kept = given.kept.read_text("utf-8").splitlines() if given.kept and given.kept.exists() else []
    known = dict(map(json.loads, kept))
    only = set(filter(None, given.only.split(",")))
    cases = [one for one in load(given.folder) if not only or one.id in only]
    for case in cases:
        for half, source in zip(HALVES, (case.cell, case.fixed_cell), strict=True):
            if given.half not in {None, half}:
                continue
            name = f"{case.id} {half}"
            if name not in known:
                changes = changes_of(source)
                if half == "sick":
                    changes = {FIX: case.fixed_cell, **changes}
                known[name] = tried(source, changes, Trying(seeds=given.seeds))
                if given.kept:
                    with given.kept.open("a", encoding="utf-8") as file:
                        file.write(json.dumps([name, known[name]]) + "\n")
            sys.stdout.write(told(name, known[name]) + "\n")
            sys.stdout.flush()
    _summed_up(cases, known, verify=given.verify)


def _summed_up(cases: Sequence[Any], known: Mapping[str, Any], *, verify: bool) -> None:
    fixes: dict[str, list[str]] = {}
    wrong: list[tuple[Any, str, str, float | None]] = []
    for case in cases:
        for half in HALVES:
            for one in known.get(f"{case.id} {half}", {}).get("changes", ()):
                if one["side"]["name"] == FIX:
                    fixes.setdefault(one["verdict"], []).append(case.id)
                elif one["verdict"] == "better":
                    wrong.append((case, half, one["side"]["name"], one["effect"]))
    for verdict, ids in fixes.items():
        sys.stdout.write(f"the fix is called {verdict}: {len(ids)} ({', '.join(ids)})\n")
    sys.stdout.write(f"other changes called better: {len(wrong)}\n")
    for case, half, change, effect in wrong:
        by = truly(case, half, change) if verify else None
        full = "" if by is None else f"; in full, by its own score, {by:+.3f}"
        is_true = "" if by is None else (" (true)" if by >= TRULY else " (not true)")
        sys.stdout.write(f"  {case.id} {half}: {change} {effect:+.2f}{full}{is_true}\n")


if __name__ == "__main__":
    main()
