"""What a program that runs for long says when it starts: what in the settings keeps people from paying."""

import sys

from florin.contracts import connection_words
from florin.contracts.connection import UNUSABLE_KEYS, Level
from florin.flows import connect_processor


def may_start() -> bool:
    """Say in sentences what is wrong, and return false if the key to the processor cannot be right.

    Without a key everything but paying online works, so its absence is said and no more.
    """
    problems = [one for one in connect_processor.check_settings() if one.level == Level.PROBLEM]
    for finding in problems:
        sys.stderr.write(f"{connection_words.sentence(finding)}\n")
    sys.stderr.flush()
    return not any(finding.fact in UNUSABLE_KEYS for finding in problems)
