"""The roles where people read and choose them."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from florin.domain.staff.rights import Role

ROLES: dict[str, Promise] = {
    Role.ADMIN: gettext_lazy("Admin"),
    Role.ACCOUNTS_RECEIVABLE: gettext_lazy("Accounts Receivable"),
    Role.CASHIER: gettext_lazy("Cashier"),
    Role.SALES_MANAGER: gettext_lazy("Sales Manager"),
    Role.SALES: gettext_lazy("Sales"),
    Role.SALES_ALLOCATIONS: gettext_lazy("Sales Allocations"),
    Role.REPORTS: gettext_lazy("Reports"),
}


class RolesField(forms.MultipleChoiceField):
    """Some of the roles; at least one if it is required."""

    def __init__(self, *, label: Any, help_text: Any, required: bool = True) -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            required=required,
            choices=list(ROLES.items()),
            error_messages={"required": gettext_lazy("Choose at least one role.")},
        )


def names_of(roles: Iterable[str]) -> str:
    """Return roles as people call them, with commas between; one that is gone by its old code."""
    return ", ".join(str(ROLES.get(role, role)) for role in roles)
