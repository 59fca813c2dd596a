import pytest

from nbdoctor.backend.pipelines import Stage
from nbdoctor.cell.cell import Cell
from nbdoctor.readings.stages import Stages
from nbdoctor.rules.pipeline.zipped_after_shuffle import zipped_after_shuffle
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of


def part(key: int, **options: int) -> Stage:
    source = Stage(kind="TensorSlice", key=key)
    if not options:
        return source
    return Stage(kind="Shuffle", key=key + 1, line=key, options=options, inputs=(source,))


def zipped(*parts: Stage) -> Stages:
    whole = Stage(kind="Zip", key=1, line=9, parts=2, inputs=parts)
    return Stages(training=Stage(kind="Batch", key=2, inputs=(whole,)))


@pytest.mark.parametrize(
    ("stages", "words"),
    [
        pytest.param(
            zipped(part(10, buffer_size=9), part(20, buffer_size=9)),
            "2 separate `shuffle`s on line 10 and line 20",
            id="each by itself",
        ),
        pytest.param(zipped(part(10, buffer_size=9), part(20)), "a `shuffle` on line 10", id="one"),
        pytest.param(
            zipped(part(10, buffer_size=9, seed=1), part(20, buffer_size=9, seed=2)),
            "2 separate",
            id="two seeds",
        ),
    ],
)
def test_fires(stages: Stages, words: str) -> None:
    (finding,) = zipped_after_shuffle(stages)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    "stages",
    [
        pytest.param(zipped(part(10), part(20)), id="no shuffle"),
        pytest.param(
            zipped(part(10, buffer_size=9, seed=1), part(20, buffer_size=9, seed=1)), id="one seed"
        ),
        pytest.param(
            zipped(
                Stage(kind="Shuffle", key=3, parts=2, inputs=(part(10),)),
                Stage(kind="Shuffle", key=4, parts=2, inputs=(part(20),)),
            ),
            id="pairs of rows with labels, as mixup takes them",
        ),
    ],
)
def test_stays_silent(stages: Stages) -> None:
    assert not list(zipped_after_shuffle(stages))


def test_does_not_apply_to_a_step_of_the_users_own() -> None:
    with pytest.raises(DoesNotApplyError):
        list(zipped_after_shuffle(Stages(has_labels=False)))


def test_treatment() -> None:
    (finding,) = zipped_after_shuffle(zipped(part(10, buffer_size=9), part(20)))
    (offered,) = zipped_after_shuffle.treatments(finding, Cell("model.fit(data)\n"))
    assert (offered.effect, offered.patched) == ("advice", None)


@pytest.mark.keras
@pytest.mark.parametrize(
    ("apart", "together", "sick"), [(".shuffle(32)", "", True), ("", ".shuffle(32)", False)]
)
def test_on_a_real_model(apart: str, together: str, sick: bool) -> None:
    found = rules_of(f"""a = tf.data.Dataset.from_tensor_slices(x){apart}
b = tf.data.Dataset.from_tensor_slices(y){apart}
build().fit(tf.data.Dataset.zip((a, b)){together}.batch(8), epochs=2, verbose=0)
""")
    assert ("zipped-after-shuffle" in found) is sick
