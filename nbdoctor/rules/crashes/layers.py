"""Crashes inside layers, and between a model and its inputs."""

from __future__ import annotations

from nbdoctor.rules.crashes.edits import roomier
from nbdoctor.rules.crashes.entry import Entry

OF_LAYER = r"of layer '(?P<layer>[^']+)' is incompatible with the layer: "

LAYERS = (
    Entry(
        title="A recurrent layer needs steps",
        pattern=OF_LAYER
        + r"expected ndim=3, found ndim=2\. Full shape received: \((?P<received>[^()]*)\)",
        says="`{layer}` reads sequences, (rows, steps, features), and got ({received}): a table, "
        "or the output of another recurrent layer that returns its last step only.",
        fix="For a table use `x[..., None]`; between two recurrent layers set "
        "`return_sequences=True` on the first.",
    ),
    Entry(
        title="Pictures without a channel axis",
        pattern=OF_LAYER
        + r"expected min_ndim=4, found ndim=3\. Full shape received: \((?P<received>[^()]*)\)",
        says="`{layer}` reads pictures, (rows, height, width, channels), and got ({received}).",
        fix="Add the channel axis of grey pictures: `x[..., None]`.",
    ),
    Entry(
        title="A layer got another number of axes",
        pattern=OF_LAYER
        + r"expected (?:min_|max_)?ndim=(?P<expected>\d), found ndim=(?P<found>\d)\. "
        r"Full shape received: \((?P<received>[^()]*)\)",
        says="`{layer}` needs {expected} axes, batch axis included, and got {found}: ({received}).",
        fix="Look for a `Flatten`, a pooling or a `Reshape` before it that removes axes, or add "
        "the missing axis to the data.",
    ),
    Entry(
        title="Another number of features than the layer was built for",
        pattern=OF_LAYER + r"expected axis -1 of input shape to have value (?P<expected>\d+), but "
        r"received input with shape \((?P<received>[^()]*)\)",
        says="`{layer}` was built for {expected} features and got ({received}).",
        fix="Prepare these rows exactly like the training rows (often it is only the validation or "
        "test data that differs), or correct the shape in `Input`.",
    ),
    Entry(
        title="The picture became smaller than the window",
        pattern=r"Computed output size would be zero or negative\. Received:? `inputs[. ]shape="
        r"[\[(](?P<received>[^\])]*)[\])]`",
        says="A convolution or pooling layer got inputs of shape ({received}), which is less than "
        "its window.",
        fix='Use fewer pooling layers, smaller windows, `padding="same"`, or larger pictures.',
        edit=roomier,
    ),
    Entry(
        title="A reshape to another number of values",
        pattern=r"The total size of the tensor must be unchanged\. Received: "
        r"input_shape=\((?P<given>[^()]*)\), target_shape=\((?P<wanted>[^()]*)\)",
        says="`Reshape` is to turn ({given}) into ({wanted}), which has another number of values.",
        fix="Choose a target shape with the same product, or put -1 for one axis.",
    ),
    Entry(
        title="An input is missing under its name",
        pattern=r"Missing data for input \"(?P<input>[^\"]+)\"\. You passed a data dictionary with "
        r"keys \[(?P<given>[^\]]*)\]",
        says="The model has an input called `{input}`, and the data has the keys {given}.",
        fix="Use the names of the model's `Input` layers as keys.",
    ),
    Entry(
        title="Another number of inputs than the model has",
        pattern=r"Layer \"(?P<model>[^\"]+)\" expects (?P<expected>\d+) (?:named )?input\(s\).*"
        r"received (?P<received>\d+) input tensors",
        says="`{model}` has {expected} inputs and got {received}.",
        fix="Pass one array per input, as a list in the model's order or as a dictionary by name.",
    ),
    Entry(
        title="An optimizer met weights that it was not made for",
        pattern=r"Unknown variable: <Variable path=(?P<weight>[^,>]+).*"
        r"This optimizer can only be called",
        says="The optimizer was built for other weights, and `{weight}` is not among them: it "
        "served another model, or layers were unfrozen since.",
        fix="Compile with a new optimizer object.",
    ),
    Entry(
        title="TensorFlow called on a symbolic input",
        pattern=r"A KerasTensor cannot be used as input to a TensorFlow function",
        says="While the model is put together its inputs have no values yet, so `tf.*` cannot "
        "compute with them.",
        fix="Use the function of the same name in `keras.ops`, or wrap the call in a layer.",
    ),
    Entry(
        title="NumPy called on a symbolic input",
        pattern=r"A KerasTensor is symbolic",
        says="While the model is put together its inputs have no values yet, so NumPy cannot "
        "compute with them.",
        fix="Use the function of the same name in `keras.ops`, or wrap the call in a layer.",
    ),
    Entry(
        title="A lookup layer that never saw data",
        pattern=r"Table not initialized",
        says="A text or lookup layer has no vocabulary yet.",
        fix="Call its `.adapt(...)` with the training data before `fit`.",
    ),
    Entry(
        title="Dropout in percent",
        pattern=r"Invalid value received for argument `rate`\. "
        r"Expected a float value between 0 and 1\. Received: rate=(?P<rate>[\d.]+)",
        says="The rate is a share between 0 and 1, and {rate} was given.",
        fix="For 20 percent write `0.2`.",
    ),
)
