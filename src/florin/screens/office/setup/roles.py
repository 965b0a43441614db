"""What the roles are called where people read them."""

from collections.abc import Iterable

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


def names_of(roles: Iterable[str]) -> str:
    """Return roles as people call them, with commas between; one that is gone by its old code."""
    return ", ".join(str(ROLES.get(role, role)) for role in roles)
