import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.source import Source, read_source
from nbdoctor.rules.notebook.reused_fold_model import reused_fold_model
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

LOOP = "for train, test in KFold(5).split(x, y):\n"
FIT = "    model.fit(x[train], y[train])\n"


def source(text: str) -> Source:
    return read_source(Cell(text), {})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(f"model = build()\n{LOOP}{FIT}", "`model` is built on line 1", id="before"),
        pytest.param(f"{LOOP}{FIT}", "`model` is built outside the loop", id="in another cell"),
        pytest.param(
            "net = build()\nfor i, (a, b) in enumerate(folds.split(x)):\n    net.fit(x[a], y[a])\n",
            "calls `net.fit`",
            id="counted",
        ),
        pytest.param(
            f"model = build()\n{LOOP}    model.compile('adam')\n{FIT}",
            "From the second fold on",
            id="compile keeps the weights",
        ),
    ],
)
def test_fires(text: str, words: str) -> None:
    (finding,) = reused_fold_model(source(text))
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{LOOP}    model = build()\n{FIT}", id="made in the loop"),
        pytest.param(f"{LOOP}    model.set_weights(first)\n{FIT}", id="set back"),
        pytest.param(f"{LOOP}    model.load_weights('start.h5')\n{FIT}", id="loaded"),
        pytest.param(
            f"{LOOP}    with strategy.scope():\n        model = build()\n{FIT}", id="in a scope"
        ),
        pytest.param("model = build()\nmodel.fit(x, y)\n", id="no loop"),
        pytest.param("for name in text.split(','):\n    model.fit(x, y)\n", id="a split of text"),
        pytest.param("for epoch in range(5):\n    model.fit(x, y)\n", id="epochs by hand"),
        pytest.param(f"{LOOP}    pass\nmodel.fit(x, y)\n", id="behind the loop"),
    ],
)
def test_stays_silent(text: str) -> None:
    with pytest.raises(DoesNotApplyError):
        list(reused_fold_model(source(text)))


def test_treatment() -> None:
    text = f"model = build()\n{LOOP}{FIT}"
    (finding,) = reused_fold_model(source(text))
    (offered,) = reused_fold_model.treatments(finding, Cell(text))
    assert (offered.effect, offered.patched) == ("judgement", None)
    assert "`model = build()`" in offered.text


@pytest.mark.keras
@pytest.mark.parametrize(
    ("made", "inside", "sick"),
    [("model = build()", "pass", True), ("pass", "model = build()", False)],
)
def test_on_a_real_model(made: str, inside: str, sick: bool) -> None:
    found = rules_of(f"""from sklearn.model_selection import KFold
{made}
for train, test in KFold(2).split(x):
    {inside}
    model.fit(x[train], y[train], verbose=0)
""")
    assert ("reused-fold-model" in found) is sick
