from typing import Any

import numpy as np
import pytest

from nbdoctor.capture.sample import Part, Sample
from nbdoctor.readings.attained import Attained, has_learned
from nbdoctor.readings.given import TimeLeft
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.layers import Layer, Layers
from nbdoctor.readings.missing import NotTakenError
from nbdoctor.readings.scoring import attained, attained_by_model, is_next_step, judging_part

RNG = np.random.default_rng(0)
X = RNG.normal(size=(600, 5)).astype("float32")
Y = (X[:, 0] > 0).astype(int)
ONE = Head(outputs=(Output(name="y", layer="out", loss="binary_crossentropy"),))
TWO = Head(
    outputs=(
        Output(name="kind", loss="binary_crossentropy"),
        Output(name="size", loss="mean_squared_error"),
    )
)


def part(x: Any, **targets: Any) -> Part:
    return Part(inputs={"x": x}, targets=targets)


def scored(predicted: Any, *, held_out: bool, head: Head = ONE, **targets: Any) -> Attained:
    targets = targets or {"y": Y}
    train = part(X[:400], **{name: values[:400] for name, values in targets.items()})
    judge = part(X[400:], **{name: values[400:] for name, values in targets.items()})
    outputs = predicted if isinstance(predicted, list) else [predicted]
    rows = slice(400, None) if held_out else slice(0, 400)
    return attained(
        Sample(train=train, held_out=judge if held_out else None),
        judge if held_out else train,
        [one[rows] for one in outputs],
        head,
        None,
        held_out=held_out,
    )


@pytest.mark.parametrize(("held_out", "rows"), [(True, 200), (False, 400)])
def test_a_model_is_scored_beside_simple_models(held_out: bool, rows: int) -> None:
    good = scored(Y[:, None] * 0.9, held_out=held_out)
    assert (good.score, good.rows, good.held_out) == (1.0, rows, held_out)
    assert good.ceiling is not None
    assert good.ceiling > 0.9
    assert good.is_close
    assert has_learned(good)
    bad = scored(np.full((600, 1), 0.5), held_out=held_out)
    assert bad.score == 0
    assert bad.has_gap
    assert not has_learned(bad)
    assert ("validation" in bad.where) is held_out


def test_several_outputs_are_averaged() -> None:
    size = X[:, 1] * 3
    found = scored([Y[:, None], np.zeros((600, 1))], held_out=True, head=TWO, kind=Y, size=size)
    assert found.outputs == 2
    assert found.score == pytest.approx(0.5, abs=0.01)
    assert list(found.simple) == ["simple models"]
    assert found.has_gap


def test_an_output_that_no_score_fits_is_left_out() -> None:
    words = np.array(["a"] * 600)
    found = scored([Y[:, None], np.zeros((600, 1))], held_out=True, head=TWO, kind=Y, size=words)
    assert (found.outputs, found.score) == (1, 1.0)


@pytest.mark.parametrize(
    ("predicted", "targets", "why"),
    [
        pytest.param(Y[:, None], {"y": np.array(["a"] * 600)}, "not numbers", id="text"),
        pytest.param([Y[:, None]] * 2, {"y": Y}, "paired", id="more outputs than known"),
        pytest.param(Y[:, None], {"a": Y, "b": Y}, "none of the outputs", id="no target of it"),
        pytest.param(np.zeros((600, 3)), {"y": X[:, 0]}, "same shape", id="shapes"),
    ],
)
def test_no_score_says_why(predicted: Any, targets: dict[str, Any], why: str) -> None:
    with pytest.raises(NotTakenError, match=why):
        scored(predicted, held_out=True, **targets)


def test_few_rows_have_no_ceiling() -> None:
    few = part(X[:9], y=Y[:9])
    found = attained(Sample(train=few), few, [Y[:9, None]], ONE, None, held_out=False)
    assert found.ceiling is None
    assert "9 rows are too few" in found.why_no_ceiling
    assert not found.has_gap
    assert not found.is_close


def small(train: int, held_out: int) -> Sample:
    end = train + held_out
    judge = part(X[train:end], y=Y[train:end]) if held_out else None
    return Sample(train=part(X[:train], y=Y[:train]), held_out=judge)


@pytest.mark.parametrize(
    ("train", "held_out", "rows", "of_validation"),
    [
        pytest.param(400, 200, 200, 200, id="enough"),
        pytest.param(400, 7, 400, 0, id="few that judge"),
        pytest.param(13, 7, 20, 7, id="few of both"),
        pytest.param(13, 60, 73, 60, id="few that train"),
        pytest.param(13, 0, 13, 0, id="few and none that judge"),
    ],
)
def test_rows_that_judge(train: int, held_out: int, rows: int, of_validation: int) -> None:
    sample = small(train, held_out)
    chosen = judging_part(sample)
    assert len(chosen) == rows
    held = chosen is sample.held_out
    found = attained(
        sample,
        chosen,
        [np.full((rows, 1), 0.5)],
        ONE,
        None,
        held_out=held,
        validation=of_validation,
    )
    assert found.ceiling is not None
    assert ("together" in found.where) is (not held and of_validation > 0)
    assert f"{rows}" in found.where


def test_parts_of_other_shapes_are_not_taken_together() -> None:
    ours = part(X[:13], y=Y[:13])
    theirs = part(X[13:20, :2], y=Y[13:20])
    assert judging_part(Sample(train=ours, held_out=theirs)) is ours


def test_targets_that_the_inputs_hold_a_step_later_have_no_ceiling() -> None:
    frames = RNG.normal(size=(80, 7, 3))
    rows = part(frames[:, :-1], y=frames[:, 1:])
    head = Head(outputs=(Output(name="y", loss="mean_squared_error"),))
    found = attained(Sample(train=rows), rows, [np.zeros((80, 6, 3))], head, None, held_out=False)
    assert found.ceiling is None
    assert "inputs of the next one" in found.why_no_ceiling
    words = RNG.integers(0, 50, (80, 9))
    assert is_next_step(words[:, 1:], [words[:, :-1]])
    assert is_next_step(words[:, 1:], [words[:, 1:], words[:, :-1, None]])
    assert not is_next_step(words[:, :-1], [words[:, 1:]])
    assert not is_next_step(words[:, 1:], [words[:, 1:]])
    assert not is_next_step(np.ones((80, 8)), [np.ones((80, 8))])


def test_rebuilding_is_held_against_principal_components() -> None:
    flat = RNG.normal(size=(300, 2)) @ RNG.normal(size=(2, 12))
    rows = part(flat, y=flat)
    layers = Layers(
        model="m",
        layers=(
            Layer(name="in", kind="Dense", units=8, parameters=9),
            Layer(name="code", kind="Dense", units=2, parameters=9),
        ),
        trainable=4,
        total=4,
    )
    head = Head(outputs=(Output(name="y", loss="mean_squared_error"),))
    found = attained(Sample(train=rows), rows, [flat * 0], head, layers, held_out=False)
    assert found.kind == "rebuilding"
    assert found.ceiling == pytest.approx(1.0)
    assert found.has_gap


def test_classes_of_uneven_size_count_as_fewer_rows() -> None:
    rare = (np.arange(600) % 30 == 0).astype(int)
    found = scored(rare[:, None], held_out=False, y=rare)
    assert found.counted < 60
    assert found.margin > 0.35


def test_no_score_is_begun_when_the_time_is_over() -> None:
    rows = part(X, y=Y)
    given: Any = (None, Sample(train=rows), ONE, None, TimeLeft(0.0))
    with pytest.raises(NotTakenError, match="time"):
        attained_by_model(*given)
    with pytest.raises(NotTakenError, match="no labels"):
        attained_by_model(None, None, ONE, None, None)  # type: ignore[arg-type]
