import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.cell.rebuilding import rebuilt_model
from nbdoctor.readings.rebuilt import Rebuilt
from nbdoctor.rules.notebook.rebuilt_in_loop import rebuilt_in_loop
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from tests.rules.ran import rules_of

PARTS = """\
for part in parts:
    model = build()
    history = model.fit(x[part], y[part], epochs=2, verbose=0)
print(model.evaluate(x_test, y_test))
"""


def judged(text: str, *, models: int = 4, keeps: bool = False) -> list[Finding]:
    loop = rebuilt_model(Cell(text).tree, None)
    assert loop is not None
    rebuilt = Rebuilt(loop=loop, fits=4, models=models, keeps=keeps, losses=(2.0, 1.9, 2.1, 2.2))
    return list(rebuilt_in_loop(rebuilt))


def test_fires() -> None:
    (finding,) = judged(PARTS)
    assert (finding.severity, finding.kind, finding.where.line) == ("warning", "strong", 2)
    assert "built and trained 4 models, each on a part of the data" in finding.says
    assert "the other 3 are lost" in finding.says
    assert finding.says.endswith("a training loss of 2, the last one with 2.2.")


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        pytest.param(
            "for epoch in range(9):\n    net = build()\n    net.fit(x, y)\nnet.predict(z)\n",
            "warning",
            id="an epoch in each turn",
        ),
        pytest.param(
            "for turn in range(3):\n    net = build()\n    net.fit(x, y)\n", "note", id="repeated"
        ),
        pytest.param(
            "for turn in range(3):\n  for a, b in parts:\n    net = build()\n    net.fit(a, b)\n",
            "warning",
            id="two loops",
        ),
        pytest.param(
            "def learn(a, b):\n    net = build()\n    net.compile('adam')\n    net.fit(a, b)\n"
            "for one, two in parts:\n    learn(one, two)\n",
            "warning",
            id="a function that is called in the loop",
        ),
        pytest.param(
            "for a in parts:\n    net = keras.Sequential()\n    net.add(Dense(1))\n"
            "    net.compile('adam')\n    net.fit(a, y)\nnet.save('m.keras')\n",
            "warning",
            id="layer by layer",
        ),
        pytest.param(
            "at = 0\nwhile at < 90:\n    net = build()\n    net.fit(x[at:])\n    at += 9\n",
            "warning",
            id="counted",
        ),
    ],
)
def test_fires_on_brothers(text: str, severity: str) -> None:
    (finding,) = judged(text)
    assert finding.severity == severity


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(PARTS.replace("print", "    scores.append(history)\nprint"), id="result kept"),
        pytest.param(
            PARTS.replace("print", "    scores.append(model.evaluate(a, b))\nprint"), id="scored"
        ),
        pytest.param(PARTS.replace("print", "    model.save(f'{part}.keras')\nprint"), id="saved"),
        pytest.param(PARTS.replace("build()", "build(part)"), id="models differ on purpose"),
        pytest.param(PARTS.replace("build()", "build(model)"), id="made from the one before"),
        pytest.param(PARTS.replace("epochs=2", "validation_data=held[part]"), id="judged in turn"),
        pytest.param(
            "for rate in rates:\n    net = build()\n    net.compile(Adam(rate))\n"
            "    net.fit(x, y)\n    nets.append(net)\n",
            id="an ensemble",
        ),
    ],
)
def test_stays_silent(text: str) -> None:
    with pytest.raises(DoesNotApplyError):
        judged(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            PARTS.replace("part in parts:", "part, held in KFold(5).split(x):"), id="folds"
        ),
        pytest.param("model = build()\nmodel.fit(x, y)\n", id="no loop"),
        pytest.param(
            "model = build()\nfor part in parts:\n    model.fit(x[part])\n", id="built before"
        ),
        pytest.param("for part in parts:\n    build().fit(x[part])\n", id="without a name"),
    ],
)
def test_no_loop_builds_it(text: str) -> None:
    assert rebuilt_model(Cell(text).tree, None) is None


def test_one_model_or_something_saved_is_left_alone() -> None:
    with pytest.raises(DoesNotApplyError, match="one model"):
        judged(PARTS, models=1)
    with pytest.raises(DoesNotApplyError, match="is used"):
        judged(PARTS, keeps=True)


def test_treatment_says_where_to_build_it() -> None:
    (finding,) = judged(PARTS)
    (offered,) = rebuilt_in_loop.treatments(finding, Cell(PARTS))
    assert offered.patched is None
    assert "(line 2) above the loop" in offered.text


REAL = """
import keras, numpy as np
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
def build():
    net = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    net.compile("adam", "mse")
    return net
MADE
for part in np.split(np.arange(64), 4):
    BUILT
    model.fit(x[part], x[part, :1], verbose=0)
    AFTER
"""


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("made", "built", "after", "sick"),
    [
        pytest.param("", "model = build()", "", True, id="built in the loop"),
        pytest.param("model = build()", "", "", False, id="built before"),
        pytest.param(
            "", "model = build()", "print(model.evaluate(x, x[:, :1]))", False, id="scored"
        ),
    ],
)
def test_on_a_real_loop(made: str, built: str, after: str, sick: bool) -> None:
    cell = REAL.replace("MADE", made).replace("BUILT", built).replace("AFTER", after)
    assert ("rebuilt-in-loop" in rules_of(cell, "--no-trials")) is sick
