"""Crashes in layers, and from inputs that do not match the model."""

from __future__ import annotations

from nbdoctor.rules.crashes.edits import padded
from nbdoctor.rules.crashes.entry import Entry

OF_LAYER = r"of layer '(?P<layer>[^']+)' is incompatible with the layer: "

LAYERS = (
    Entry(
        name="recurrent-input",
        title="A recurrent layer needs a time axis",
        pattern=OF_LAYER
        + r"expected ndim=3, found ndim=2\. Full shape received: \((?P<received>[^()]*)\)",
        says="`{layer}` needs sequences, (rows, steps, features), but got ({received}): a table, "
        "or the output of another recurrent layer that returns only its last step.",
        fix="For a table use `x[..., None]`; between two recurrent layers set "
        "`return_sequences=True` on the first.",
    ),
    Entry(
        name="no-channel-axis",
        title="Images without a channel axis",
        pattern=OF_LAYER
        + r"expected min_ndim=4, found ndim=3\. Full shape received: \((?P<received>[^()]*)\)",
        says="`{layer}` needs images, (rows, height, width, channels), but got ({received}).",
        fix="Add the channel axis of greyscale images: `x[..., None]`.",
    ),
    Entry(
        name="layer-axes",
        title="A layer got the wrong number of axes",
        pattern=OF_LAYER
        + r"expected (?:min_|max_)?ndim=(?P<expected>\d), found ndim=(?P<found>\d)\. "
        r"Full shape received: \((?P<received>[^()]*)\)",
        says="`{layer}` needs {expected} axes, with the batch axis, but got {found}: ({received}).",
        fix="Check for a `Flatten`, pooling or `Reshape` layer before it that removes axes, or add "
        "the missing axis to the data.",
    ),
    Entry(
        name="layer-features",
        title="A layer got the wrong number of features",
        pattern=OF_LAYER + r"expected axis -1 of input shape to have value (?P<expected>\d+), but "
        r"received input with shape \((?P<received>[^()]*)\)",
        says="`{layer}` was built for {expected} features, but got ({received}).",
        fix="Preprocess these rows exactly like the training rows (often only the validation or "
        "test data differs), or correct the shape in `Input`.",
    ),
    Entry(
        name="window-too-large",
        title="Feature map smaller than the window",
        pattern=r"Computed output size would be zero or negative\. Received:? `inputs[. ]shape="
        r"[\[(](?P<received>[^\])]*)[\])]`",
        says="A convolution or pooling layer got inputs of shape ({received}), smaller than its "
        "window.",
        fix='Use fewer pooling layers, smaller windows, `padding="same"`, or larger images.',
        edit=padded,
    ),
    Entry(
        name="reshape-size",
        title="`Reshape` to a different number of values",
        pattern=r"The total size of the tensor must be unchanged\. Received: "
        r"input_shape=\((?P<given>[^()]*)\), target_shape=\((?P<wanted>[^()]*)\)",
        says="`Reshape` cannot turn ({given}) into ({wanted}): the number of values differs.",
        fix="Choose a target shape with the same number of values, or use -1 for one axis.",
    ),
    Entry(
        name="input-name",
        title="No data for a named input",
        pattern=r"Missing data for input \"(?P<input>[^\"]+)\"\. You passed a data dictionary with "
        r"keys \[(?P<given>[^\]]*)\]",
        says="The model has an input named `{input}`, but the data has the keys {given}.",
        fix="Use the names of the model's `Input` layers as keys.",
    ),
    Entry(
        name="number-of-inputs",
        title="Wrong number of inputs",
        pattern=r"Layer \"(?P<model>[^\"]+)\" expects (?P<expected>\d+) (?:named )?input\(s\).*"
        r"received (?P<received>\d+) input tensors",
        says="`{model}` has {expected} inputs, but got {received}.",
        fix="Pass one array per input, as a list in the order of the model or as a dict by name.",
    ),
    Entry(
        name="optimizer-of-other-weights",
        title="The optimizer was built for other weights",
        pattern=r"Unknown variable: <Variable path=(?P<weight>[^,>]+)[,>].*"
        r"This optimizer can only be called",
        says="The optimizer was built for other weights, and `{weight}` is not among them: it was "
        "used for another model, or layers were unfrozen afterwards.",
        fix="Compile with a new optimizer instance.",
    ),
    Entry(
        name="tensorflow-on-symbolic-input",
        title="TensorFlow function called on a symbolic input",
        pattern=r"A KerasTensor cannot be used as input to a TensorFlow function",
        says="While the model is built, its inputs have no values, so `tf.*` functions cannot "
        "compute with them.",
        fix="Use the function of the same name in `keras.ops`, or wrap the call in a layer.",
    ),
    Entry(
        name="numpy-on-symbolic-input",
        title="NumPy function called on a symbolic input",
        pattern=r"A KerasTensor is symbolic",
        says="While the model is built, its inputs have no values, so NumPy cannot compute with "
        "them.",
        fix="Use the function of the same name in `keras.ops`, or wrap the call in a layer.",
    ),
    Entry(
        name="lookup-not-adapted",
        title="A lookup layer was not adapted",
        pattern=r"Table not initialized",
        says="A text or lookup layer has no vocabulary yet.",
        fix="Call its `.adapt(...)` on the training data before `fit`.",
    ),
    Entry(
        name="dropout-in-percent",
        title="Dropout rate in percent",
        pattern=r"Invalid value received for argument `rate`\. "
        r"Expected a float value between 0 and 1\. Received: rate=(?P<rate>[\d.]+)",
        says="The rate must be between 0 and 1, but it is {rate}.",
        fix="For 20 % use `0.2`.",
    ),
)
