"""Which readings are taken at which moment of a `fit`, and from what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nbdoctor.capture.cell import Cell
from nbdoctor.capture.changes import Changes
from nbdoctor.capture.data import Rows, rows_of_batches, training_rows, validation_rows
from nbdoctor.capture.fit import FitCall
from nbdoctor.probes.activations import Activations
from nbdoctor.probes.callbacks import Callbacks, read_callbacks
from nbdoctor.probes.columns import tables_of_fit
from nbdoctor.probes.crash import Crash, read_crash
from nbdoctor.probes.data_changes import (
    DataChanges,
    EarlierSignal,
    read_data_changes,
    values_before,
)
from nbdoctor.probes.fit import Fit, read_fit
from nbdoctor.probes.forward import has_loss
from nbdoctor.probes.gradients import Gradients
from nbdoctor.probes.head import Head, read_head
from nbdoctor.probes.history import History, read_history
from nbdoctor.probes.inputs import Inputs, read_inputs
from nbdoctor.probes.labels import Labels, Target, read_labels
from nbdoctor.probes.layers import Layers, layer_paths, read_layers
from nbdoctor.probes.look import Look
from nbdoctor.probes.loss_at_init import LossAtInit
from nbdoctor.probes.metrics import Metrics
from nbdoctor.probes.mixing import Mixing, batches_in_order, read_mixing
from nbdoctor.probes.modes import Modes, read_modes
from nbdoctor.probes.overlap import Overlap, read_overlap
from nbdoctor.probes.pipeline import Pipeline, read_pipeline
from nbdoctor.probes.rehearsal import UnbuiltPartsError
from nbdoctor.probes.rehearsed import activation_readings, rehearsal_readings, update_readings
from nbdoctor.probes.row_weights import RowWeights, read_class_weights, read_row_weights
from nbdoctor.probes.signal import Signal, input_kind, read_signal
from nbdoctor.probes.source import Source, layer_lines, read_source
from nbdoctor.probes.tokens import Tokens, read_tokens
from nbdoctor.probes.train_step import has_call
from nbdoctor.probes.trainability import Trainability, read_trainability
from nbdoctor.probes.trained import Trained, read_trained_model
from nbdoctor.probes.updates import Updates
from nbdoctor.probes.validation import Validation, read_validation
from nbdoctor.probes.weights import Weights
from nbdoctor.probes.wiring import Wiring, read_wiring
from nbdoctor.readings import Readings

ONLY_PARTS = "the model has no `call`, so that only its parts can be looked at"

# -- when fit is called -----------------------------------------------------------------------


def read_cell(
    readings: Readings, cell: Cell, namespace: Mapping[str, Any], line: int | None
) -> None:
    """What the text of the cell says."""
    if cell.source:
        readings.take("the cell", lambda: read_source(cell, namespace, line), Source)


def read_data(
    readings: Readings, call: FitCall, rows: Rows | None, validation: Rows | None
) -> None:
    """What is known of the data: in memory when `fit` is called, else from its first batches."""
    readings.take("the arguments of fit", lambda: read_fit(call, rows), Fit)
    readings.take("the callbacks", lambda: read_callbacks(call.model, call.arguments), Callbacks)
    if rows is None or not rows.inputs or rows.total == 0:
        return
    source = readings.get(Source) or Source()
    x_names = dict.fromkeys(rows.inputs, source.x_name) if len(rows.inputs) == 1 else {}
    y_names = dict.fromkeys(rows.targets, source.y_name) if len(rows.targets) == 1 else {}
    readings.take("the inputs", lambda: read_inputs(rows, validation, x_names), Inputs)
    if not rows.targets:
        readings.missing[Labels] = "does not apply: the data holds no labels"
        return
    readings.take("the labels", lambda: read_labels(rows, y_names), Labels)
    share = float(call.arguments.get("validation_split") or 0.0)
    labels = readings.get(Labels)
    if validation is None or labels is None or labels.targets[0].name not in validation.targets:
        return
    readings.take(
        "the validation labels",
        lambda: read_validation(labels.targets[0], rows, validation, share),
        Validation,
    )


def read_changes(
    readings: Readings, call: FitCall, changes: Changes, namespace: Mapping[str, Any]
) -> None:
    """What lines of the cell did to the data before."""
    if changes.before:
        readings.take(
            "the changes of the data",
            lambda: read_data_changes(changes, call.arguments, namespace),
            DataChanges,
        )


def read_order(
    readings: Readings, call: FitCall, rows: Rows | None, batches: Sequence[Any] = ()
) -> None:
    """How the classes are spread over the batches, where nothing shuffles the rows any more.

    Parameters
    ----------
    readings : Readings
    call : FitCall
    rows : Rows or None
        Of the data in memory; its batches follow from the arguments.
    batches : sequence
        Batches as the data gave them, where it is not in memory.
    """
    labels, fit = readings.get(Labels), readings.get(Fit)
    if labels is None or fit is None or len(labels.targets) != 1 or _keeps_state(call.model):
        return
    target = labels.targets[0]
    if batches:
        parts = [rows_of_batches(call.model, [batch], None) for batch in batches]
        first = next(iter(parts[0].inputs.values()))
        targets = [part.targets[target.name] for part in parts if target.name in part.targets]
    elif rows is not None and rows.whole and not fit.shuffle and fit.batch_size:
        first = next(iter(rows.whole.values()))[: fit.batch_size]
        targets = batches_in_order(rows.targets[target.name], fit.batch_size)
    else:
        return
    readings.take("the order of the rows", lambda: read_mixing(first, targets, target), Mixing)


def read_ids(readings: Readings, model: Any, rows: Rows | None) -> None:
    """Ids that are looked up in a table."""
    if rows is None:
        return
    inputs = readings.get(Inputs)
    names = {one.name: one.variable for one in inputs.tensors} if inputs else {}
    readings.take("the token ids", lambda: read_tokens(model, rows, names), Tokens)


def read_weights_of_rows(
    readings: Readings, call: FitCall, rows: Rows | None, batches: Sequence[Any] = ()
) -> None:
    """How much each row counts: by its class, or by what the data yields third."""
    labels, given = readings.get(Labels), call.arguments.get("class_weight")
    if given is not None and rows is not None and labels is not None:
        target = labels.targets[0]
        values = rows.targets[target.name]
        readings.take(
            "the class weights", lambda: read_class_weights(given, values, target), RowWeights
        )
    elif given is None and batches:
        readings.take("the row weights", lambda: _third_items(call, batches), RowWeights)


def _third_items(call: FitCall, batches: Sequence[Any]) -> RowWeights | None:
    import keras

    parts = [keras.utils.unpack_x_y_sample_weight(batch) for batch in batches]
    here = keras.ops.convert_to_numpy
    weights = [here(part[2]) for part in parts if hasattr(part[2], "shape")]
    if len(weights) != len(parts):
        return None
    named = call.arguments.get("sample_weight") is not None
    rows = rows_of_batches(call.model, [batches[0]], None)
    inputs = {name: [values] for name, values in rows.inputs.items()}
    return read_row_weights("sample_weight" if named else "third item", weights, inputs)


def _keeps_state(model: Any) -> bool:
    """Whether the order of the rows matters to the model: its layers go on from batch to batch."""
    return any(getattr(layer, "stateful", False) for layer in model._flatten_layers())  # noqa: SLF001


def read_model(readings: Readings, model: Any) -> None:
    """What the model is made of, as far as it is built; nothing is called."""
    source = readings.get(Source) or Source()
    labels = readings.get(Labels)
    names = [target.name for target in labels.targets] if labels else []
    _read_structure(readings, model)
    readings.take("the head", lambda: read_head(model, names, _loss_texts(source)), Head)


def read_what_is_settled(readings: Readings, model: Any) -> None:
    """What an earlier `fit` has settled; only before this one makes its own step."""
    readings.take("what is trained", lambda: read_trainability(model), Trainability)


def read_layers_once_built(readings: Readings, model: Any) -> None:
    """The layers again, where the first look found a model that was not built."""
    layers = readings.get(Layers)
    if layers is None or layers.total == 0:
        _read_structure(readings, model)


def _read_structure(readings: Readings, model: Any) -> None:
    source = readings.get(Source) or Source()
    readings.take("the layers", lambda: read_layers(model, _lines(model, source)), Layers)
    readings.take("the graph", lambda: read_wiring(model, _lines(model, source)), Wiring)


def _lines(model: Any, source: Source) -> dict[str, int]:
    known = layer_paths(model)
    layers = getattr(model, "layers", None) or []
    return layer_lines(
        source.calls,
        [(layer.name, type(layer).__name__) for layer in layers if id(layer) in known],
    )


def _loss_texts(source: Source) -> dict[str, str]:
    """The loss as it is written, for all outputs ("")."""
    for call in source.calls:
        argument = call.argument("loss", 1) if call.name == "compile" else None
        if argument is not None:
            return {"": argument.text}
    return {}


# -- before the first step --------------------------------------------------------------------


def read_rehearsal(readings: Readings, look: Look) -> bool:
    """Rehearse the first step; False when it raises (the real one will raise its own error)."""
    kinds = (Gradients, Weights, LossAtInit, Metrics)
    try:
        look.rehearse()
    except UnbuiltPartsError as error:
        why = str(error)
        readings.missing.update(dict.fromkeys((*kinds, Updates, Activations), why))
        return False
    except Exception as error:  # noqa: BLE001  (the user's model: training will say it)
        look.error = error
        why = f"the first step raises {type(error).__name__}"
        if look.room.empty:
            why = "memory ran out while the first step was rehearsed"
        readings.missing.update(dict.fromkeys((*kinds, Updates, Activations), why))
        return False
    fit = readings.get(Fit)
    if fit is not None:
        readings.add(replace(fit, metric_names=tuple(look.first.logs)))
    readings.take_all("the first step", lambda: rehearsal_readings(look, readings.taken), *kinds)
    if not has_call(look.model):
        readings.missing.update(dict.fromkeys((LossAtInit, Metrics), ONLY_PARTS))
    elif not has_loss(look.model):
        readings.missing[LossAtInit] = "does not apply: the model was compiled without a loss"
    return True


def read_further_steps(readings: Readings, look: Look) -> None:
    """What every layer puts out, gradients of further batches, and what the steps did."""
    gradients, fit = readings.get(Gradients), readings.get(Fit)
    flow = gradients.first_to_last[0] if gradients and gradients.first_to_last else None
    if len(look.first.optimizers) > 1:
        readings.missing[Updates] = "does not apply: the step uses several optimizers"
    if look.run.in_graph:  # then further steps give the activations of further rows, too
        readings.attempt("further batches", lambda: look.go_on(flow))
    if has_call(look.model):
        readings.take_all(
            "the activations",
            lambda: activation_readings(look, readings.get(Inputs), readings.get(Layers)),
            Activations,
        )
    else:
        readings.missing[Activations] = ONLY_PARTS
    if not look.run.in_graph:
        readings.attempt("further batches", lambda: look.go_on(flow))
    planned = fit.steps_planned if fit else None
    readings.take_all("the updates", lambda: update_readings(look, planned), Updates)


# -- while it trains and after ----------------------------------------------------------------


def read_times(
    readings: Readings, call: FitCall, fetch: float, first_step: float, starts: Sequence[float]
) -> None:
    """Times of the first real steps."""
    fit = readings.get(Fit)
    if fit is None or not starts:
        return
    readings.take(
        "the timing",
        lambda: read_pipeline(
            fit,
            first_fetch=fetch,
            first_step=first_step,
            starts=starts,
            progress_bar=call.arguments.get("verbose") in ("auto", 1),
        ),
        Pipeline,
    )


def read_log(readings: Readings, history: Any, passes: Sequence[int]) -> None:
    """The training log."""
    readings.take("the training log", lambda: read_history(history, passes), History)


def read_trained(readings: Readings, look: Look | None) -> None:
    """What the layers put out now that training is over."""
    if look is None or readings.get(History) is None or Activations not in readings.taken:
        return

    look.trained = True

    def again() -> Iterator[Activations]:
        for reading in activation_readings(look, None, readings.get(Layers)):
            if isinstance(reading, Activations):
                yield replace(reading, after_training=True)

    readings.take_all("the activations after training", again, Activations)
    before = readings.get(Weights)
    if before is not None:
        labels, head = readings.get(Labels), readings.get(Head)
        readings.take(
            "the trained model",
            lambda: read_trained_model(look, before, labels, head),
            Trained,
        )
    trained = readings.get(Trained)
    if trained is not None:
        readings.take("the two modes", lambda: read_modes(look, trained), Modes)


def read_error(
    readings: Readings,
    error: BaseException,
    look: Look | None,
    call: FitCall,
    namespace: Mapping[str, Any],
) -> None:
    """What stopped `fit`, in which layer, and over which columns of the data."""

    def crash() -> Crash:
        entered = look.first.entered if look is not None else []
        tables = tables_of_fit(call.arguments, namespace)
        return read_crash(error, "fitting", entered, call.line, tables)

    readings.take("the error", crash, Crash)


def read_shared_rows(readings: Readings, call: FitCall, rows: Rows | None) -> None:
    """Whether training has seen validation rows. It can wait: every row is compared."""
    if rows is None or not rows.whole or readings.get(Overlap) is not None:
        return
    split = call.arguments.get("validation_data") is None

    def compare() -> Overlap | None:
        validation = validation_rows(call)
        return None if validation is None else read_overlap(rows, validation, split=split)

    readings.take("the validation rows", compare, Overlap)


def read_baselines(readings: Readings, rows: Rows | None) -> None:
    """What simple models see in the same rows. It can wait: it takes longer than a step."""
    labels, layers = readings.get(Labels), readings.get(Layers)
    if labels is None and Signal not in readings.taken:
        readings.missing[Signal] = "does not apply: there are no labels to relate the inputs to"
    if readings.get(Signal) is not None or rows is None or labels is None:
        return
    if len(labels.targets) != 1:
        readings.missing[Signal] = "does not apply: the baselines are for one output"
        return
    shape = next(iter(rows.inputs.values())).shape[1:]
    kind = input_kind(shape, embedded=bool(layers and layers.embeds_inputs))
    readings.missing[Signal] = "does not apply: the baselines need numbers, one label per row"
    target = labels.targets[0]
    numbers = _takes_numbers(readings, target)
    readings.take("the baselines", lambda: read_signal(rows, target, kind, numbers=numbers), Signal)


def read_earlier_signal(readings: Readings, call: FitCall, changes: Changes) -> None:
    """What simple models saw before a line put inputs or labels alone into another order."""
    told, signal = readings.get(DataChanges), readings.get(Signal)
    if told is None or signal is None or not told.apart or readings.get(EarlierSignal) is not None:
        return
    change = told.apart[-1]
    x, y = values_before(change, changes, call.arguments)

    def read() -> EarlierSignal | None:
        rows = training_rows(replace(call, arguments={**call.arguments, "x": x, "y": y}))
        if rows is None or not rows.targets:
            return None
        target = read_labels(rows, {}).targets[0]
        numbers = _takes_numbers(readings, target)
        earlier = read_signal(rows, target, signal.input_kind, numbers=numbers)
        return None if earlier is None else EarlierSignal(change=change, signal=earlier)

    readings.take("the rows before they were reordered", read, EarlierSignal)


def _takes_numbers(readings: Readings, target: Target) -> bool:
    head = readings.get(Head)
    output = head.of(target) if head else None
    return output is not None and output.takes_numbers(target)
