"""The first run: whoever holds the set-up code opens the first company in the browser, once.

no company yet -> a code in the data folder, printed by serve -> typed on the page -> open_company -> gone
"""

import re
import secrets

from django.conf import settings
from django.utils.crypto import constant_time_compare

from florin.domain.companies import queries as companies
from florin.edges import kept_secrets

# Without the letters and figures that look alike; five groups of four are a hundred bits.
_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_GROUPS, _SIGNS_EACH = 5, 4


def is_due() -> bool:
    """Whether the first company is still to be opened."""
    return not companies.has_any()


def show_code() -> str:
    """Return the code for whoever sees the console, made now if there is none."""
    return kept_secrets.keep_first(settings.SET_UP_CODE_FILE, _make_code)


def is_code(text: str) -> bool:
    """Whether it is the code, in capitals or not, with hyphens or not; in the same time whatever it is."""
    try:
        code = settings.SET_UP_CODE_FILE.read_text()
    except FileNotFoundError:
        return False
    return bool(code) and constant_time_compare(_bare(text), _bare(code))


def forget_code() -> None:
    """Delete the code: it has done its work, or a company was opened by the command."""
    settings.SET_UP_CODE_FILE.unlink(missing_ok=True)


def _make_code() -> str:
    groups = ("".join(secrets.choice(_SIGNS) for _ in range(_SIGNS_EACH)) for _ in range(_GROUPS))
    return "-".join(groups)


def _bare(text: str) -> str:
    return re.sub(r"[\s-]", "", text).upper()
