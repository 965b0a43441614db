"""How a line of the log looks: when, in UTC; how grave; who says it; about which request; what.

Without line breaks of its own: as text, or as one JSON object for programs that collect logs.
"""

import json
import logging
import time
import unicodedata

from florin.kernel import request_ids


class OneLine(logging.Formatter):
    """Writes each message on one line, so that no text of others can look like a line of ours.

    Only a traceback, which is ours, follows on lines of its own.
    """

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", "%Y-%m-%dT%H:%M:%SZ", style="{")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        """Write the line, with control characters and line separators as escapes."""
        line = super().formatMessage(record)
        if request_id := request_ids.current():
            line = f"{line} [{request_id}]"
        return line if line.isprintable() else "".join(map(_visible, line))


class OneObject(logging.Formatter):
    """Writes each message as one JSON object on one line, its traceback included."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        """Write ``at`` (UTC), ``level``, ``logger``, ``message``; and ``request``, ``traceback`` if any."""
        told = {
            "at": f"{self.formatTime(record, '%Y-%m-%dT%H:%M:%S')}.{int(record.msecs):03}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request": request_ids.current(),
            "traceback": self.formatException(record.exc_info) if record.exc_info else "",
        }
        return json.dumps({name: value for name, value in told.items() if value})


def _visible(letter: str) -> str:
    category = unicodedata.category(letter)
    return ascii(letter)[1:-1] if category in {"Cc", "Zl", "Zp", "Cs"} else letter
