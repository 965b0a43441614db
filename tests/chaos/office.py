"""The office's part, run as a program of its own in the demo's environment: make bills, and read the books.

``python -m chaos.office bills SEED COUNT LABEL`` sends and prints one bill for each plan; ``payments`` and
``books`` print what the books say of each link's payer and of the processor's account; ``hurry`` lets no mail
wait longer for its next try.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "florin.config.settings")
django.setup()

from django.db.models import Q, Sum  # noqa: E402 - Django must be set up first

from chaos.plans import draw  # noqa: E402
from factories import make_customer, make_invoice, make_link  # noqa: E402
from florin.domain.attempts.models import Attempt  # noqa: E402
from florin.domain.companies.models import Company  # noqa: E402
from florin.domain.disputes.models import Dispute  # noqa: E402
from florin.domain.ledger.models import Account, Item, Line  # noqa: E402
from florin.domain.links import services as links  # noqa: E402
from florin.domain.links.models import Link  # noqa: E402
from florin.domain.outbox.models import Message  # noqa: E402
from florin.domain.payments.models import Allocation, Payment, Return  # noqa: E402
from florin.domain.refunds.models import Refund  # noqa: E402
from florin.domain.staff.models import User  # noqa: E402
from florin.kernel import clock  # noqa: E402

_SLUG = "meadow"


def bills(seed: int, count: int, label: str) -> list[dict[str, Any]]:
    """Send one invoice to one new customer for each plan."""
    owner = User.objects.get(email="admin@meadow-vine.example")
    made = []
    for plan in draw(seed, count):
        number = f"{label}-{plan.place}"
        customer = make_customer(owner.company, number=number, name=f"Florist {number}")
        invoice = make_invoice(owner, str(Decimal(plan.amount).scaleb(-2)), customer=customer)
        link = make_link(owner, invoice, to=(address(label, plan.place),))
        made.append({"place": plan.place, "link": str(link.pk), "token": links.token_of(link.pk)})
    return made


def address(label: str, place: int) -> str:
    """Return where a payer's mails go."""
    return f"{label}-{place}@chaos.example"


def payments() -> list[dict[str, Any]]:
    """Return every payment that came through a link."""
    rows = Payment.objects.filter(attempt__isnull=False).values("attempt__link_id", "reference", "amount")
    return [
        {"link": row["attempt__link_id"], "reference": row["reference"], "amount": row["amount"]}
        for row in rows
    ]


def hurry() -> int:
    """Let every mail that waits for its next try be tried at once; return how many there were."""
    return Message.objects.filter(state="queued", due_at__gt=clock.now()).update(due_at=clock.now())


def books() -> dict[str, Any]:
    """Return what our records say: per link, and of the account at the processor."""
    company = Company.objects.get(slug=_SLUG)
    told = Link.objects.filter(company=company, recipients__0__endswith="@chaos.example")
    ends = {str(link.pk): _end(link) for link in told.select_related("customer")}
    held = Line.objects.filter(entry__company=company, account=Account.PROCESSOR)
    payments = Payment.objects.filter(company=company, attempt__isnull=False)
    return {
        "office": company.email,
        "links": ends,
        "processor": dict(held.values_list("currency").annotate(Sum("amount"))),
        "payments": {
            payment.reference: {
                "amount": payment.amount,
                "fee": payment.fee,
                "stands": _stands(payment),
                "key": str(payment.pk),
            }
            for payment in payments
        },
        "attempts": {
            attempt.reference: {"key": str(attempt.pk), "state": attempt.state}
            for attempt in Attempt.objects.filter(company=company).exclude(reference="")
        },
        "returns": _keys(Return.objects.filter(payment__company=company).values_list("payment", flat=True)),
        "refunds": _keys(
            Refund.objects.filter(company=company).exclude(state="failed").values_list("pk", flat=True)
        ),
        "disputes": _keys(Dispute.objects.filter(company=company).values_list("pk", flat=True)),
        "unfinished": Attempt.objects.filter(state__in=["capturing", "voiding"]).count(),
        # A session whose address never reached us is one that nobody can pay; its time ends by itself.
        "unknown": Attempt.objects.filter(unknown_since__isnull=False).exclude(reference="").count(),
        "due_mails": Message.objects.filter(state__in=["queued", "sending"]).count(),
        "bounced_before": _keys(
            Message.objects.filter(
                company=company, state="bounced", pk__lt=told.order_by("pk")[0].pk
            ).values_list("pk", flat=True)
        ),
        "mails": {
            str(message.pk): [message.event, message.kind, message.recipient, message.state]
            for message in Message.objects.filter(company=company)
        },
    }


def _end(link: Link) -> dict[str, Any]:
    """What became of a bill, in words that calm and storm must agree on."""
    items = Item.objects.filter(customer=link.customer)
    office = Q(recipient=link.company.email, subjects__contains=[link.customer_id])
    mails = Message.objects.filter(Q(recipient=link.recipients[0]) | office, company=link.company)
    return {
        "owed": sum(item.balance for item in items if item.balance > 0),
        "credit": sum(item.balance for item in items if item.balance < 0),
        "paid": sorted(Payment.objects.filter(customer=link.customer).values_list("amount", flat=True)),
        "mails": dict(sorted(Counter(mails.values_list("kind", flat=True)).items())),
        "states": sorted(Attempt.objects.filter(link=link).values_list("state", flat=True)),
    }


def _keys(rows: Iterable[UUID]) -> list[str]:
    return [str(key) for key in rows]


def _stands(payment: Payment) -> int:
    return Allocation.objects.filter(payment=payment).aggregate(sum=Sum("amount"))["sum"] or 0


def main() -> None:
    """Carry out one command and print its answer as JSON."""
    match sys.argv[1:]:
        case ["bills", seed, count, label]:
            answer: object = bills(int(seed), int(count), label)
        case ["payments"]:
            answer = payments()
        case ["books"]:
            answer = books()
        case ["hurry"]:
            answer = hurry()
        case _:
            raise SystemExit(__doc__)
    sys.stdout.write(json.dumps(answer, default=_plain))


def _plain(value: object) -> str:
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value))


if __name__ == "__main__":
    main()
