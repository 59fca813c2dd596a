from types import SimpleNamespace

import numpy as np
import pytest

from nbdoctor.notebook.pairing import paired_data

MODEL = SimpleNamespace(built=True, input_shape=(None, 4))
UNBUILT = SimpleNamespace(built=False)
X, Y = np.zeros((6, 4)), np.zeros(6)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        pytest.param({"x_train": X, "y_train": Y}, ("x_train", "y_train"), id="the usual names"),
        pytest.param(
            {"x": X, "x_train": X, "y": Y, "y_train": Y}, ("x_train", "y_train"), id="best first"
        ),
        pytest.param({"pixels": X, "labels": Y}, ("pixels", "labels"), id="inputs of any name"),
        pytest.param({"x": X[:5], "y": Y, "x2": X}, ("x2", "y"), id="as many labels as rows"),
        pytest.param(
            {"x_train": X[:, :3], "x": X, "y": Y}, ("x", "y"), id="the shape that the model takes"
        ),
        pytest.param({"x": X, "results": Y}, None, id="labels of an unknown name"),
        pytest.param({"_x": X, "y": Y}, None, id="a private name"),
        pytest.param({"x": X}, None, id="no labels"),
        pytest.param({"x": [1, 2], "y": 3, "kind": np.ndarray}, None, id="no arrays"),
    ],
)
def test_variables_are_paired(names: dict[str, object], found: tuple[str, str] | None) -> None:
    assert paired_data(MODEL, names) == found


def test_a_model_that_is_not_built_takes_any_shape() -> None:
    assert paired_data(UNBUILT, {"x": X[:, :3], "y": Y}) == ("x", "y")
