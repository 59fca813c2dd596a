"""Crashes from wrong calls of Keras."""

from __future__ import annotations

from nbdoctor.rules.crashes.entry import Entry

CALLS = (
    Entry(
        name="no-gradients",
        title="The loss has no gradient for the weights",
        pattern=r"No gradients provided for any variable",
        says="The loss has no gradient for any weight: it uses rounding, argmax, a comparison, a "
        "cast to integers or NumPy, or it does not use the predictions.",
        fix="Build the loss from differentiable functions of `keras.ops`.",
    ),
    Entry(
        name="numpy-in-loss",
        title="NumPy inside a loss or metric",
        pattern=r"'SymbolicTensor' object has no attribute '(?P<attribute>\w+)'",
        says="`fit` compiles loss and metrics into a graph, in which tensors have no values, so "
        "`.{attribute}` does not exist there.",
        fix="Use the functions of `keras.ops` instead of NumPy.",
    ),
    Entry(
        name="symbolic-tensor-in-numpy",
        title="A symbolic tensor passed to NumPy",
        pattern=r"Cannot convert a symbolic tf\.Tensor \((?P<tensor>[^()]+)\) to a numpy array",
        says="`fit` compiles loss and metrics into a graph, in which tensors such as `{tensor}` "
        "have no values for NumPy.",
        fix="Use the functions of `keras.ops` instead of NumPy.",
    ),
    Entry(
        name="no-loss",
        title="The model was compiled without a loss",
        pattern=r"No loss to compute",
        says="`compile` got no `loss`, so there is nothing to minimise.",
        fix='Add one: `compile(..., loss="sparse_categorical_crossentropy")` for integer class '
        'ids, `"mse"` for regression.',
    ),
    Entry(
        name="not-compiled",
        title="The model was not compiled",
        pattern=r"You must call `compile\(\)` before",
        says="The model has no loss and no optimizer yet.",
        fix="Call `model.compile(...)` before this line.",
    ),
    Entry(
        name="old-learning-rate-name",
        title="Old name of the learning rate",
        pattern=r"Argument\(s\) not recognized: \{'(?P<argument>lr)'",
        says="Optimizers of Keras 3 have no argument `{argument}`.",
        fix="Write `learning_rate=`.",
    ),
    Entry(
        name="unknown-argument",
        title="Unknown argument in Keras 3",
        pattern=r"Argument\(s\) not recognized: \{'(?P<argument>\w+)'",
        says="The argument `{argument}` does not exist here in Keras 3.",
        fix="Remove it, or look up its new name in the Keras documentation.",
    ),
    Entry(
        name="removed-method",
        title="Method removed in Keras 3",
        pattern=r"has no attribute '(?P<method>fit_generator|evaluate_generator|predict_generator|"
        r"predict_classes|predict_proba)'",
        says="`{method}` does not exist in Keras 3.",
        fix="`fit`, `evaluate` and `predict` take generators; classes are "
        "`model.predict(x).argmax(-1)`, or `model.predict(x) > 0.5` with one unit.",
    ),
    Entry(
        name="metrics-without-list",
        title="`metrics` is not a list",
        pattern=r"Expected `metrics` argument to be a list, tuple, or dict\. Received instead: "
        r"metrics=(?P<metrics>\w+)",
        says="`metrics` is {metrics}, but Keras 3 requires a list.",
        fix='Use `metrics=["{metrics}"]`.',
    ),
    Entry(
        name="unknown-name",
        title="Unknown name of a loss, metric, optimizer or activation",
        pattern=r"Could not interpret (?P<kind>loss|metric|optimizer|activation function) "
        r"identifier: (?P<name>\S+)",
        says="Keras knows no {kind} called `{name}`.",
        fix="Correct the name.",
    ),
    Entry(
        name="class-weights-not-a-dict",
        title="`class_weight` is not a dict",
        pattern=r"^'(?P<type>str|list|numpy\.ndarray|tuple)' object has no attribute 'get'$",
        phase="fitting",
        call="fit",
        argument="class_weight",
        says="`class_weight` seems to be a `{type}`; Keras needs a dict from class ids to weights.",
        fix="Pass a dict such as `{{0: 1.0, 1: 5.0}}`; `compute_class_weight` of scikit-learn "
        "computes the weights.",
    ),
    Entry(
        name="loss-for-missing-output",
        title="A loss for an output that does not exist",
        pattern=r"The path: (?P<path>\([^()]*\)) in the `loss` argument, can't be found",
        says="A loss is given for the output {path}, which does not exist in the model's outputs "
        "or in the labels.",
        fix="Pass one loss and one label array per output, under the names of the output layers.",
    ),
    Entry(
        name="loss-names",
        title="Names of losses and outputs differ",
        pattern=r"Expected keys \[(?P<outputs>[^\]]*)\] in loss dict, but found "
        r"loss\.keys\(\)=\[(?P<losses>[^\]]*)\]",
        says="The outputs are named {outputs}, but the losses {losses}.",
        fix="Use the names of the output layers as keys.",
    ),
    Entry(
        name="label-arrays",
        title="Different numbers of label arrays and outputs",
        pattern=r"y_true and y_pred have different structures",
        says="Labels and outputs differ in number or nesting.",
        fix="Pass one label array per output, nested like the outputs.",
    ),
    Entry(
        name="metrics-per-output",
        title="Metrics do not match the outputs",
        pattern=r"Invalid `(?P<argument>metrics|weighted_metrics)`\. `\w+` should contain metrics "
        r"objects.*functional model \[(?P<outputs>[^\]]*)\]",
        says="The model has the outputs {outputs}, but `{argument}` does not say which metric is "
        "for which output.",
        fix='Pass a list with one entry per output, or a dict: `{{"name": ["mae"]}}`.',
    ),
    Entry(
        name="to-categorical",
        title="`to_categorical` with too few classes",
        pattern=r"index (?P<label>-?\d+) is out of bounds for axis 1 with size (?P<classes>\d+)",
        call="to_categorical",
        says="The class id {label} is out of range for {classes} columns, counted from 0.",
        fix="If the classes start at 1, use `y - 1`; otherwise increase `num_classes`.",
    ),
    Entry(
        name="count-not-an-integer",
        title="A count that is not an integer",
        pattern=r"^'float' object cannot be interpreted as an integer$"
        r"|Expected int32 passed to parameter 'size' of op 'Slice', got \[(?P<size>[\d.]+)\]",
        phase="fitting",
        says="A number of steps, epochs or rows is a float, such as the result of a division.",
        fix="Divide with `//`, or wrap it in `int(...)`.",
    ),
    Entry(
        name="optimizer-argument",
        title="Optimizer argument passed to `compile`",
        pattern=r"compile\(\) got an unexpected keyword argument "
        r"'(?P<argument>clip\w+|learning_rate|lr)'",
        says="`{argument}` belongs to the optimizer, not to `compile`.",
        fix="Pass it to the optimizer: `keras.optimizers.Adam({argument}=...)`.",
    ),
)
