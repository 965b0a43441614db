"""Which number formats of a workbook show a number as a day.

One look at each letter of a format, however it is written (ECMA-376, part 1, 18.8.30 and 18.8.31).
"""

_BUILT_IN = {*range(14, 18), 22, *range(27, 37), *range(50, 59)}
_LONGEST = 255  # what Excel lets people type


def shows_day(number_format: int, codes: dict[int, str]) -> bool:
    """Whether a format is one of those that spreadsheets know by number, or says year or day in its code."""
    return number_format in _BUILT_IN or _says_day(codes.get(number_format, ""))


def _says_day(code: str) -> bool:
    closing = ""
    skip = False
    for letter in code[:_LONGEST]:
        if skip:
            skip = False
        elif closing:
            closing = "" if letter == closing else closing
        elif letter in '"[':
            closing = '"' if letter == '"' else "]"
        elif letter in "\\_*":
            skip = True
        elif letter in "yYdD":
            return True
    return False
