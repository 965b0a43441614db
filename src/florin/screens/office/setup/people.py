"""Setup > People: who works here, who is invited, and inviting somebody by mail (A1)."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from florin.domain.outbox import queries as outbox
from florin.domain.staff import invitations, people
from florin.domain.staff.models import Invitation, User
from florin.domain.staff.rights import Right
from florin.flows import invite_person
from florin.kernel import clock
from florin.kernel.errors import Refusal
from florin.kernel.paging import Column
from florin.screens.office.shared.access import StaffRequest, asks, does, page, shows
from florin.screens.office.shared.fields import OptionField, TextField
from florin.screens.office.shared.forms import OfficeForm
from florin.screens.office.shared.listing import Listing, choice, show
from florin.screens.office.shared.roles import RolesField, names_of
from florin.screens.shared.confirming import confirmed

_PEOPLE = Listing(
    {"name": (Column("name", str), Column("pk", UUID))},
    usual="name",
    filters={"state": choice("active", "deactivated")},
)
_LANGUAGES = User._meta.get_field("language").choices or ()  # noqa: SLF001 - Django's documented model API


class InviteForm(OfficeForm):
    """Whom to invite, as what, and in which language."""

    email = TextField(label=gettext_lazy("E-mail"), longest=254, missing=gettext_lazy("Give an address."))
    roles = RolesField(label=gettext_lazy("Roles"), help_text=gettext_lazy("Several roles can be combined."))
    language = OptionField(
        label=gettext_lazy("Language"),
        options=_LANGUAGES,
        other=gettext_lazy("Choose a language of the list."),
        help_text=gettext_lazy("For the invitation, and for Florin until they choose another."),
    )


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody who works here."""

    person: User

    @property
    def roles(self) -> str:
        """Their roles in words."""
        return names_of(self.person.roles)


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """Somebody who may move in, and whether the mail reached them."""

    invitation: Invitation
    bounced: bool

    @property
    def roles(self) -> str:
        """What they will be."""
        return names_of(self.invitation.roles)

    @property
    def too_old(self) -> bool:
        """Whether the link is dead."""
        return self.invitation.ends_at <= clock.now()


@shows(Right.SETUP)
def everybody(request: StaffRequest) -> HttpResponse:
    """Show the company's people by name, and open invitations."""
    filters = _PEOPLE.read(request.GET)
    state = filters.text("state")
    found = people.of_company(request.user.company_id, active=state == "active" if state else None)
    shown = filters.slice(found)
    context = {"rows": [PersonRow(person) for person in shown.rows], "invited": _invited(request)}
    return show(request, filters, shown, context, whole="setup/people.html", rows="setup/people_rows.html")


@asks(Right.SETUP)
@confirmed
def invite(request: StaffRequest) -> HttpResponse:
    """Invite a user by mail; whoever was invited before gets a new link, and the old one is dead."""
    company = request.user.company
    if request.method != "POST":
        initial = {"language": company.language, "email": request.GET.get("email", "")}
        return _ask(request, InviteForm(company=company, initial=initial))
    form = InviteForm(request.POST, company=company)
    if not form.is_valid():
        return _ask(request, form, status=422)
    given = form.cleaned_data
    try:
        made = invite_person.invite(
            company, given["email"], given["roles"], language=given["language"], by=request.user
        )
    except Refusal as problem:
        form.add_error("email", str(problem))
        return _ask(request, form, status=problem.status)
    messages.success(request, _("%(email)s is invited. The link works for 72 hours.") % {"email": made.email})
    return redirect("office:people")


@does(Right.SETUP)
@confirmed
def invite_again(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Mail a new link to somebody who is invited; the old one is dead."""
    old = invite_person.find_open(request.user.company, pk)
    invite_person.invite(request.user.company, old.email, old.roles, language=old.language, by=request.user)
    messages.success(request, _("%(email)s gets a new link.") % {"email": old.email})
    return redirect("office:people")


@does(Right.SETUP)
def withdraw(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Let an invitation be dead."""
    gone = invite_person.withdraw(request.user.company, pk, by=request.user)
    messages.success(request, _("The invitation of %(email)s is withdrawn.") % {"email": gone.email})
    return redirect("office:people")


def _invited(request: StaffRequest) -> list[InvitationRow]:
    invited = list(invitations.open_ones(request.user.company_id))
    events = {one.pk: invite_person.event(one.pk) for one in invited}
    bounced = outbox.bounced_among(request.user.company_id, events.values())
    return [InvitationRow(one, events[one.pk] in bounced) for one in invited]


def _ask(request: StaffRequest, form: InviteForm, *, status: int = 200) -> HttpResponse:
    return page(request, "setup/invite.html", {"form": form}, status=status)
