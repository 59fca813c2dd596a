from __future__ import annotations

import json

from nbdoctor.view.packing import CLOSED, PACKED, packed, unpacked
from nbdoctor.view.wire import payload
from tests.view import patients


def test_what_was_packed_comes_out_as_it_was() -> None:
    for message in (payload(patients.sick(), {}), payload(patients.bare(), {})):
        stored = json.loads(json.dumps(packed(message)))
        assert stored["version"] == PACKED
        assert unpacked(stored) == message
        assert "version" in message, "the message itself is left alone"


def test_what_other_programs_look_for_stays_open() -> None:
    message = payload(patients.sick(), {})
    stored = packed(message)
    assert stored["report"].keys() == message["report"].keys() - set(CLOSED)
    assert stored["report"]["findings"] == message["report"]["findings"]


def test_a_message_that_is_not_packed_is_left_as_it_is() -> None:
    message = payload(patients.healthy(), {})
    assert unpacked(message) is message


def test_half_a_character_is_packed_as_what_can_be_read() -> None:
    message = {**payload(patients.healthy(), {}), "document": {"headline": "\ud800 is halved"}}
    assert unpacked(packed(message))["document"]["headline"] == "\ufffd is halved"
