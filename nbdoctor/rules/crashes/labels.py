"""Crashes from labels, outputs, loss and metrics that do not match."""

from __future__ import annotations

from nbdoctor.rules.crashes.edits import flattened, last_step
from nbdoctor.rules.crashes.entry import Entry

ONE_TO_ONE = r"must have the same (?:rank \(ndim\)|shape)\. Received: "
"""Losses that need a label for each output; JAX and PyTorch do not mention ranks."""

SPARSE = r"(?:rank \(ndim\) `target\.ndim - 1`\. Received|up until the last dimension): "
"""The loss for class ids; in the first form Keras has the sentence the wrong way round."""

EITHER = f"(?:{ONE_TO_ONE}|{SPARSE})"

APART = r"Incompatible shapes: "
"""TensorFlow's message at run time, where the number of rows was not known before."""

UNEQUAL = r"Dimensions must be equal, but are \d+ and \d+ for '\{\{node "

LABELS = (
    Entry(
        name="image-not-flattened",
        title="Missing `Flatten` before the output layer",
        pattern=EITHER + r"target\.shape=\([^,()]+,(?: \d+)?\), "
        r"output\.shape=\([^,()]+, (?P<height>\w+), (?P<width>\w+), \d+\)",
        says="There is one label per row, but the model has an output for each of {height} by "
        "{width} positions: the image axes were never removed.",
        fix="Add `Flatten()` or `GlobalAveragePooling2D()` before the last `Dense` layer.",
        edit=flattened,
    ),
    Entry(
        name="output-per-step",
        title="The model has an output per step, the labels one per row",
        pattern=EITHER + r"target\.shape=\([^,()]+,(?: 1)?\), "
        r"output\.shape=\([^,()]+, (?P<steps>\w+), \d+\)",
        says="There is one label per row, but the model has an output for each of {steps} time "
        "steps.",
        fix="Set `return_sequences=False` on the last recurrent layer. If there is none, add "
        "`Flatten()` or a pooling layer before the output layer.",
        edit=last_step,
    ),
    Entry(
        name="labels-without-a-column",
        title="Labels without the axis of the single output",
        pattern=ONE_TO_ONE + r"target\.shape=\(([^()]+?),?\), output\.shape=\((?P<outputs>\1, 1)\)",
        says="The outputs of a batch have shape ({outputs}), the labels lack the last axis, and a "
        "loss or a metric of this cell compares only what has the same shape.",
        fix="Pass the labels as a column: `y[..., None]` in place of `y`, also those for "
        "validation.",
    ),
    Entry(
        name="class-ids-not-one-hot",
        title="Class ids where one-hot labels are expected",
        pattern=ONE_TO_ONE
        + r"target\.shape=\(([^()]+?),?\), output\.shape=\(\1, (?P<outputs>\d+)\)",
        says="The labels are single numbers, the model has {outputs} outputs for each, and this "
        "loss expects a label for every output.",
        fix="Compile with `sparse_categorical_crossentropy` and a softmax output, or one-hot "
        "encode the labels with `keras.utils.to_categorical`.",
    ),
    Entry(
        name="class-id-column-not-one-hot",
        title="A column of class ids where one-hot labels are expected",
        pattern=ONE_TO_ONE
        + r"target\.shape=\(([^()]+), 1\), output\.shape=\(\1, (?P<outputs>\d+)\)",
        says="The labels have a single column, the model has {outputs} outputs per row, and this "
        "loss expects a column for every output.",
        fix="Compile with `sparse_categorical_crossentropy` and a softmax output, or one-hot "
        "encode the labels with `keras.utils.to_categorical`.",
    ),
    Entry(
        name="two-columns-one-output",
        title="Two label columns for a single output",
        pattern=ONE_TO_ONE + r"target\.shape=\(([^()]+), (?P<columns>2)\), output\.shape=\(\1, 1\)",
        says="The labels have {columns} columns, one per class, but the model has one output.",
        fix="Pass only the column of class 1, `y[:, 1]`, or use 2 softmax units and compile with "
        "`categorical_crossentropy`.",
    ),
    Entry(
        name="label-columns",
        title="Different numbers of label columns and outputs",
        pattern=ONE_TO_ONE
        + r"target\.shape=\(([^()]+), (?P<columns>\d+)\), output\.shape=\(\1, (?P<outputs>\d+)\)",
        says="The labels have {columns} columns, the model has {outputs} outputs per row, and this "
        "loss compares them one to one.",
        fix="Use {columns} units in the last layer. If `to_categorical` made one column too many, "
        "the class ids start at 1: use `to_categorical(y - 1)`.",
    ),
    Entry(
        name="one-hot-not-class-ids",
        title="One-hot labels where class ids are expected",
        pattern=SPARSE
        + r"target\.shape=\(([^()]+), (?P<columns>\d+)\), output\.shape=\(\1, (?P<outputs>\d+)\)",
        says="The labels (perhaps only those for validation) have {columns} columns per row, but "
        "this loss expects a single class id.",
        fix="Compile with `categorical_crossentropy`, or convert the labels to class ids with "
        "`y.argmax(-1)`.",
    ),
    Entry(
        name="extra-output-axis",
        title="The output has one axis more than the labels",
        pattern=EITHER + r"target\.shape=\([^,()]+, (?P<columns>\d+)\), "
        r"output\.shape=\([^,()]+, (?P<steps>\w+), \d+\)",
        says="The labels have {columns} columns per row, but the model has outputs for each of "
        "{steps} steps: that axis was never removed.",
        fix="Add `Flatten()` or a pooling layer before the output layer.",
        edit=last_step,
    ),
    Entry(
        name="label-and-output-shapes",
        title="Incompatible shapes of labels and outputs",
        pattern=EITHER
        + r"target\.shape=(?P<labels>\([^()]*\)), output\.shape=(?P<outputs>\([^()]*\))",
        says="The labels of a batch have shape {labels}, the outputs {outputs}, and this loss "
        "cannot compare the two.",
        fix="Change the last layer to the shape of the labels, or reshape the labels.",
    ),
    Entry(
        name="nan-label",
        title="A label is NaN",
        pattern=r"Received a label value of -9223372036854775808 which is outside the valid range",
        says="A label is NaN: cast to an integer it becomes -9223372036854775808.",
        fix="Count the NaN labels with `np.isnan(y).sum()`, and drop these rows.",
    ),
    Entry(
        name="label-out-of-range",
        title="A class id without an output unit",
        pattern=r"Received a label value of (?P<label>-?\d+) which is outside the valid range of "
        r"\[0, (?P<units>\d+)\)",
        says="The labels contain class {label}, but the output layer has {units} units, for "
        "classes counted from 0.",
        fix="If the classes start at 1, use `y - 1`. Otherwise number them with `LabelEncoder`, or "
        "use one output unit for each.",
    ),
    Entry(
        name="token-out-of-range",
        title="A token id is out of range for the embedding",
        pattern=r"indices\[(?P<place>[\d,]+)\] = (?P<token>-?\d+) is not in \[0, (?P<size>\d+)\)",
        says="The inputs contain the id {token} (at [{place}] of a batch), but the embedding has "
        "`input_dim={size}`, for ids counted from 0.",
        fix="Set `input_dim` of the embedding to the largest id plus 1.",
    ),
    Entry(
        name="one-target-several-outputs",
        title="One target per row but several outputs",
        pattern=UNEQUAL + r"compile_loss/\w+/.*with input shapes: "
        r"(?:\[(\d+)\], \[\1,(?P<outputs>\d+)\]|\[(\d+),(?P<units>\d+)\], \[\3\])"
        r"|" + APART + r"(?:\[(\d+)\] vs\. \[\5,\d+\]|\[(\d+),\d+\] vs\. \[\6\])"
        r"\s+\[\[\{\{node (?:gradient_tape/)?compile_loss/",
        says="The loss compares each output with a target, but there are several outputs and only "
        "one target per row.",
        fix="For classes compile with `sparse_categorical_crossentropy`; for regression use 1 unit "
        "in the last layer.",
    ),
    Entry(
        name="target-and-output-widths",
        title="Different numbers of targets and outputs per row",
        pattern=UNEQUAL + r"compile_loss/(?P<loss>\w+)/.*with input shapes: "
        r"\[(?P<first>[\d,?]+)\], \[(?P<second>[\d,?]+)\]",
        says="`{loss}` compares targets and outputs one to one, and their shapes in this batch are "
        "({first}) and ({second}).",
        fix="Use as many units in the last layer as the targets have columns.",
    ),
    Entry(
        name="metric-for-class-ids",
        title="A metric compares class ids with probabilities",
        pattern=UNEQUAL + r"Equal\w*\}\}.*with input shapes: \[(\d+)\], \[\1,\d+\]"
        r"|" + APART + r"\[(\d+)\] vs\. \[\2,\d+\]\s+\[\[\{\{node Equal",
        says="A metric fails, not the loss: it compares each class id with several outputs.",
        fix='Use `metrics=["accuracy"]`: Keras then chooses the accuracy for class ids.',
    ),
    Entry(
        name="precision-on-class-ids",
        title="Precision or recall with several classes",
        pattern=UNEQUAL
        + r"LogicalAnd\w*\}\}|"
        + APART
        + r"\[1,\d+\] vs\. \[1,\d+\]\s+\[\[\{\{node LogicalAnd",
        says="A metric fails, not the loss: precision and recall need one label for every output, "
        "but the labels are class ids.",
        fix="Use one-hot labels with `categorical_crossentropy` and set `class_id` of the metric, "
        "or compute precision and recall from `predict` after training.",
    ),
    Entry(
        name="auc-on-class-ids",
        title="AUC with several classes",
        pattern=r"Argument `segment_ids` and `data` should have same leading dimension"
        r"|data\.shape = \[\d+\] does not start with segment_ids\.shape = \[\d+\]",
        says="A metric fails, not the loss: AUC needs one label for every output, but the labels "
        "are class ids.",
        fix="Use one-hot labels with `categorical_crossentropy`, or compute AUC from `predict` "
        "after training.",
    ),
    Entry(
        name="f1-on-flat-labels",
        title="F1 score with one-dimensional labels",
        pattern=r"FBetaScore expects 2D inputs .*y_pred\.shape=(?P<outputs>\([^()]*\)) and "
        r"y_true\.shape=(?P<labels>\([^()]*\))",
        says="A metric fails, not the loss: F1 needs two-dimensional labels, but these have shape "
        "{labels}.",
        fix='Use `y[:, None].astype("float32")` for one output, one-hot labels for several.',
    ),
    Entry(
        name="shapes-in-loss",
        title="Incompatible shapes in the loss",
        pattern=r"Incompatible shapes: \[(?P<one>[^\]]*)\] vs\. \[(?P<other>[^\]]*)\]"
        r"[^\n]*\n[^\n]*compile_loss/",
        says="The loss combines an array of shape ({one}) with one of shape ({other}). `fit` calls "
        "it with one batch at a time; a global array of all training rows has another length.",
        fix="Pass row weights as `sample_weight` of `fit`, and other values per row as additional "
        "columns of y: Keras then splits them into batches as well.",
    ),
)
