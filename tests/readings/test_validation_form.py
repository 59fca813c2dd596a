from typing import Any

import numpy as np
import pytest

from nbdoctor.capture.calls import FitCall
from nbdoctor.readings.validation_form import Form, ValidationForm, validation_form_of_fit

X, Y = np.zeros((40, 5), "float32"), np.arange(40) % 3


def form(model: Any, validation: Any, x: Any = X, y: Any = Y) -> ValidationForm | None:
    arguments = {"x": x, "y": y, "validation_data": validation}
    return validation_form_of_fit(FitCall(of=lambda: model, arguments=arguments))


@pytest.mark.keras
def test_forms() -> None:
    import keras
    import tensorflow as tf

    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3)])
    model.compile("sgd", "mse")

    found = form(model, (X[:9], np.eye(3)[Y[:8]]))
    assert found is not None
    assert [(one.training, one.validation, one.rows) for one in found.inputs] == [((5,), (5,), 9)]
    (labels,) = found.targets
    assert (labels.training, labels.validation, labels.model) == ((), (3,), (3,))
    assert labels.rows == 8

    for without in ((X,), X, tf.data.Dataset.from_tensor_slices(X).batch(4)):
        found = form(model, without)
        assert found is not None
        assert not found.has_targets

    data = tf.data.Dataset.from_tensor_slices((X, np.eye(3)[Y])).batch(4)
    found = form(model, data)
    assert found is not None
    assert found.targets == (Form(name=labels.name, training=(), validation=(3,), model=(3,)),)

    assert form(model, None) is None
    assert form(model, iter([(X, Y)])) is None
    assert form(model, (X, Y), y=None) is None  # the step knows where labels are


@pytest.mark.keras
def test_steps_of_the_users_own_are_left_out() -> None:
    import keras

    class Own(keras.Model):
        def test_step(self, data: Any) -> Any:
            return {"loss": data}

    assert form(Own(), (X,)) is None
