import ast

import pytest

from nbdoctor.backend.pipelines import Stage
from nbdoctor.cell.cell import Cell
from nbdoctor.readings.source import Source, read_source
from nbdoctor.readings.stages import Stages
from nbdoctor.rules.pipeline.leaking_split import leaking_split
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

ROWS = "rows = make((x, y))"
SPLIT = "train, held = rows.take(80).batch(8), rows.skip(80).batch(8)\n"
FIT = "model.fit(train, validation_data=held)\n"


def source(text: str) -> Source:
    return read_source(Cell(text), {})


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{ROWS}.shuffle(100)\n{SPLIT}{FIT}", id="shuffled, then split"),
        pytest.param(f"{ROWS}.shuffle(100, seed=1)\n{SPLIT}{FIT}", id="a seed does not hold it"),
        pytest.param(
            f"{ROWS}\nrows = rows.cache().shuffle(100)\n{SPLIT}{FIT}", id="a cache before it"
        ),
        pytest.param(
            f"{ROWS}.shuffle(100).batch(8)\n"
            "model.fit(rows.skip(2), validation_data=rows.take(2))\n",
            id="in the call",
        ),
    ],
)
def test_fires(text: str) -> None:
    (finding,) = leaking_split(source(text))
    assert "after one `shuffle(100" in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            f"{ROWS}.shuffle(100, reshuffle_each_iteration=False)\n{SPLIT}{FIT}", id="dealt once"
        ),
        pytest.param(f"{ROWS}.shuffle(100).cache()\n{SPLIT}{FIT}", id="held by a cache"),
        pytest.param(
            f"{ROWS}.map(f)\ntrain, held = rows.take(80).shuffle(80), rows.skip(80)\n{FIT}",
            id="shuffled after the split",
        ),
        pytest.param(
            f"{ROWS}.shuffle(9)\ntrain, held = rows.batch(8), rows.batch(8)\n{FIT}", id="no split"
        ),
        pytest.param(
            f"{ROWS}.shuffle(9)\nother = make(z).shuffle(9)\n"
            f"train, held = rows.take(8), other.skip(8)\n{FIT}",
            id="two datasets",
        ),
    ],
)
def test_stays_silent(text: str) -> None:
    assert not list(leaking_split(source(text)))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("model.fit(x, y)\n", id="arrays"),
        pytest.param(f"{ROWS}.shuffle(9)\nmodel.fit(rows)\n", id="no validation"),
        pytest.param(FIT, id="made in another cell"),
    ],
)
def test_does_not_apply(text: str) -> None:
    with pytest.raises(DoesNotApplyError):
        list(leaking_split(source(text)))


def test_treatment() -> None:
    before = f"{ROWS}.shuffle(100)\n{SPLIT}{FIT}"
    (finding,) = leaking_split(source(before))
    (treated,) = leaking_split.treatments(finding, Cell(before))
    once = "shuffle(100, reshuffle_each_iteration=False)"
    assert treated.patched == before.replace("shuffle(100)", once)
    ast.parse(treated.patched)
    assert not list(leaking_split(source(treated.patched)))


@pytest.mark.keras
@pytest.mark.parametrize(
    ("more", "sick"), [("", True), (", reshuffle_each_iteration=False", False)]
)
def test_on_a_real_model(more: str, sick: bool) -> None:
    found = rules_of(f"""rows = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(32{more})
train, held = rows.take(24).batch(8), rows.skip(24).batch(8)
build().fit(train, validation_data=held, verbose=0)
""")
    assert ("leaking-split" in found) is sick


def cut(kind: str, key: int, before: Stage) -> Stage:
    return Stage(kind=kind, key=key, line=key, inputs=(before,))


SOURCE = Stage(kind="TensorSlice", key=1)


def dealt(key: int, **options: int) -> Stage:
    return Stage(kind="Shuffle", key=key, line=key, options=options, inputs=(SOURCE,))


ANEW, ONCE = dealt(5, buffer_size=90, reshuffle=1), dealt(6, buffer_size=90, reshuffle=0, seed=3)


@pytest.mark.parametrize(
    ("training", "validation", "words"),
    [
        pytest.param(cut("Take", 7, ANEW), cut("Skip", 8, ANEW), "`shuffle(90)`", id="take, skip"),
        pytest.param(cut("Shard", 7, ANEW), cut("Shard", 8, ANEW), "`shuffle(90)`", id="shards"),
        pytest.param(
            cut("Take", 7, ONCE),
            cut("Skip", 8, dealt(9, buffer_size=90, reshuffle=0, seed=4)),
            "lines 7 and 8",
            id="two seeds",
        ),
        pytest.param(
            cut("Take", 7, ANEW), cut("Skip", 8, SOURCE), "two different orders", id="one shuffled"
        ),
    ],
)
def test_fires_for_live_datasets(training: Stage, validation: Stage, words: str) -> None:
    (finding,) = leaking_split(None, Stages(training=training, validation=validation))
    assert words in finding.says


@pytest.mark.parametrize(
    ("training", "validation"),
    [
        pytest.param(cut("Take", 7, ONCE), cut("Skip", 8, ONCE), id="dealt once"),
        pytest.param(cut("Take", 7, SOURCE), cut("Skip", 8, SOURCE), id="no shuffle"),
        pytest.param(
            cut("Take", 7, Stage(kind="Cache", key=3, inputs=(ANEW,))),
            cut("Skip", 8, Stage(kind="Cache", key=3, inputs=(ANEW,))),
            id="held by a cache",
        ),
        pytest.param(
            cut("Take", 7, ONCE),
            cut("Skip", 8, dealt(9, buffer_size=90, reshuffle=0, seed=3)),
            id="the same seed",
        ),
        pytest.param(cut("Take", 7, ANEW), cut("Take", 7, ANEW), id="one cut in both"),
    ],
)
def test_stays_silent_for_live_datasets(training: Stage, validation: Stage) -> None:
    assert not list(leaking_split(None, Stages(training=training, validation=validation)))
