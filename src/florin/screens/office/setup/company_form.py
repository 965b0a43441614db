"""The company form: its fields, the logo that was chosen, and what others saved while somebody typed."""

import base64
from dataclasses import asdict
from zoneinfo import available_timezones

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from florin.domain.companies import profile
from florin.domain.companies.models import Company
from florin.domain.companies.profile import Profile
from florin.kernel import cards, colours
from florin.screens.office.shared.fields import (
    AddressField,
    ColourField,
    CurrencyField,
    DaysField,
    OptionField,
    TextField,
)
from florin.screens.office.shared.forms import OfficeForm

frames_ours = csp_update({"frame-src": [SELF]})
_MOST_READ = 1_000_001  # a byte more than a logo can have, so that it is refused for its size
_SHOWN_ON = "#ffffff"


class CompanyForm(OfficeForm):
    """A company as typed; ``saved`` is what others saved meanwhile, field by field.

    ``logo`` is the file that was chosen, in base64 as it came, or the company's.
    """

    name = TextField(
        label=gettext_lazy("Name"), longest=120, missing=gettext_lazy("Give the company's name.")
    )
    address = TextField(label=gettext_lazy("Address"), longest=400, lines=4)
    phone = TextField(label=gettext_lazy("Phone"), longest=40, mode="tel")
    email = AddressField(
        label=gettext_lazy("E-mail"),
        missing=gettext_lazy("Give the address where confirmations go."),
        mode="email",
        help_text=gettext_lazy("Confirmations go here, and customers may write here."),
    )
    tax_id = TextField(label=gettext_lazy("Tax ID"), longest=40)
    colour = ColourField(label=gettext_lazy("Color"), missing=gettext_lazy("Choose a color."))
    time_zone = OptionField(
        label=gettext_lazy("Time zone"),
        options=lambda: [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())],
        other=gettext_lazy("Choose a time zone, such as America/New_York."),
        help_text=gettext_lazy("Days begin and end here. Dates and figures are written as in its country."),
    )
    language = OptionField(
        label=gettext_lazy("Language"),
        options=settings.LANGUAGES,
        other=gettext_lazy("Choose a language."),
        help_text=gettext_lazy(
            "Of the mails that your company gets. Each customer has a language of its own."
        ),
    )
    currency = CurrencyField(
        label=gettext_lazy("Currency"),
        help_text=gettext_lazy("For new customers. It stays as soon as anything is booked."),
    )
    terms_days = DaysField(
        label=gettext_lazy("Terms (days)"),
        missing=DaysField.outside,
        help_text=gettext_lazy("For new customers."),
    )
    remit_to = TextField(
        label=gettext_lazy("Remit checks to"),
        longest=400,
        lines=4,
        help_text=gettext_lazy("Printed on invoices and statements, and shown on the payment page."),
    )
    wire = TextField(
        label=gettext_lazy("Wire instructions"),
        longest=600,
        lines=4,
        help_text=gettext_lazy("Bank, routing and account number, line by line. Shown in the same places."),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        files: MultiValueDict[str, UploadedFile] | None = None,
        *,
        company: Company,
    ) -> None:
        """Make the form with the company as saved, or as it was sent."""
        now = profile.profile_of(company)
        cards.vouch(now.timeline_details().values())
        if data is not None and not data.get("currency"):
            data = data.copy()
            data["currency"] = company.currency  # shown, and not to be changed any more
        super().__init__(data, company=company, initial=asdict(now), seen=now.mark)
        self.saved: dict[str, str] = {}
        self.kept, self.file_name = _read_file(data, files)
        self.drops_logo = bool(data and data.get("drop_logo"))

    @property
    def logo(self) -> str:
        """The logo that is meant, in base64: the chosen one, none, or the company's."""
        return self.kept or ("" if self.drops_logo else self.company.logo)

    def profile(self) -> Profile:
        """Return what was meant, once the form is valid."""
        return Profile(**self.cleaned_data, logo=self.logo)

    def drop_file(self, sentence: str) -> None:
        """Forget the file that was chosen, and say why it cannot be the logo."""
        self.kept = ""
        self.logo_error = sentence

    logo_error = ""

    @property
    def error_count(self) -> int:
        """How many fields need another look, the file among them."""
        return len(self.errors) + bool(self.logo_error)

    @property
    def contrast(self) -> str:
        """How well the colour reads."""
        return describe_contrast(self.value("colour"))

    def compare(self, company: Company) -> None:
        """Note what is saved now wherever it is not what is meant here, and take it as seen."""
        self.company, self.seen = company, profile.profile_of(company).mark
        now = CompanyForm(company=company)
        differs = (name for name in now.fields if now.readable(name) != self.cleaned_data[name])
        self.saved = {name: now.value(name) or "-" for name in differs}


def describe_contrast(colour: str) -> str:
    """Say in what contrast a colour is used (WCAG 2.2), which is enough whatever the colour."""
    brand = colours.read(colour)
    ink, on_white = colours.ink_on(brand), colours.contrast(brand, _SHOWN_ON)
    told = {
        "ink": _("White") if ink == _SHOWN_ON else _("Black"),
        "ratio": f"{colours.contrast(ink, brand):.1f}",
        "white": f"{on_white:.1f}",
        "darker": colours.darker(brand, on=_SHOWN_ON),
    }
    first = _("%(ink)s text on it has a contrast of %(ratio)s to 1; 4.5 are needed (WCAG 2.2).") % told
    if on_white >= colours.ENOUGH:
        return first
    return (
        first
        + " "
        + (_("On white it has only %(white)s to 1, so text in it is darkened to %(darker)s.") % told)
    )


def _read_file(data: QueryDict | None, files: MultiValueDict[str, UploadedFile] | None) -> tuple[str, str]:
    """Return the chosen file in base64 and its name: sent now, or come back with an error."""
    file = files.get("logo") if files else None
    if file is not None:
        return base64.b64encode(file.read(_MOST_READ)).decode(), file.name or ""
    return (data.get("kept_logo", ""), data.get("kept_name", "")) if data else ("", "")
