"""A line of the log is one line, with its time in UTC, whatever text is in it."""

import json
import logging
import re
from datetime import datetime, timedelta

import pytest

from florin.config.log_lines import OneLine, OneObject
from florin.kernel import request_ids


def line(message: str, *arguments: object) -> str:
    record = logging.LogRecord("florin", logging.WARNING, "", 0, message, arguments, None)
    return OneLine().format(record)


@pytest.mark.parametrize("sign", ["\n", "\r", "\x1b", "\x00", "\u2028", "\u0085"])
def test_nothing_in_a_text_begins_a_line_or_moves_the_cursor(sign: str) -> None:
    written = line("The name is %s", f"x{sign}2026-11-30T00:00:00Z INFO florin: all is well")
    assert written.isprintable()
    assert len(written.splitlines()) == 1


def test_the_time_is_in_utc_and_letters_stay_as_they_are() -> None:
    written = line("Señor %s", "Ünal")
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ WARNING florin: Señor Ünal$", written)


def test_a_traceback_follows_on_lines_of_its_own() -> None:
    with pytest.raises(ValueError, match="wrong") as caught:
        int("wrong")
    told = (caught.type, caught.value, caught.tb)
    record = logging.LogRecord("florin", logging.ERROR, "", 0, "Problem", (), told)
    assert OneLine().format(record).splitlines()[1].startswith("Traceback")


def test_a_line_names_the_request_that_is_being_answered() -> None:
    record = logging.LogRecord("florin", logging.INFO, "", 0, "Something", None, None)
    with request_ids.answering("a-request-1"):
        assert OneLine().format(record).endswith("florin: Something [a-request-1]")
        assert json.loads(OneObject().format(record))["request"] == "a-request-1"
    assert "request" not in json.loads(OneObject().format(record))


def test_as_json_each_message_is_one_object_on_one_line_with_its_traceback() -> None:
    with pytest.raises(ValueError, match="two") as raised:
        int("two\nlines")
    trouble = (raised.type, raised.value, raised.tb)
    record = logging.LogRecord("florin", logging.ERROR, "", 0, "a\nb \u2028", None, trouble)
    written = OneObject().format(record)

    assert written.isprintable()
    told = json.loads(written)
    assert (told["level"], told["logger"], told["message"]) == ("ERROR", "florin", "a\nb \u2028")
    assert told["traceback"].startswith("Traceback (most recent call last):\n")
    assert datetime.fromisoformat(told["at"]).utcoffset() == timedelta(0)
