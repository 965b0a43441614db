"""Who gets in where: every role at every door, and the stranger at each."""

from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from factories import make_invoice, make_link, make_user
from florin.domain.companies.models import Company
from florin.domain.staff.models import User
from florin.domain.staff.rights import Right, Role
from florin.screens.office import urls
from office import signed_in
from testing.bank import Bank

ORDERS = {Role.ADMIN, Role.CASHIER, Role.SALES_MANAGER, Role.SALES, Role.SALES_ALLOCATIONS}
SENDERS = ORDERS | {Role.ACCOUNTS_RECEIVABLE}
KEEPERS = {Role.ADMIN, Role.ACCOUNTS_RECEIVABLE, Role.SALES_MANAGER}
ADMINS = {Role.ADMIN}
MONEY = {Role.ADMIN, Role.ACCOUNTS_RECEIVABLE, Role.CASHIER}
REPORTERS = KEEPERS | {Role.REPORTS}
CREDITORS = {Role.ADMIN, Role.ACCOUNTS_RECEIVABLE, Role.SALES_MANAGER, Role.SALES}
APPROVERS = {Role.ADMIN, Role.SALES_MANAGER}
CREDITS = [
    *("credits", "credits-open", "open-credit", "credit-apply", "credit-unapply", "credit-new"),
    *("credit-customers", "credit", "credit-timeline", "credit-edit", "credit-submit", "credit-reopen"),
    *("credit-void", "credits-upload", "credits-confirm", "credits-undo", "credits-template"),
]
STATEMENTS = [
    *("aging", "statements-review", "statements-send"),
    *("statement-new", "statement-preview", "statements"),
    *("statement", "statement-timeline", "statement-pdf", "statement-send"),
]
MAY_OPEN = {
    **dict.fromkeys(STATEMENTS, SENDERS),
    "home": set(Role),
    "feed": SENDERS,
    **dict.fromkeys(["checklist", "checklist-hide", "sample-invoice"], ADMINS),
    "bounced-mail": SENDERS,
    "bounced-dismiss": SENDERS,
    "orders": SENDERS,
    "order": SENDERS,
    "order-timeline": SENDERS,
    "order-email": SENDERS,
    "orders-held": SENDERS,
    "invoice-pdf": SENDERS,
    **dict.fromkeys(
        ["open-invoices", "open-invoices-picked", "payment-links-review", "payment-links-send"], SENDERS
    ),
    **dict.fromkeys(["mailing-run", "mailing-run-progress"], SENDERS),
    **dict.fromkeys(["former-batch", "former-batch-progress"], SENDERS),
    **dict.fromkeys(["former-statement-run", "former-statement-run-progress"], SENDERS),
    **dict.fromkeys(["receipt-pdf", "payment-history", "payment-export", "payment"], MONEY),
    **dict.fromkeys(
        ["disputes", "dispute-answer", "payment-nsf", "payment-chargeback", "payment-fee"], MONEY
    ),
    **dict.fromkeys(["refunds", "payment-refund"], MONEY),
    **dict.fromkeys(["processor-refusals", "processor-refusal-end"], MONEY),
    **dict.fromkeys(["reconciliation", "reconcile", "difference-settle"], MONEY),
    **dict.fromkeys(["payouts", "payout", "settlement", "settlement-download", "settlement-mail"], REPORTERS),
    **dict.fromkeys(["payment-news", "payment-email"], MONEY),
    **dict.fromkeys(["receive", "receive-invoices", "receive-reckon", "receive-customers"], MONEY),
    **dict.fromkeys(["payment-received", "payment-undo", "payment-unapply"], MONEY),
    **dict.fromkeys(["overpayments", "overpayment-keep", "overpayment-apply"], MONEY),
    "receiving-terms": {Role.ADMIN},
    **dict.fromkeys(
        [
            "sign-in-settings",
            "company",
            "company-contrast",
            "company-numbers",
            "company-texts",
            "company-preview",
        ],
        ADMINS,
    ),
    "export": {Role.ADMIN},
    **dict.fromkeys(["order-new", "order-edit", "order-confirm", "order-void", "order-withdraw"], ORDERS),
    **dict.fromkeys(["order-lines", "order-reckon", "order-customer"], ORDERS),
    **dict.fromkeys(["suggest-customers", "suggest-products"], ORDERS),
    "link-revoke": SENDERS,
    **dict.fromkeys(["customers", "customer", "customer-timeline"], SENDERS),
    **dict.fromkeys(["customer-new", "customer-edit"], KEEPERS),
    **dict.fromkeys(["products", "product", "product-timeline"], SENDERS),
    **dict.fromkeys(["products-confirm", "products-template"], KEEPERS),
    **dict.fromkeys(["product-new", "product-edit", "product-switch", "products-upload"], KEEPERS),
    "payments-settings": {Role.ADMIN},
    "security-log": {Role.ADMIN},
    **dict.fromkeys(CREDITS, CREDITORS),
    **dict.fromkeys(["credit-approve", "credit-reject"], APPROVERS),
    **dict.fromkeys(["payments-account", "payments-account-open", "payments-account-look"], ADMINS),
    "payments-connection": ADMINS,
    **dict.fromkeys(["people", "person-invite", "invitation-again", "invitation-withdraw"], ADMINS),
    **dict.fromkeys(["person", "person-deactivate", "person-activate", "person-sign-out"], ADMINS),
    "person-reset": ADMINS,
    **dict.fromkeys(["imports", "import-upload", "import-template", "import-run", "import-progress"], ADMINS),
    **dict.fromkeys(["import-columns", "import-start", "import-undo", "import-refused"], ADMINS),
}
POSTS = {"statements-send", "order-lines", "order-reckon", "order-customer"}
POSTS |= {
    "checklist-hide",
    "sample-invoice",
    "order-withdraw",
    "bounced-dismiss",
    "processor-refusal-end",
    "reconcile",
    "settlement-mail",
    "dispute-answer",
    "credits-undo",
    "product-switch",
    "products-confirm",
}
POSTS |= {
    "credits-confirm",
    "open-invoices-picked",
    "payment-links-send",
    "payments-account-open",
    "payments-account-look",
    "payments-connection",
}
POSTS |= {"invitation-again", "invitation-withdraw", "person-activate", "person-sign-out"}
POSTS |= {"import-upload", "import-columns", "import-start", "import-undo"}
POSTS |= {"receive-invoices", "receive-reckon", "overpayment-keep", "overpayment-apply"}
OF_ONE_CUSTOMER = ["customer", "customer-timeline", "customer-edit"]
OF_ONE_PAYMENT = ["payment", "payment-news", "payment-email", "receipt-pdf", "payment-nsf"]
OF_ONE_PAYMENT += ["payment-refund", "payment-fee"]
OF_ONE_PAYMENT += ["payment-received", "payment-undo", "payment-unapply"]
OF_ONE_ORDER = ["order", "order-timeline", "order-email", "order-edit", "order-confirm", "order-void"]
OF_ONE_ORDER += ["order-withdraw"]


def knock(client: Client, door: str, key: UUID) -> int:
    pattern = next(pattern for pattern in urls.urlpatterns if pattern.name == door)
    arguments: dict[str, object] = {"pk": key} if "pk" in str(pattern.pattern) else {}
    arguments |= {"kind": "customers"} if "kind" in str(pattern.pattern) else {}
    address = reverse(f"office:{door}", kwargs=arguments)
    return (client.post(address) if door in POSTS else client.get(address)).status_code


def test_every_door_is_in_the_table() -> None:
    assert {pattern.name for pattern in urls.urlpatterns} == set(MAY_OPEN)


@pytest.mark.parametrize("role", Role)
def test_a_role_opens_the_doors_it_may_and_no_other(
    company: Company, owner: User, bank: Bank, role: Role
) -> None:
    invoice = make_invoice(owner)
    client = signed_in(make_user(company, role))
    for door, roles in MAY_OPEN.items():
        key = invoice.pk if door == "invoice-pdf" else invoice.order_id
        status = knock(client, door, key)
        assert (status != 403) == (role in roles), (door, status)
        assert status < 500


def test_a_stranger_finds_nothing_of_ours_at_any_door(owner: User, stranger: User) -> None:
    invoice = make_invoice(owner)
    client = signed_in(stranger)
    for door in OF_ONE_ORDER:
        assert knock(client, door, invoice.order_id) == 404, door
        assert client.post(reverse(f"office:{door}", args=[invoice.order_id])).status_code in {404, 405}
    for door in OF_ONE_CUSTOMER:
        assert knock(client, door, invoice.customer_id) == 404, door
        assert client.post(reverse(f"office:{door}", args=[invoice.customer_id])).status_code in {404, 405}
    link = make_link(owner, invoice)
    assert knock(client, "link-revoke", link.pk) == 404
    assert client.post(reverse("office:link-revoke", args=[link.pk])).status_code == 404
    assert knock(client, "invoice-pdf", invoice.pk) == 404
    assert knock(client, "receipt-pdf", uuid4()) == 404


def test_a_stranger_sees_neither_our_orders_nor_our_customers(owner: User, stranger: User) -> None:
    invoice = make_invoice(owner)
    client = signed_in(stranger)
    suggestions = "/office/orders/suggest/customers/?customer=Corner"
    for page in ("/office/", "/office/orders/", "/office/customers/", suggestions):
        text = client.get(page).content.decode()
        assert invoice.customer.name not in text
        assert invoice.number not in text


def test_without_signing_in_every_door_leads_to_the_sign_in_page(company: Company) -> None:
    for door in MAY_OPEN:
        assert knock(Client(), door, uuid4()) in {302, 405}


def test_a_part_of_a_page_sends_the_browser_to_sign_in(company: Company) -> None:
    answer = Client().get(
        "/office/feed/", headers={"HX-Request": "true", "HX-Current-URL": "http://x/office/"}
    )
    assert (answer.status_code, answer["HX-Redirect"]) == (401, "/account/sign-in/?next=/office/")


def test_every_view_names_its_right() -> None:
    patterns: list[URLPattern] = urls.urlpatterns
    rights = [getattr(pattern.callback, "right", "missing") for pattern in patterns]
    assert all(right is None or isinstance(right, Right) for right in rights)
    assert rights.count(None) == 1


def test_somebody_switched_off_is_out_at_once(owner: User) -> None:
    client = signed_in(owner)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert client.get("/office/").status_code == 302
