"""Crashes where labels, outputs, loss and metrics meet."""

from __future__ import annotations

from nbdoctor.rules.crashes.edits import flattened, last_step
from nbdoctor.rules.crashes.entry import Entry

ONE_TO_ONE = r"must have the same (?:rank \(ndim\)|shape)\. Received: "
"""Losses that want a label for each output; JAX and PyTorch do not speak of ranks."""

SPARSE = r"(?:rank \(ndim\) `target\.ndim - 1`\. Received|up until the last dimension): "
"""The loss for class numbers; the first form has its sentence the wrong way round."""

EITHER = f"(?:{ONE_TO_ONE}|{SPARSE})"

APART = r"Incompatible shapes: "
"""What TensorFlow says while it runs, where the number of rows was not known before."""

UNEQUAL = r"Dimensions must be equal, but are \d+ and \d+ for '\{\{node "

LABELS = (
    Entry(
        title="The picture reaches the loss unflattened",
        pattern=EITHER + r"target\.shape=\([^,()]+,(?: \d+)?\), "
        r"output\.shape=\([^,()]+, (?P<height>\w+), (?P<width>\w+), \d+\)",
        says="There is one label per row, and the model answers for each of {height} by {width} "
        "positions: its picture axes were never removed.",
        fix="Put `Flatten()` or `GlobalAveragePooling2D()` before the last `Dense` layer.",
        edit=flattened,
    ),
    Entry(
        title="The model answers once per step, the labels once per row",
        pattern=EITHER + r"target\.shape=\([^,()]+,(?: 1)?\), "
        r"output\.shape=\([^,()]+, (?P<steps>\w+), \d+\)",
        says="There is one label per row, and the model answers for each of {steps} steps.",
        fix="Set `return_sequences=False` on the last recurrent layer. Where there is none, put "
        "`Flatten()` or a pooling layer before the head.",
        edit=last_step,
    ),
    Entry(
        title="Class numbers where one column per class is expected",
        pattern=ONE_TO_ONE
        + r"target\.shape=\(([^()]+?),?\), output\.shape=\(\1, (?P<outputs>\d+)\)",
        says="The labels are single numbers, the model puts out {outputs} values for each, and "
        "this loss wants a label for every one of them.",
        fix="Compile with `sparse_categorical_crossentropy` and give the head a softmax, or make "
        "the labels one-hot with `keras.utils.to_categorical`.",
    ),
    Entry(
        title="Class numbers in a column where one column per class is expected",
        pattern=ONE_TO_ONE
        + r"target\.shape=\(([^()]+), 1\), output\.shape=\(\1, (?P<outputs>\d+)\)",
        says="The labels have a single column, the model puts out {outputs} values per row, and "
        "this loss wants a column for every one of them.",
        fix="Compile with `sparse_categorical_crossentropy` and give the head a softmax, or make "
        "the labels one-hot with `keras.utils.to_categorical`.",
    ),
    Entry(
        title="Two label columns for a single output",
        pattern=ONE_TO_ONE + r"target\.shape=\(([^()]+), (?P<columns>2)\), output\.shape=\(\1, 1\)",
        says="The labels have {columns} columns, one per class, and the model has one output.",
        fix="Pass only the column of class 1, `y[:, 1]`, or give the head 2 units with a softmax "
        "and compile with `categorical_crossentropy`.",
    ),
    Entry(
        title="The labels have another number of columns than the output",
        pattern=ONE_TO_ONE
        + r"target\.shape=\(([^()]+), (?P<columns>\d+)\), output\.shape=\(\1, (?P<outputs>\d+)\)",
        says="The labels have {columns} columns, the model puts out {outputs} values per row, and "
        "this loss compares them one to one.",
        fix="Give the last layer {columns} units. If `to_categorical` made a column too many, the "
        "class numbers start at 1: use `to_categorical(y - 1)`.",
    ),
    Entry(
        title="One column per class where class numbers are expected",
        pattern=SPARSE
        + r"target\.shape=\(([^()]+), (?P<columns>\d+)\), output\.shape=\(\1, (?P<outputs>\d+)\)",
        says="The labels (perhaps only those for validation) have {columns} columns per row, and "
        "the loss for class numbers wants a single number.",
        fix="Compile with `categorical_crossentropy`, or turn the labels into numbers with "
        "`y.argmax(-1)`.",
    ),
    Entry(
        title="The outputs have one axis more than the labels",
        pattern=EITHER + r"target\.shape=\([^,()]+, (?P<columns>\d+)\), "
        r"output\.shape=\([^,()]+, (?P<steps>\w+), \d+\)",
        says="The labels have {columns} columns per row, and the model answers for each of {steps} "
        "steps: that axis was never removed.",
        fix="Put `Flatten()` or a pooling layer before the head.",
        edit=last_step,
    ),
    Entry(
        title="Labels and outputs have shapes that do not fit",
        pattern=EITHER
        + r"target\.shape=(?P<labels>\([^()]*\)), output\.shape=(?P<outputs>\([^()]*\))",
        says="The labels of a batch have shape {labels}, the outputs {outputs}, and this loss "
        "cannot compare the two.",
        fix="Give the last layer the shape of the labels, or the labels the shape of the output.",
    ),
    Entry(
        title="A label is not a number",
        pattern=r"Received a label value of -9223372036854775808 which is outside the valid range",
        says="A label is NaN: turned into a whole number it becomes -9223372036854775808.",
        fix="Count them with `np.isnan(y).sum()`, and drop these rows.",
    ),
    Entry(
        title="A class number has no output",
        pattern=r"Received a label value of (?P<label>-?\d+) which is outside the valid range of "
        r"\[0, (?P<units>\d+)\)",
        says="The labels hold class {label}, and the head has {units} units, for classes counted "
        "from 0.",
        fix="If the classes start at 1, use `y - 1`. Otherwise number them with `LabelEncoder`, or "
        "give the head one unit for each.",
    ),
    Entry(
        title="A token number is beyond the embedding",
        pattern=r"indices\[(?P<place>[\d,]+)\] = (?P<token>-?\d+) is not in \[0, (?P<size>\d+)\)",
        says="The inputs hold the number {token} (at [{place}] of a batch), and the embedding has "
        "{size} entries, counted from 0.",
        fix="Give the embedding `input_dim` of the largest number plus 1.",
    ),
    Entry(
        title="One target per row against several outputs",
        pattern=UNEQUAL + r"compile_loss/\w+/.*with input shapes: "
        r"(?:\[(\d+)\], \[\1,(?P<outputs>\d+)\]|\[(\d+),(?P<units>\d+)\], \[\3\])"
        r"|" + APART + r"(?:\[(\d+)\] vs\. \[\5,\d+\]|\[(\d+),\d+\] vs\. \[\6\])"
        r"\s+\[\[\{\{node (?:gradient_tape/)?compile_loss/",
        says="The loss compares each output with a target, and there are several outputs and only "
        "one target per row.",
        fix="For classes compile with `sparse_categorical_crossentropy`; for a number to predict "
        "give the last layer 1 unit.",
    ),
    Entry(
        title="Targets and outputs have different widths",
        pattern=UNEQUAL + r"compile_loss/(?P<loss>\w+)/.*with input shapes: "
        r"\[(?P<first>[\d,?]+)\], \[(?P<second>[\d,?]+)\]",
        says="`{loss}` compares targets and outputs one to one, and their shapes in this batch are "
        "({first}) and ({second}).",
        fix="Give the last layer as many units as the targets have columns.",
    ),
    Entry(
        title="A metric compares class numbers with probabilities",
        pattern=UNEQUAL + r"Equal\w*\}\}.*with input shapes: \[(\d+)\], \[\1,\d+\]"
        r"|" + APART + r"\[(\d+)\] vs\. \[\2,\d+\]\s+\[\[\{\{node Equal",
        says="It is a metric that fails, not the loss: it compares each class number with several "
        "outputs.",
        fix='Ask for `metrics=["accuracy"]`, and Keras takes the accuracy for class numbers.',
    ),
    Entry(
        title="Precision or recall on several classes",
        pattern=UNEQUAL
        + r"LogicalAnd\w*\}\}|"
        + APART
        + r"\[1,\d+\] vs\. \[1,\d+\]\s+\[\[\{\{node LogicalAnd",
        says="It is a metric that fails, not the loss: precision and recall want one label for "
        "every output, and the labels are class numbers.",
        fix="Make the labels one-hot with `categorical_crossentropy` and give the metric a "
        "`class_id`, or compute precision and recall from `predict` after training.",
    ),
    Entry(
        title="AUC on several classes",
        pattern=r"Argument `segment_ids` and `data` should have same leading dimension"
        r"|data\.shape = \[\d+\] does not start with segment_ids\.shape = \[\d+\]",
        says="It is a metric that fails, not the loss: AUC wants one label for every output, and "
        "the labels are class numbers.",
        fix="Make the labels one-hot with `categorical_crossentropy`, or compute AUC from "
        "`predict` after training.",
    ),
    Entry(
        title="F1 on flat labels",
        pattern=r"FBetaScore expects 2D inputs .*y_pred\.shape=(?P<outputs>\([^()]*\)) and "
        r"y_true\.shape=(?P<labels>\([^()]*\))",
        says="It is a metric that fails, not the loss: F1 wants labels with columns, and these "
        "have shape {labels}.",
        fix='Use `y[:, None].astype("float32")` for one output, one-hot labels for several.',
    ),
    Entry(
        title="Two sizes meet inside the loss",
        pattern=r"Incompatible shapes: \[(?P<one>[^\]]*)\] vs\. \[(?P<other>[^\]]*)\]"
        r"[^\n]*\n[^\n]*compile_loss/",
        says="Inside the loss an array of shape ({one}) meets one of shape ({other}). `fit` gives "
        "a loss one batch at a time; an array of all training rows that the loss takes from "
        "outside has another length.",
        fix="Hand weights of rows over as `sample_weight` of `fit`, and other values per row as "
        "further columns of y: then Keras cuts the batches out of them, too.",
    ),
)
