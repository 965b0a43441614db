"""Where a dispute is answered: at the dashboard, or behind a link that signs a company in and works once."""

import httpx
import pytest
from pytest_django.fixtures import Settings

from factories import make_invoice, make_user
from factories.payments import paid_by_card
from factories.payments_accounts import active
from florin.domain.companies import services as companies
from florin.domain.disputes.models import Dispute
from florin.domain.staff.models import User
from florin.domain.staff.rights import Role
from florin.edges.gateways.stripe.gateway import StripeGateway
from florin.flows import follow_dispute, follow_payment
from florin.kernel.errors import NotFound, ProcessorAway
from testing.bank import Bank


@pytest.mark.parametrize(("key", "mode"), [("sk_live_x", ""), ("sk_test_x", "/test"), ("rk_test_x", "/test")])
def test_the_dashboard_shows_test_payments_apart(key: str, mode: str) -> None:
    stripe = StripeGateway(
        api_key=key,
        base="http://127.0.0.1:9",
        notice_secret=str,
        seconds=1,
        dashboard="https://dash.example/",
    )

    assert stripe.dispute_page("dp_1") == f"https://dash.example{mode}/disputes/dp_1"


def test_a_company_with_an_account_of_its_own_is_signed_in_by_a_link_that_works_once(
    database: None, settings: Settings, bank: Bank, stranger: User
) -> None:
    settings.STRIPE_CONNECT = True
    company = companies.open_company(slug="fern", name="Fern & Petal", email="office@fern.example")
    fern = active(bank, make_user(company, Role.ADMIN))
    payment = paid_by_card(fern, bank, make_invoice(fern))
    bank.order(f"payment_intents/{payment.reference}/dispute")
    follow_payment.follow(payment.pk)
    dispute = Dispute.objects.get()

    page = follow_dispute.page_of(fern.company, dispute.pk)

    assert dispute.reason in httpx.get(page).text
    assert httpx.get(page).status_code == 403
    assert follow_dispute.page_of(fern.company, dispute.pk) != page
    bank.order("faults", operation="login_link.create", mode="500_before")
    with pytest.raises(ProcessorAway):
        follow_dispute.page_of(fern.company, dispute.pk)
    with pytest.raises(NotFound):
        follow_dispute.page_of(stranger.company, dispute.pk)
