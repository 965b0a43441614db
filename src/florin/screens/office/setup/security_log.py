"""Setup > Security log: who came in or tried to, what was refused, changed or taken away."""

import re
from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from florin.domain.security import queries
from florin.domain.security.models import SecurityEvent
from florin.domain.security.services import Kind
from florin.domain.security.tally import EACH_OF_THE_FIRST
from florin.domain.staff.rights import Right
from florin.flows import enter_by_service, invite_person
from florin.kernel.paging import by_moment
from florin.screens.office.shared import timeline
from florin.screens.office.shared.access import StaffRequest, shows
from florin.screens.office.shared.listing import Listing, choice, show
from florin.screens.office.shared.roles import names_of
from florin.screens.office.shared.timeline import Change

KINDS: dict[Kind, Promise] = {
    Kind.SIGNED_IN: gettext_lazy("Signed in"),
    Kind.SIGN_IN_FAILED: gettext_lazy("Sign-in failed"),
    Kind.SIGN_IN_SLOWED: gettext_lazy("Sign-in slowed down"),
    Kind.SIGNED_OUT: gettext_lazy("Signed out"),
    Kind.SESSIONS_ENDED: gettext_lazy("Sessions ended"),
    Kind.PASSWORD_CHANGED: gettext_lazy("Password changed"),
    Kind.RESET_ASKED: gettext_lazy("Password reset requested"),
    Kind.PASSWORD_RESET: gettext_lazy("Password reset by email"),
    Kind.RIGHT_REFUSED: gettext_lazy("Access denied"),
    Kind.PERSON_INVITED: gettext_lazy("User invited"),
    Kind.INVITATION_WITHDRAWN: gettext_lazy("Invitation withdrawn"),
    Kind.PERSON_ADDED: gettext_lazy("User added"),
    Kind.RIGHTS_CHANGED: gettext_lazy("User changed"),
    Kind.SECOND_FACTOR_ADDED: gettext_lazy("Second factor added"),
    Kind.SECOND_FACTOR_REMOVED: gettext_lazy("Second factor removed"),
    Kind.RECOVERY_CODES_MADE: gettext_lazy("Recovery codes made"),
    Kind.SETTINGS_CHANGED: gettext_lazy("Settings changed"),
    Kind.EXPORTED: gettext_lazy("Data exported"),
    Kind.EXPORT_MAILED: gettext_lazy("Report emailed"),
}
_WHAT: dict[str, Promise] = {
    "everything": gettext_lazy("Everything that belongs to the company"),
    "old-password": gettext_lazy("The old password, to choose a new one"),
    "code": gettext_lazy("A code of the second factor"),
    "totp": gettext_lazy("Authenticator app"),
    "webauthn": gettext_lazy("Passkey"),
    "payment-history": gettext_lazy("Payment History"),
    "settlement-report": gettext_lazy("Settlement report"),
    "time-limit": gettext_lazy("Time limit reached"),
}
_TONES = {
    Kind.SIGN_IN_FAILED: "warn",
    Kind.SIGN_IN_SLOWED: "bad",
    Kind.RIGHT_REFUSED: "warn",
    Kind.PERSON_INVITED: "open",
    Kind.PERSON_ADDED: "open",
    Kind.RIGHTS_CHANGED: "open",
    Kind.SETTINGS_CHANGED: "open",
}
_PART_OF_ADDRESS = re.compile(r"<[^>]*>")
_EVENTS = Listing({"at": by_moment("at")}, usual="-at", filters={"kind": choice(*KINDS), "who": str})


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event in people's words."""

    event: SecurityEvent

    @property
    def title(self) -> str:
        """What happened."""
        return str(KINDS.get(Kind(self.event.kind), self.event.get_kind_display()))

    @property
    def tone(self) -> str:
        """Whether it is bad, a warning, a change, or plain."""
        return _TONES.get(Kind(self.event.kind), "plain")

    @property
    def lasts(self) -> bool:
        """Whether it went on for longer than a minute shows."""
        return self.event.last_at - self.event.at >= timedelta(minutes=1)

    @property
    def times(self) -> str:
        """How often it happened; after the first ones only each doubling is kept."""
        named = {"count": self.event.count}
        if self.event.count > EACH_OF_THE_FIRST:
            return _("at least %(count)s times") % named
        return ngettext("%(count)s time", "%(count)s times", self.event.count) % named

    @property
    def has_details(self) -> bool:
        """Whether there is more to say than what happened."""
        return bool(self.detail or self.changes or self.by)

    @property
    def by(self) -> str:
        """Who did it, if it was not the person themselves."""
        match str(self.event.about.get("by", "")):
            case self.event.who:
                return ""
            case invite_person.OPERATOR:
                return _("the operator")
            case enter_by_service.SERVICE:
                return _("the sign-in service")
            case by:
                return by

    @property
    def place(self) -> str:
        """Where it came from, if that is known."""
        return self.event.place or (_("other addresses") if self.event.hour else "")

    @property
    def detail(self) -> str:
        """What was refused or taken away."""
        about = self.event.about
        if "page" in about:
            return f"/{_PART_OF_ADDRESS.sub('…', about['page'])}"
        named = str(_WHAT.get(about.get("what", ""), ""))
        if "roles" in about:
            named = names_of(about["roles"].split(", "))
        return f"{named} → {about['to']}" if "to" in about else named

    @property
    def changes(self) -> list[Change]:
        """What was changed, field by field."""
        return timeline.changes(self.event.about)


@shows(Right.SECURITY_LOG)
def log(request: StaffRequest) -> HttpResponse:
    """Show the company's security log, of one kind if asked."""
    filters = _EVENTS.read(request.GET)
    shown = filters.slice(
        queries.search(request.user.company_id, kind=filters.text("kind"), who=filters.text("who"))
    )
    context = {"rows": [EventRow(event) for event in shown.rows], "kinds": KINDS.items()}
    return show(
        request, filters, shown, context, whole="setup/security_log.html", rows="setup/security_log_rows.html"
    )
