"""Everything that trains a model, watched for one doctor."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial

from nbdoctor.capture.fit import watch_fits
from nbdoctor.capture.loops import watch_own_loops
from nbdoctor.capture.uses import watch_uses
from nbdoctor.session.doctor import Doctor


@contextlib.contextmanager
def watched(doctor: Doctor) -> Iterator[None]:
    """Have every `fit` and every loop inside the block examined. Keras has to be imported."""
    context = doctor.context
    dry_run, cut = context.options.dry_run, context.options.cut
    with contextlib.ExitStack() as stack:
        watch = stack.enter_context(watch_fits(doctor, dry_run=dry_run, cut=cut))
        stack.callback(watch.end_of_loops)
        busy = partial(getattr, watch, "active")
        stack.enter_context(watch_uses(context.uses, busy))
        stack.enter_context(watch_own_loops(doctor, busy, context.namespace, dry_run=dry_run))
        yield
