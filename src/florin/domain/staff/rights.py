"""Who may do what: the table of product.md section 4 as data (R1)."""

from enum import StrEnum


class Role(StrEnum):
    """What a person is at their company; somebody may be several things."""

    ADMIN = "admin"
    ACCOUNTS_RECEIVABLE = "accounts_receivable"
    CASHIER = "cashier"
    SALES_MANAGER = "sales_manager"
    SALES = "sales"
    SALES_ALLOCATIONS = "sales_allocations"
    REPORTS = "reports"


class Right(StrEnum):
    """What can be done; every office screen names the one it needs."""

    ORDERS = "orders"
    OVER_CREDIT_LIMIT = "over_credit_limit"
    SEND_INVOICE = "send_invoice"
    OPEN_INVOICES = "open_invoices"
    STATEMENTS = "statements"
    RECEIVE_PAYMENT = "receive_payment"
    REFUND = "refund"
    CREATE_CREDIT = "create_credit"
    APPROVE_CREDIT = "approve_credit"
    SEE_CUSTOMERS = "see_customers"
    EDIT_CUSTOMERS = "edit_customers"
    SEE_PRODUCTS = "see_products"
    EDIT_PRODUCTS = "edit_products"
    SWITCH_CUSTOMER_LINKS = "switch_customer_links"
    REPORTS = "reports"
    SETUP = "setup"
    SECURITY_LOG = "security_log"


_SELLING = frozenset({Right.ORDERS, Right.SEND_INVOICE, Right.OPEN_INVOICES, Right.STATEMENTS})
_SEEING = frozenset({Right.SEE_CUSTOMERS, Right.SEE_PRODUCTS})
_EDITING = _SEEING | {Right.EDIT_CUSTOMERS, Right.EDIT_PRODUCTS}
_MONEY = frozenset({Right.RECEIVE_PAYMENT, Right.REFUND})

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ADMIN: frozenset(Right),
    Role.ACCOUNTS_RECEIVABLE: (_SELLING - {Right.ORDERS})
    | _MONEY
    | _EDITING
    | {Right.CREATE_CREDIT, Right.SWITCH_CUSTOMER_LINKS, Right.REPORTS},
    Role.CASHIER: _SELLING | _MONEY | _SEEING,
    Role.SALES_MANAGER: _SELLING
    | _EDITING
    | {Right.OVER_CREDIT_LIMIT, Right.CREATE_CREDIT, Right.APPROVE_CREDIT, Right.REPORTS},
    Role.SALES: _SELLING | _SEEING | {Right.CREATE_CREDIT},
    Role.SALES_ALLOCATIONS: _SELLING | _SEEING,
    Role.REPORTS: frozenset({Right.REPORTS}),
}


def granted_by(roles: list[str]) -> frozenset[Right]:
    """Return the union of what the roles allow; an unknown role allows nothing."""
    known = [Role(role) for role in roles if role in set(Role)]
    return frozenset().union(*(RIGHTS[role] for role in known))
