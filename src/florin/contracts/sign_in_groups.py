"""What a group of a sign-in service stands for here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRoles:
    """The roles that a group's people have at the company with this short name."""

    company: str
    roles: tuple[str, ...]
