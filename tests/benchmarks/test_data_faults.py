from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbdoctor.rules import catalogue
from tests.benchmarks.data_faults import Put, Result, fault_table, results_of
from tests.benchmarks.data_programs import _score, program, written
from tests.benchmarks.real_faults import FAULTS, Fault, told_by
from tests.benchmarks.real_sets import Part, RealSet, split_rows
from tests.benchmarks.said import Said

RNG = np.random.default_rng(0)


def table(kind: str = "classes") -> RealSet:
    x = RNG.normal(size=(300, 3)) * [1, 2, 3] + [20, 30, 40]
    y = (x[:, 0] > 20).astype(int) if kind == "classes" else x[:, 0] * 3
    frame = pd.DataFrame(x, columns=["a", "b", "c"]).round(2).assign(target=y)
    parts = {name: Part(x=frame.iloc[rows]) for name, rows in split_rows(300).items()}
    return RealSet(name="drawn", kind=kind, parts=parts)


def drawn(kind: str) -> RealSet:
    """A set of each kind, by hand."""
    if kind in {"classes", "numbers"}:
        return table(kind)
    y = RNG.integers(0, 3, 120)
    if kind == "series":
        dates = pd.date_range("2020-01-01", periods=400).astype(str)
        frame = pd.DataFrame({"date": dates, "value": np.sin(np.arange(400) / 9)})
        parts = {"train": Part(x=frame[:300]), "test": Part(x=frame[300:])}
    elif kind == "texts":
        x = np.array(
            [
                f"a sentence of class {one} with some more words than it needs to say so"
                for one in y
            ],
            dtype=object,
        )
        parts = {name: Part(x=x, y=y) for name in ("train", "valid", "test")}
    else:
        x = RNG.integers(0, 256, (120, 12, 12, 1)).astype("uint8")
        targets = (x > 128).astype("uint8") if kind == "masks" else y
        parts = {name: Part(x=x, y=targets) for name in ("train", "valid", "test")}
    return RealSet(name="drawn", kind=kind, parts=parts)


def differs(one: Part, other: Part) -> bool:
    same_rows = (
        one.x.equals(other.x) if hasattr(one.x, "equals") else np.array_equal(one.x, other.x)
    )
    return not (same_rows and np.array_equal(np.asarray(one.y), np.asarray(other.y)))


@pytest.mark.parametrize("fault", [pytest.param(one, id=one.name) for one in FAULTS])
def test_every_fault_changes_the_data_that_it_says_and_no_others(fault: Fault) -> None:
    for kind in fault.kinds:
        one = drawn(kind)
        for strength in range(3):
            harmed = fault.put(one, strength, np.random.default_rng(strength))
            if harmed is None:
                continue
            train, valid = (
                differs(one.parts[part], harmed.parts[part]) if part in one.parts else False
                for part in ("train", "valid")
            )
            assert (valid and not train) if fault.judges else train
            if not {"leaking column", "row number"} & {fault.name}:
                assert not differs(one.parts["test"], harmed.parts["test"])


def test_rules_that_name_faults_are_there() -> None:
    known = {rule.name for rule in catalogue()}
    assert set().union(*(one.named_by for one in FAULTS)) <= known


def test_the_column_that_tells_most_comes_first() -> None:
    assert told_by(table().parts["train"].x)[0] == "a"
    assert told_by(table("numbers").parts["train"].x)[0] == "a"


@pytest.mark.parametrize("kind", ["classes", "numbers", "pictures", "masks", "texts", "series"])
def test_programs_are_python_and_read_what_was_written(kind: str, tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path)) / "set"
    one = drawn(kind)
    written(one, folder)
    text = program(one, folder)
    compile(text, "cell", "exec")
    assert folder.as_posix() in text
    assert {path.stem for path in folder.iterdir()} == set(one.parts)


def test_scores_by_hand() -> None:
    y = np.array([0, 0, 0, 1])
    assert _score(np.eye(2)[[0, 0, 1, 1]], y, "classes") == pytest.approx((2 / 3 + 1) / 2)
    assert _score(np.array([[1.0], [3.0]]), np.array([1.0, 3.0]), "numbers") == pytest.approx(1)
    masks = np.array([[1, 1, 0, 0]])
    assert _score(np.array([[0.9, 0.1, 0.8, 0.2]]), masks, "masks") == pytest.approx(1 / 3)


def test_only_harmful_faults_count() -> None:
    (fault,) = (one for one in FAULTS if one.name == "outliers")
    put = Put(fault=fault, name="drawn", strength=0)
    found = (("outlying-values", "warning", ""),)
    results = [
        Result(put=put, clean=0.9, said=Said(findings=found, score=0.7)),
        Result(put=put, clean=0.9, said=Said(score=0.5)),
        Result(put=put, clean=0.9, said=Said(findings=found, score=0.85)),
        Result(put=put, clean=None, said=Said(score=0.1)),
    ]
    assert [one.counts for one in results] == [True, True, False, False]
    text = fault_table(results)
    assert "| outliers | 2 of 4 | 1 | 1 | 1 | drawn 0 (0.40: nothing) |" in text
    assert "1 of 2 harmful faults are named (50 %), 1 first." in text


def test_rows_that_judge_are_held_to_the_truth() -> None:
    (fault,) = (one for one in FAULTS if one.name == "classes renumbered")
    put = Put(fault=fault, name="drawn", strength=0)
    (result,) = results_of([put], {put.cell: Said(score=0.85)})
    assert result.counts
    assert result.fell == pytest.approx(0.15)
