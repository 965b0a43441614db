"""No card number is kept, whichever table and whichever door it comes to (R23)."""

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from factories import make_customer, make_order
from florin.domain.catalogue.models import Product
from florin.domain.companies.models import Company
from florin.domain.customers.models import Customer
from florin.domain.staff.models import User
from florin.kernel import cards
from florin.kernel.cards import CardNumber
from florin.kernel.database import new_key
from florin.kernel.texts import Text, TooLong, Words

CARD = "4242 4242 4242 4242"
# Texts that no person types, or that are checked before they are texts of a table; each with the reason.
NOT_TYPED = {
    "a processor's": {
        *("PaymentsAccount.gateway", "PaymentsAccount.reference", "PaymentsAccount.reason"),
        *("PaymentsAccount.wanted", "PaymentsAccount.codes"),
        *("Attempt.gateway", "Attempt.account", "Attempt.reference", "Attempt.url", "Attempt.decline"),
        *("Attempt.failure", "Attempt.code", "Attempt.order"),
        *("Payment.gateway", "Payment.account", "Payment.payer_email", "Payment.card_brand"),
        *("Payment.card_last4", "Payment.card_funding", "Payment.bank_name", "Payment.bank_last4"),
        *("Return.code", "Return.reference", "Refund.reference", "Refund.failure", "Refund.code"),
        *("Dispute.reference", "Dispute.reason", "Dispute.code"),
        *("Payout.gateway", "Payout.account", "Payout.reference", "Payout.way", "Payout.itemised"),
        *("Movement.gateway", "Movement.account", "Movement.reference", "Movement.source", "Movement.about"),
        *("ProcessorNotice.gateway", "ProcessorNotice.event", "ProcessorNotice.kind"),
        *("ProcessorNotice.account", "ProcessorNotice.attempt", "ProcessorNotice.payment"),
        *("ProcessorNotice.payout", "ProcessorNotice.outcome"),
        *("ProcessorRefusal.verb", "ProcessorRefusal.reason", "ProcessorRefusal.code"),
        *("ProcessorRefusal.text", "ProcessorRefusal.request", "ProcessorRefusal.object_key"),
        *("ProcessorRefusal.number", "ProcessorRefusal.path"),
        *("Difference.subject", "Difference.ours", "Difference.theirs"),
    },
    "a mail server's": {"Message.provider_id", "Message.error"},
    "made by us": {
        *("Company.slug", "Counter.series", "Payment.number", "Receipt.number", "Refund.number"),
        *("Statement.number", "Message.event", "Sending.event", "Entry.source", "Entry.key"),
        *("Application.origin", "RunItem.reason", "RunItem.left_out", "RunItem.events", "User.password"),
        "Operator.password",
        *(
            "ImportRun.key",
            "ImportRun.choices",
            "ImportRun.questions",
            "ImportRun.counts",
            "ImportRun.problem",
        ),
        *("ImportRun.columns", "ColumnMapping.header", "ColumnMapping.columns", "RefusedRow.reason"),
        "Outage.detail",
        *(
            "Attempt.nonce",
            "Credit.submission",
            "Order.submission",
            "Payment.submission",
            "Refund.submission",
        ),
        *(
            "MailingRun.submission",
            "MailingRun.instructions",
            "Session.session_key",
            "Session.session_data",
            "Decline.name",
            "SecurityEvent.about",
        ),
    },
    "a client's, as the server sees it": {
        *("Attempt.place", "Decline.place", "SecurityEvent.place", "SecurityEvent.who"),
        *("Session.address", "Session.browser"),
    },
    "folded from a checked text": {"Customer.folded", "Product.folded"},
    "written from checked texts": {
        *("Activity.about", "Revision.content", "Receipt.content", "Statement.content", "Message.snapshot"),
    },
    "somebody's name or address, checked where it is theirs": {
        "ImportRun.made_by",
        *("Activity.actor", "Revision.made_by", "Entry.posted_by", "Link.made_by", "MailingRun.made_by"),
        *("Statement.made_by", "Sending.sent_by", "Credit.created_by", "Credit.decided_by"),
        *("Refund.requested_by", "Payment.received_by", "Return.marked_by", "Reversal.undone_by"),
        *(
            "KeptOverpayment.kept_by",
            "Difference.settled_by",
            "Message.dismissed_by",
            "Invitation.inviter",
            "Reconciliation.asked_by",
            "ProcessorRefusal.ended_by",
        ),
    },
    "an address, checked by florin.kernel.addresses": {
        *(
            "Company.email",
            "User.email",
            "Operator.email",
            "Invitation.email",
            "Customer.invoice_emails",
            "Customer.statement_emails",
        ),
        *("Message.recipient", "Link.recipients", "RunItem.recipients", "Sending.recipients", "Hold.to"),
    },
    "one of a few values": {
        *("Company.colour", "Company.time_zone", "MailingRun.language", "User.roles"),
        "Invitation.roles",
        *("Company.second_factor_roles", "Counter.prefix", "MailText.language", "ImportRun.language"),
        *("PaymentsAccount.cards", "PaymentsAccount.debits", "Movement.presented_currency"),
    },
    "of a file, kept without the digits of a card": {
        *("ImportRun.file_name", "ImportRun.headings", "ImportRun.samples", "RefusedRow.cells"),
    },
    "a picture": {"Company.logo"},
}


def of_ours() -> "list[tuple[type[models.Model], models.Field[object, object]]]":
    """All fields of all our tables that can hold a text."""
    tables = [model for model in apps.get_models() if model.__module__.startswith("florin.")]
    return [
        (model, field)
        for model in tables
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField | models.JSONField)
        or (isinstance(field, ArrayField) and isinstance(field.base_field, models.CharField))
    ]


CHECKED = [(model, field.name) for model, field in of_ours() if isinstance(field, Words | Text)]


def test_every_text_of_every_table_is_checked_or_there_is_a_reason() -> None:
    reasons = set().union(*NOT_TYPED.values())
    texts = {
        f"{model.__name__}.{field.name}"
        for model, field in of_ours()
        if not field.choices and field.name != "currency"
    }
    checked = {f"{model.__name__}.{name}" for model, name in CHECKED}

    assert len(checked) > 30
    assert sorted(texts - checked - reasons) == []
    assert sorted(checked & reasons) == []


@pytest.mark.parametrize(("model", "name"), CHECKED, ids=[f"{m.__name__}.{name}" for m, name in CHECKED])
def test_no_table_takes_a_card_number(database: None, model: type[models.Model], name: str) -> None:
    rows = model._default_manager.filter(pk=new_key())
    long_enough = getattr(model._meta.get_field(name), "max_length", None) or 400

    with pytest.raises(CardNumber, match="looks like a card number"):
        rows.update(**{name: f"no. {CARD}"[-long_enough:]})
    with pytest.raises(TooLong, match=rf"At most {long_enough} characters"):
        rows.update(**{name: "x" * (long_enough + 1)})
    rows.update(**{name: "4006381333931"})


def test_nor_alone_nor_in_bulk(company: Company) -> None:
    product = Product(company=company, code="R", description=CARD, unit_price=1)

    with pytest.raises(CardNumber):
        product.save()
    with pytest.raises(CardNumber):
        Product.objects.bulk_create([product])
    with cards.vouched_for(["4242424242424242"]):
        product.save()
    product.description = "4000 0566 5566 5556"
    with pytest.raises(CardNumber):
        Product.objects.bulk_update([product], ["description"])


def test_what_is_kept_stands_in_no_ones_way(company: Company) -> None:
    """A row that holds such a number already can be saved with something else changed, by whatever job."""
    with cards.all_vouched_for():
        make_customer(company, note=CARD, name=f"Shop {CARD}")

    kept = Customer.objects.get()
    kept.phone = "555"
    kept.save()

    assert Customer.objects.get().note == CARD
    kept.note = f"{CARD}!"
    with pytest.raises(CardNumber):
        kept.save()


def test_a_word_ends_with_what_it_was_given_for() -> None:
    with cards.vouched_for(["4242424242424242"]):
        assert not cards.find(CARD)
        assert cards.find(f"{CARD}, 4000056655665556") == "4000056655665556"
        assert cards.passed_numbers() == {"vouched": "…4242"}

    assert cards.find(CARD)
    assert cards.passed_numbers() == {}


def test_an_order_of_another_programs_is_checked_too(owner: User) -> None:
    with pytest.raises(CardNumber):
        make_order(owner, po_number=CARD)
