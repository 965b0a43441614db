"""The operator's switch over a company's payment links (R10): stopped with a reason, and let go again.

lock -> reason -> sessions at the processor end -> the company's timeline and security log
"""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from florin.domain.activity import services as activity
from florin.domain.companies.models import Company
from florin.domain.security import services as security
from florin.flows import expire_sessions
from florin.kernel.database import find
from florin.kernel.errors import Refusal

OPERATOR = "Operator"


@transaction.atomic(durable=True)
def stop(company_id: UUID, *, reason: str, by: str) -> Company:
    """Stop all payment links of a company; links that are out obey from the next look on. Safe to repeat.

    No Admin of the company can let them go: their own switch is another one. ``by`` is the operator's
    address.

    Raises:
        Refusal: if there is no reason, which the company's people read.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise Refusal(_("Say why: the company's people read it."))
    company = _set(company_id, reason, by=by)
    expire_sessions.expire(company=company)
    return company


@transaction.atomic(durable=True)
def release(company_id: UUID, *, by: str) -> Company:
    """Let a company's payment links go again, as far as its own switches do. Safe to repeat."""
    return _set(company_id, "", by=by)


def _set(company_id: UUID, reason: str, *, by: str) -> Company:
    company = find(Company.objects.select_for_update(), pk=company_id)
    before, company.links_stopped = company.links_stopped, reason
    if before == reason:
        return company
    company.save(update_fields=["links_stopped"])
    about = {
        "fields": "links_stopped",
        "links_stopped_before": before,
        "links_stopped_after": reason,
    }
    activity.note(company.pk, activity.Kind.SETTINGS_CHANGED, subjects=[company.pk], actor=OPERATOR, **about)
    security.note(security.Kind.SETTINGS_CHANGED, company_id=company.pk, who=by, **about)
    return company
