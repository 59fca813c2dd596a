from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.validation_form import Form, ValidationForm
from nbdoctor.rules.data.mismatched_validation_data import mismatched_validation_data
from tests.rules.ran import rules_of

X = Form(name="x", training=(5,), validation=(5,), model=(5,), rows=40)
IDS = Form(name="y", training=(), validation=(), model=(3,), rows=40)
ONE_HOT = Form(name="y", training=(3,), validation=(3,), model=(3,), rows=40)
FINE = ValidationForm(inputs=(X,), targets=(IDS,))
SWAPPED = ValidationForm(
    inputs=(replace(X, validation=()),), targets=(replace(IDS, validation=(5,)),)
)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        pytest.param(SWAPPED, "the first part, which are the inputs, has (rows,)", id="swapped"),
        pytest.param(replace(FINE, targets=(), has_targets=False), "40 rows of inputs", id="no y"),
        pytest.param(
            replace(FINE, targets=(replace(IDS, rows=200),)), "40 of `x` and 200 of `y`", id="rows"
        ),
        pytest.param(
            replace(FINE, targets=(replace(IDS, validation=(3,)),)),
            "validation labels have the shape (rows, 3)",
            id="one-hot beside ids",
        ),
        pytest.param(
            ValidationForm(inputs=(X,), targets=(replace(ONE_HOT, validation=(2,)),)),
            "have the shape (rows, 2)",
            id="a class is missing",
        ),
        pytest.param(
            replace(FINE, inputs=(replace(X, validation=(4,)),)),
            "`x` have the shape (rows, 4)",
            id="a column is missing",
        ),
        pytest.param(
            replace(FINE, inputs=(replace(X, validation=(5, 2), model=None),)),
            "`x` have the shape (rows, 5, 2)",
            id="an axis more",
        ),
    ],
)
def test_fires(form: ValidationForm, words: str) -> None:
    (finding,) = mismatched_validation_data(form)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(FINE, id="alike"),
        pytest.param(replace(FINE, targets=(replace(IDS, validation=(1,)),)), id="a column"),
        pytest.param(
            replace(FINE, inputs=(Form(name="x", training=(5,), validation=(6,), model=(None,)),)),
            id="any length",
        ),
        pytest.param(
            replace(FINE, inputs=(Form(name="x", training=(50,), validation=(60,)),)),
            id="the model does not say",
        ),
        pytest.param(
            replace(FINE, inputs=(Form(name="x", training=(None, 4), validation=(9, 4)),)),
            id="the dataset does not say",
        ),
        pytest.param(
            ValidationForm(
                inputs=(Form(name="x", training=(7,), validation=(7,)),),
                targets=(Form(name="y", training=(7,), validation=(7,)),),
            ),
            id="inputs are labels",
        ),
        pytest.param(
            replace(FINE, inputs=(Form(name="x", training=(28, 28), validation=(28, 28, 1)),)),
            id="a channel",
        ),
        pytest.param(
            replace(FINE, inputs=(replace(X, training=(4,), validation=(4,), model=(5,)),)),
            id="neither is taken",
        ),
    ],
)  # fmt: skip
def test_stays_silent(form: ValidationForm) -> None:
    assert not list(mismatched_validation_data(form))


def test_treatment() -> None:
    (finding,) = mismatched_validation_data(SWAPPED)
    cell = Cell("model.fit(x, y, validation_data=(y_val, x_val))\n")
    (treated,) = mismatched_validation_data.treatments(finding, cell)
    assert treated.patched == "model.fit(x, y, validation_data=(x_val, y_val))\n"
    (advice,) = mismatched_validation_data.treatments(finding, Cell("model.fit(x, y, **more)\n"))
    assert "inputs first" in advice.text


@pytest.mark.keras
@pytest.mark.parametrize(
    ("validation", "fires"),
    [
        ("(y, x)", True),
        ("(x[:9], y)", True),
        ("(x,)", True),
        ("(x, np.eye(2)[y])", True),
        ("(x[:, :3], y)", True),
        ("(x, y)", False),
        ("(x, y[:, None])", False),
        ("[x[:9], y[:9]]", False),
        ("tf.data.Dataset.from_tensor_slices((x, y)).batch(8)", False),
    ],
)
def test_on_a_real_model(validation: str, fires: bool) -> None:
    found = rules_of(f"build().fit(x, y, verbose=0, validation_data={validation})\n")
    assert ("mismatched-validation-data" in found) is fires
    assert "unseen-validation-class" not in found
