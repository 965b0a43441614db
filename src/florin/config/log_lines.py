"""How a line of the log looks: when, in UTC; how grave; who says it; what, without line breaks of its own."""

import logging
import time
import unicodedata


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
        return line if line.isprintable() else "".join(map(_visible, line))


def _visible(letter: str) -> str:
    category = unicodedata.category(letter)
    return ascii(letter)[1:-1] if category in {"Cc", "Zl", "Zp", "Cs"} else letter
