"""The receipt of a payment, mailed once more to whoever asks for it.

check addresses -> outbox -> timeline (the mail itself leaves later)
"""

from collections.abc import Sequence
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from florin.domain.activity import services as activity
from florin.domain.companies import mail_texts
from florin.domain.companies.models import Company
from florin.domain.outbox import services as outbox
from florin.domain.outbox.models import Message
from florin.domain.outbox.services import NewMessage
from florin.domain.payments import allocating
from florin.domain.receipts import services as receipts
from florin.domain.receipts.models import Receipt
from florin.domain.staff.models import User
from florin.flows import send_documents
from florin.kernel.database import find
from florin.kernel.errors import Conflict


@transaction.atomic(durable=True)
def mail(
    company: Company, payment_id: UUID, *, to: Sequence[str], submission: str, by: User, note: str = ""
) -> tuple[str, ...]:
    """Queue the receipt to every address, and return them; once for a ``submission`` (promise 7).

    Raises:
        NotFound: if the company has no such payment, or it has no receipt.
        Refusal: if an address or the note is wrong; nothing is sent then.
        Conflict: if all of the payment has gone back, so that its receipt would mislead.
    """
    recipients, note = send_documents.addresses(to), mail_texts.read(note)
    payment = allocating.lock(payment_id, company)
    receipt = find(Receipt.objects.all(), payment=payment)
    if not allocating.current_allocations(payment):
        raise Conflict(
            _("All of this payment has gone back, so its receipt would mislead. You can still print it.")
        )
    event = f"payment:{payment.pk.hex}:copy:{uuid5(payment.pk, submission).hex}"
    if Message.objects.filter(company=company, event=event).exists():
        return recipients
    subjects = allocating.touched(payment)
    outbox.enqueue(
        NewMessage(
            company_id=company.pk,
            event=event,
            email=receipts.write_email(receipt, note=note),
            language=receipt.document.language,
            recipients=recipients,
            subjects=subjects,
        )
    )
    activity.note(
        company.pk,
        activity.Kind.QUEUED,
        subjects=subjects,
        actor=by.name,
        to=", ".join(recipients),
        number=receipt.number,
        link=0,
        **send_documents.note_details(note),
    )
    return recipients
