"""Who may do what: the table of the product's description, retyped here and compared both ways."""

import pytest

from florin.domain.staff import rights
from florin.domain.staff.models import User
from florin.domain.staff.rights import RIGHTS, Right, Role

COLUMNS = [
    Role.ADMIN,
    Role.ACCOUNTS_RECEIVABLE,
    Role.CASHIER,
    Role.SALES_MANAGER,
    Role.SALES,
    Role.SALES_ALLOCATIONS,
    Role.REPORTS,
]
# Columns: Admin, Accounts Receivable, Cashier, Sales Manager, Sales, Sales Allocations, Reports.
TABLE = {
    Right.ORDERS: "x-xxxx-",
    Right.OVER_CREDIT_LIMIT: "x--x---",
    Right.SEND_INVOICE: "xxxxxx-",
    Right.OPEN_INVOICES: "xxxxxx-",
    Right.STATEMENTS: "xxxxxx-",
    Right.RECEIVE_PAYMENT: "xxx----",
    Right.REFUND: "xxx----",
    Right.CREATE_CREDIT: "xx-xx--",
    Right.APPROVE_CREDIT: "x--x---",
    Right.SEE_CUSTOMERS: "xxxxxx-",
    Right.EDIT_CUSTOMERS: "xx-x---",
    Right.SEE_PRODUCTS: "xxxxxx-",
    Right.EDIT_PRODUCTS: "xx-x---",
    Right.SWITCH_CUSTOMER_LINKS: "xx-----",
    Right.REPORTS: "xx-x--x",
    Right.SETUP: "x------",
    Right.SECURITY_LOG: "x------",
}


@pytest.mark.parametrize("role", Role)
def test_a_role_may_what_the_table_says_and_nothing_else(role: Role) -> None:
    column = COLUMNS.index(role)

    assert RIGHTS[role] == {right for right, row in TABLE.items() if row[column] == "x"}


def test_the_table_has_every_role_and_every_right() -> None:
    assert set(COLUMNS) == set(Role) == set(RIGHTS)
    assert set(TABLE) == set(Right)


def test_several_roles_may_what_any_of_them_may() -> None:
    assert (
        rights.granted_by(["cashier", "sales_manager"]) == RIGHTS[Role.CASHIER] | RIGHTS[Role.SALES_MANAGER]
    )


@pytest.mark.parametrize("roles", [[], ["superuser"], ["ADMIN"], [""], ["admin "], ["reports,admin"]])
def test_what_is_not_exactly_a_role_may_nothing(roles: list[str]) -> None:
    assert rights.granted_by(roles) == frozenset()


def test_an_unknown_role_takes_nothing_from_the_others() -> None:
    assert rights.granted_by(["florist", "reports"]) == {Right.REPORTS}


@pytest.mark.parametrize("right", Right)
def test_somebody_who_left_may_nothing(right: Right) -> None:
    there, gone = User(roles=["admin"]), User(roles=["admin"], is_active=False)

    assert there.may(right)
    assert not gone.may(right)


def test_an_address_signs_in_in_any_spelling_and_belongs_to_one_person(owner: User) -> None:
    assert User.objects.get_by_natural_key(f"  {owner.email.upper()} ") == owner
