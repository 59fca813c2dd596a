import pytest

from nbdoctor.backend.pipelines import Stage
from nbdoctor.capture.uses import Use, Uses
from nbdoctor.cell.cell import Cell
from nbdoctor.readings.two_passes import TwoPasses, two_passes
from nbdoctor.rules.pipeline.predictions_out_of_order import predictions_out_of_order
from tests.rules.ran import rules_of

SHUFFLE = Stage(kind="Shuffle", key=7, line=1, options={"reshuffle": 1})
DEALT = Stage(kind="Batch", key=8, inputs=(SHUFFLE,))
COLLECTS = "guess = model.predict(held)\ntruth = [y for x, y in held]\n"


def passes(source: str, held: Stage, seen: Stage | None = None) -> TwoPasses | None:
    uses = Uses()
    uses.passes.append(Use(by="predict", line=1, last=held))
    uses.passes.append(Use(by="loop", line=2, last=seen or held))
    return two_passes(uses, Cell(source))


def test_fires() -> None:
    found = passes(COLLECTS, DEALT)
    assert found == TwoPasses(predicted=1, collected=2, shuffled=1, text="a comprehension")
    (finding,) = predictions_out_of_order(found)
    assert "line 1" in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


def test_fires_for_an_iterator_of_keras() -> None:
    uses = Uses()
    uses.passes.append(Use(by="predict", line=1, deals=True))
    found = two_passes(uses, Cell("p = model.predict(test)\nreport(test.classes, p)\n"))
    assert found is not None
    (finding,) = predictions_out_of_order(found)
    assert "in the order of the files" in finding.says


@pytest.mark.parametrize(
    ("source", "held", "seen"),
    [
        pytest.param(COLLECTS, Stage(kind="Batch", key=8), None, id="no shuffle"),
        pytest.param(
            COLLECTS,
            Stage(kind="Shuffle", key=7, options={"reshuffle": 0}),
            None,
            id="shuffled once and for all",
        ),
        pytest.param(
            COLLECTS, Stage(kind="Cache", key=9, inputs=(DEALT,)), None, id="held by a cache"
        ),
        pytest.param(
            COLLECTS, DEALT, Stage(kind="Take", key=9, inputs=(DEALT,)), id="a few to look at"
        ),
        pytest.param(
            "guess = model.predict(held)\nfor x, y in held:\n    break\n", DEALT, None, id="one"
        ),
        pytest.param(
            "guess = model.predict(held)\nfor x, y in held:\n    p = model(x)\n",
            DEALT,
            None,
            id="predicted in the loop",
        ),
        pytest.param("p = model.predict(held)\nx, y = next(iter(held))\n", DEALT, None, id="next"),
    ],
)
def test_stays_silent(source: str, held: Stage, seen: Stage | None) -> None:
    assert passes(source, held, seen) is None


def test_treatment() -> None:
    (finding,) = predictions_out_of_order(TwoPasses(predicted=1, collected=2, shuffled=1))
    (offered,) = predictions_out_of_order.treatments(finding, Cell("model.fit(x, y)\n"))
    assert (offered.effect, offered.patched) == ("advice", None)


@pytest.mark.keras
@pytest.mark.parametrize(("shuffle", "sick"), [(".shuffle(32)", True), ("", False)])
def test_on_a_real_model(shuffle: str, sick: bool) -> None:
    found = rules_of(
        f"""held = tf.data.Dataset.from_tensor_slices((x, y)){shuffle}.batch(8)
model = build()
model.fit(held, epochs=1, verbose=0)
guess = model.predict(held, verbose=0).argmax(axis=1)
truth = np.concatenate([labels for _, labels in held])
""",
        "--no-trials",
    )
    assert ("predictions-out-of-order" in found) is sick
