"""What is found when an installation is examined."""

from dataclasses import dataclass
from enum import StrEnum

from florin.contracts.connection import Level


class Topic(StrEnum):
    """What is looked at."""

    ADDRESS = "address"
    DATABASE = "database"
    SECRETS = "secrets"
    WORKER = "worker"
    MAIL = "mail"
    PROCESSOR = "processor"
    CLOCK = "clock"
    DISK = "disk"
    BACKUP = "backup"


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that was looked at: how it stands, in a sentence that says what to do; never a secret."""

    topic: Topic
    level: Level
    sentence: str
