"""Links that were sent, as staff see them: to whom, how far each has come, its address; taking one back."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.http import HttpResponse
from django.utils.translation import gettext as _

from florin.domain.activity.models import Activity
from florin.domain.links import services as links
from florin.domain.links.models import Debt, Link
from florin.domain.staff.rights import Right
from florin.flows import revoke_link
from florin.kernel.database import find
from florin.screens.office.shared.access import StaffRequest, asks, dialog, done

Kind = Activity.Kind
_OF_MAILS = [Kind.SENT, Kind.DELIVERED, Kind.BOUNCED]


@dataclass(frozen=True, slots=True)
class SentLink:
    """A link as staff see it: ``stage`` is how far it has come, ``refused`` whose mail server said no."""

    link: Link
    stage: str
    refused: Sequence[str]

    @property
    def address(self) -> str:
        """The public URL, for copying."""
        return links.address_of(self.link.pk)

    @property
    def live(self) -> bool:
        """Whether it still leads to something that is owed."""
        return self.stage not in {"revoked", "paid", "void"}


def describe_links(sent: Sequence[Link]) -> list[SentLink]:
    """Say how far links have come, in two queries however many there are."""
    keys = {link.pk for link in sent}
    if not keys:
        return []
    mails: dict[UUID, list[tuple[str, str]]] = {}
    happened = Activity.objects.filter(subjects__overlap=list(keys), kind__in=_OF_MAILS).order_by("pk")
    for subjects, kind, about in happened.values_list("subjects", "kind", "about"):
        for key in keys.intersection(subjects):
            mails.setdefault(key, []).append((kind, str(about.get("to", ""))))
    debts = Debt.objects.filter(link__in=keys).values_list("link")
    over = {
        key: "" if balance else "paid" if standing else "void"
        for key, balance, standing in debts.annotate(
            balance=Sum("invoice__item__balance"), standing=Count("pk", filter=Q(invoice__void=False))
        )
    }
    return [_describe_link(link, mails.get(link.pk, []), over=over.get(link.pk, "")) for link in sent]


@asks(Right.SEND_INVOICE)
def revoke(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Take one link back, after asking; pressed twice, once (X9)."""
    link = find(Link.objects.filter(company=request.user.company).select_related("customer"), pk=pk)
    orders = [order for order, _invoice in revoke_link.invoices_of(link)]
    if request.method != "POST":
        context = {"link": link, "order": orders[0]}
        return dialog(request, "office/link_revoke.html", context, title=_("Revoke the link?"))
    revoke_link.revoke(request.user.company, pk, by=request.user)
    messages.success(request, _("The link mailed to %(to)s is revoked.") % {"to": ", ".join(link.recipients)})
    return done(request, "office:order", orders[0])


def _describe_link(link: Link, mails: list[tuple[str, str]], *, over: str) -> SentLink:
    last = {to: kind for kind, to in mails}
    refused = [to for to, kind in last.items() if kind == Kind.BOUNCED]
    return SentLink(link, _stage(link, set(last.values()), over=over), refused)


def _stage(link: Link, mails: set[str], *, over: str) -> str:
    """Return how far a link has come: what people did outweighs what became of its mail."""
    stages = [
        ("revoked", link.revoked_at is not None),
        (over, bool(over)),
        ("started", link.started_at is not None),
        ("opened", link.opened_at is not None),
        ("bounced", Kind.BOUNCED in mails),
        ("delivered", Kind.DELIVERED in mails),
        ("sent", Kind.SENT in mails),
    ]
    return next((stage for stage, reached in stages if reached), "queued")
