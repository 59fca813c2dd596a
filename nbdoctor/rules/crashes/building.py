"""Crashes while a model is built."""

from __future__ import annotations

from nbdoctor.rules.crashes.edits import without_batch_axis
from nbdoctor.rules.crashes.entry import Entry

BUILDING = (
    Entry(
        name="convolution-axes",
        title="A convolution input with one axis too many",
        pattern=r"Kernel shape must have the same length as input, but received kernel of shape "
        r"\((?P<kernel>[^()]*)\) and input of shape \((?P<received>[^()]*)\)",
        says="A convolution with a kernel of shape ({kernel}) got inputs of shape ({received}). "
        "The batch axis is not part of `input_shape` or of `Input(shape=...)`: Keras adds it.",
        fix="Remove the number of rows (or its `None`) from the shape: give only the shape of one "
        "row, (height, width, channels) for images.",
        edit=without_batch_axis,
    ),
    Entry(
        name="concatenate-shapes",
        title="Incompatible shapes in `Concatenate`",
        pattern=r"`Concatenate` layer requires inputs with matching shapes except for the "
        r"concatenation axis\. Received: input_shape=\[(?P<shapes>.*?)\]",
        says="`Concatenate` got {shapes}, which differ in more than the concatenation axis.",
        fix="Pad, crop or resize one of them (an odd size that is halved and doubled again ends up "
        "one smaller), or concatenate along another `axis`.",
    ),
    Entry(
        name="merge-shapes",
        title="Incompatible shapes in a merging layer",
        pattern=r"^Inputs have incompatible shapes\. Received shapes \((?P<one>[^()]*)\) and "
        r"\((?P<other>[^()]*)\)",
        says="Two inputs of a merging layer have the shapes ({one}) and ({other}) per row.",
        fix="Give both the same width first, with `Dense` or a 1x1 convolution. To combine "
        "different widths use `Concatenate`.",
    ),
    Entry(
        name="dot-shapes",
        title="Incompatible shapes in `Dot`",
        pattern=r"Incompatible input shapes: axis values (?P<one>\d+) \(at axis \d+\) != "
        r"(?P<other>\d+)",
        says="A layer multiplies two inputs along axes of size {one} and {other}, which must be "
        "equal.",
        fix="Give both axes the same size, or choose other `axes`.",
    ),
    Entry(
        name="unknown-input-size",
        title="An input axis has an unknown size",
        pattern=r"Shapes used to initialize variables must be fully-defined.*"
        r"Received: shape=\((?P<shape>[^()]*)\) for variable path='(?P<variable>[^']*)'",
        says="The weight `{variable}` would have the shape ({shape}), in which one size is "
        "unknown.",
        fix="Define the size of every input axis that the layer depends on: pad sequences to one "
        "length, or use global pooling instead of `Flatten`.",
    ),
    Entry(
        name="units-not-an-integer",
        title="Number of units or filters is not an integer",
        pattern=r"Received an invalid value for `(?P<argument>units|filters)`, expected a positive "
        r"integer\. Received: (?:units|filters)=(?P<given>\S+)",
        says="`{argument}` must be a Python `int`, but it is {given}, a string or a float.",
        fix="Divide with `//`, or write `int(...)`.",
    ),
    Entry(
        name="layer-class",
        title="A layer class instead of a layer",
        pattern=r"Only instances of `keras\.Layer` can be added to a Sequential model\. Received: "
        r"<class '(?:\w+\.)*(?P<kind>\w+)'>",
        says="`{kind}` is a class, but the model needs an instance of it.",
        fix="Call it: `{kind}(...)`.",
    ),
    Entry(
        name="tensor-in-layers",
        title="A tensor in the list of layers",
        pattern=r"Only instances of `keras\.Layer` can be added to a Sequential model\. Received: "
        r"<KerasTensor shape=\((?P<shape>[^()]*)\)",
        says="The list of layers contains the output of a layer (a tensor of shape ({shape})) "
        "instead of the layer itself.",
        fix="In `Sequential` write `Dense(8)`, not `Dense(8)(x)`. To call layers on tensors, use "
        "`keras.Model(inputs, outputs)`.",
    ),
    Entry(
        name="time-distributed-without-steps",
        title="No time axis for `TimeDistributed`",
        pattern=r"`TimeDistributed` Layer should be passed an `input_shape` with at least 3 "
        r"dimensions, received: \((?P<received>[^()]*)\)",
        says="`TimeDistributed` applies a layer to each step, but ({received}) has no time axis.",
        fix="Set `return_sequences=True` on the recurrent layer before it, or remove "
        "`TimeDistributed`.",
    ),
    Entry(
        name="weights-of-another-model",
        title="Weights from a different architecture",
        pattern=r"Layer (?P<layer>\S+) weight shape \((?P<own>[^()]*)\) is not compatible with "
        r"provided weight shape \((?P<given>[^()]*)\)",
        says="`{layer}` has a weight of shape ({own}), but the loaded weight has shape ({given}).",
        fix="Build the model exactly like the one that the weights were saved from.",
    ),
)
