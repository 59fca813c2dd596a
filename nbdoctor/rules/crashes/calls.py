"""Crashes over the way Keras is called."""

from __future__ import annotations

from nbdoctor.rules.crashes.entry import Entry

CALLS = (
    Entry(
        title="Nothing connects the loss with the weights",
        pattern=r"No gradients provided for any variable",
        says="The loss has no gradient: on its way from the weights stands a rounding, an argmax, "
        "a comparison, a cast to whole numbers or NumPy, or it does not use the predictions.",
        fix="Build the loss from functions of `keras.ops` that have a slope.",
    ),
    Entry(
        title="NumPy inside a loss or metric",
        pattern=r"'SymbolicTensor' object has no attribute '(?P<attribute>\w+)'",
        says="`fit` turns loss and metrics into a graph, in which tensors have no values, so "
        "`.{attribute}` does not exist there.",
        fix="Use the functions of `keras.ops` instead of NumPy.",
    ),
    Entry(
        title="A symbolic tensor given to NumPy",
        pattern=r"Cannot convert a symbolic tf\.Tensor \((?P<tensor>[^()]+)\) to a numpy array",
        says="`fit` turns loss and metrics into a graph, in which tensors such as `{tensor}` have "
        "no values for NumPy.",
        fix="Use the functions of `keras.ops` instead of NumPy.",
    ),
    Entry(
        title="The model was compiled without a loss",
        pattern=r"No loss to compute",
        says="`compile` got no `loss`, so there is nothing to make smaller.",
        fix='Add one: `compile(..., loss="sparse_categorical_crossentropy")` for class numbers, '
        '`"mse"` for numbers.',
    ),
    Entry(
        title="The model was not compiled",
        pattern=r"You must call `compile\(\)` before",
        says="The model has no loss and no optimizer yet.",
        fix="Call `model.compile(...)` before this line.",
    ),
    Entry(
        title="The learning rate under its old name",
        pattern=r"Argument\(s\) not recognized: \{'(?P<argument>lr)'",
        says="Optimizers of Keras 3 do not know `{argument}`.",
        fix="Write `learning_rate=`.",
    ),
    Entry(
        title="An argument that this Keras does not know",
        pattern=r"Argument\(s\) not recognized: \{'(?P<argument>\w+)'",
        says="The argument `{argument}` does not exist here in Keras 3.",
        fix="Remove it, or look for its new name in the Keras documentation.",
    ),
    Entry(
        title="A method that left Keras",
        pattern=r"has no attribute '(?P<method>fit_generator|evaluate_generator|predict_generator|"
        r"predict_classes|predict_proba)'",
        says="`{method}` does not exist in Keras 3.",
        fix="`fit`, `evaluate` and `predict` take generators; classes are "
        "`model.predict(x).argmax(-1)`, or `model.predict(x) > 0.5` with one unit.",
    ),
    Entry(
        title="Metrics given without a list",
        pattern=r"Expected `metrics` argument to be a list, tuple, or dict\. Received instead: "
        r"metrics=(?P<metrics>\w+)",
        says="`metrics` is the bare word {metrics}, and Keras 3 wants a list.",
        fix='`metrics=["{metrics}"]`.',
    ),
    Entry(
        title="An unknown name",
        pattern=r"Could not interpret (?P<kind>loss|metric|optimizer|activation function) "
        r"identifier: (?P<name>\S+)",
        says="Keras knows no {kind} called `{name}`.",
        fix="Correct its spelling.",
    ),
    Entry(
        title="Class weights that are no dictionary",
        pattern=r"^'(?P<type>str|list|numpy\.ndarray|tuple)' object has no attribute 'get'$",
        phase="fitting",
        call="fit",
        argument="class_weight",
        says="`class_weight` seems to be a `{type}`; Keras looks weights up by class number.",
        fix="Pass a dictionary such as `{{0: 1.0, 1: 5.0}}`; `compute_class_weight` of "
        "scikit-learn gives the numbers.",
    ),
    Entry(
        title="A loss for an output that does not exist",
        pattern=r"The path: (?P<path>\([^()]*\)) in the `loss` argument, can't be found",
        says="The losses name the output {path}, which is missing from the model's outputs or from "
        "the labels.",
        fix="Give one loss and one label array per output, under the names of the output layers.",
    ),
    Entry(
        title="Losses under other names than the outputs",
        pattern=r"Expected keys \[(?P<outputs>[^\]]*)\] in loss dict, but found "
        r"loss\.keys\(\)=\[(?P<losses>[^\]]*)\]",
        says="The outputs are called {outputs}, and the losses {losses}.",
        fix="Use the names of the output layers as keys.",
    ),
    Entry(
        title="Another number of label arrays than outputs",
        pattern=r"y_true and y_pred have different structures",
        says="Labels and outputs differ in number or nesting.",
        fix="Pass one label array per output, nested like the outputs.",
    ),
    Entry(
        title="Metrics that do not match the outputs",
        pattern=r"Invalid `(?P<argument>metrics|weighted_metrics)`\. `\w+` should contain metrics "
        r"objects.*functional model \[(?P<outputs>[^\]]*)\]",
        says="The model has the outputs {outputs}, and `{argument}` does not say which of them "
        "each metric is for.",
        fix='Pass a list with one entry per output, or a dictionary: `{{"name": ["mae"]}}`.',
    ),
    Entry(
        title="`to_categorical` with too few classes",
        pattern=r"index (?P<label>-?\d+) is out of bounds for axis 1 with size (?P<classes>\d+)",
        call="to_categorical",
        says="The class number {label} does not fit into {classes} columns counted from 0.",
        fix="If the classes start at 1, use `y - 1`; otherwise raise `num_classes`.",
    ),
    Entry(
        title="A count that is not a whole number",
        pattern=r"^'float' object cannot be interpreted as an integer$"
        r"|Expected int32 passed to parameter 'size' of op 'Slice', got \[(?P<size>[\d.]+)\]",
        phase="fitting",
        says="A number of steps, epochs or rows is a float, as it comes out of a division.",
        fix="Divide with `//`, or wrap it in `int(...)`.",
    ),
    Entry(
        title="An argument of the optimizer given to `compile`",
        pattern=r"compile\(\) got an unexpected keyword argument "
        r"'(?P<argument>clip\w+|learning_rate|lr)'",
        says="`{argument}` belongs to the optimizer, not to `compile`.",
        fix="Write it there: `keras.optimizers.Adam({argument}=...)`.",
    ),
)
