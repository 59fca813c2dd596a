"""Crashes while a model is put together."""

from __future__ import annotations

from nbdoctor.rules.crashes.edits import without_batch_axis
from nbdoctor.rules.crashes.entry import Entry

BUILDING = (
    Entry(
        title="An input with an axis too many for a convolution",
        pattern=r"Kernel shape must have the same length as input, but received kernel of shape "
        r"\((?P<kernel>[^()]*)\) and input of shape \((?P<received>[^()]*)\)",
        says="A convolution with a kernel of shape ({kernel}) got inputs of shape ({received}). "
        "The batch axis is not part of `input_shape` or of `Input(shape=...)`: Keras adds it.",
        fix="Leave the number of rows (or `None` for it) out of the shape, and give one row's "
        "shape only: (height, width, channels) for pictures.",
        edit=without_batch_axis,
    ),
    Entry(
        title="Parts of different shapes are to be joined",
        pattern=r"`Concatenate` layer requires inputs with matching shapes except for the "
        r"concatenation axis\. Received: input_shape=\[(?P<shapes>.*?)\]",
        says="`Concatenate` got {shapes}, which differ in more than the axis they are joined on.",
        fix="Pad, crop or resize one of them: an odd size that is halved and doubled again comes "
        "back one smaller; or join on another `axis`.",
    ),
    Entry(
        title="Parts of different shapes are to be added",
        pattern=r"^Inputs have incompatible shapes\. Received shapes \((?P<one>[^()]*)\) and "
        r"\((?P<other>[^()]*)\)",
        says="Two inputs of a merging layer have shapes ({one}) and ({other}), row axis left out.",
        fix="Bring both to the same width first, with `Dense` or a convolution of size 1; to put "
        "them side by side use `Concatenate`.",
    ),
    Entry(
        title="Two inputs of a product do not fit",
        pattern=r"Incompatible input shapes: axis values (?P<one>\d+) \(at axis \d+\) != "
        r"(?P<other>\d+)",
        says="A layer multiplies two inputs along axes of size {one} and {other}, which have to be "
        "the same.",
        fix="Bring both to the same size first, or choose other `axes`.",
    ),
    Entry(
        title="The width of the input is not known",
        pattern=r"Shapes used to initialize variables must be fully-defined.*"
        r"Received: shape=\((?P<shape>[^()]*)\) for variable path='(?P<variable>[^']*)'",
        says="The weight `{variable}` would have the shape ({shape}), and an unknown size cannot "
        "be made.",
        fix="Give every axis of the input that a dense layer sees a size, pad sequences to one "
        "length, or use a global pooling in place of `Flatten`.",
    ),
    Entry(
        title="A number of units that is no whole number",
        pattern=r"Received an invalid value for `(?P<argument>units|filters)`, expected a positive "
        r"integer\. Received: (?:units|filters)=(?P<given>\S+)",
        says="`{argument}` has to be a whole number of Python, and {given} was given, a text or a "
        "number with a point.",
        fix="Divide with `//`, or write `int(...)`.",
    ),
    Entry(
        title="A layer's class where a layer belongs",
        pattern=r"Only instances of `keras\.Layer` can be added to a Sequential model\. Received: "
        r"<class '[\w.]*?(?P<kind>\w+)'>",
        says="`{kind}` is a class; the model takes layers made of it.",
        fix="Call it: `{kind}(...)`.",
    ),
    Entry(
        title="A result in the list of layers",
        pattern=r"Only instances of `keras\.Layer` can be added to a Sequential model\. Received: "
        r"<KerasTensor shape=\((?P<shape>[^()]*)\)",
        says="The list of layers holds the result of a layer (a tensor of shape ({shape})) where "
        "the layer itself belongs.",
        fix="In `Sequential` write `Dense(8)`, not `Dense(8)(x)`; to call layers on tensors build "
        "`keras.Model(inputs, outputs)`.",
    ),
    Entry(
        title="No time steps for `TimeDistributed`",
        pattern=r"`TimeDistributed` Layer should be passed an `input_shape` with at least 3 "
        r"dimensions, received: \((?P<received>[^()]*)\)",
        says="`TimeDistributed` does the same at each step, and ({received}) has no steps.",
        fix="Set `return_sequences=True` on the recurrent layer before it, or leave "
        "`TimeDistributed` out.",
    ),
    Entry(
        title="Weights of another model",
        pattern=r"Layer (?P<layer>\S+) weight shape \((?P<own>[^()]*)\) is not compatible with "
        r"provided weight shape \((?P<given>[^()]*)\)",
        says="`{layer}` has a weight of shape ({own}) and was given one of ({given}).",
        fix="Build the model exactly as the one that the weights come from.",
    ),
)
