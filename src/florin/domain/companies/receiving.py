"""What a company suggests at the counter: discounts for early payment, and the fee for a returned one."""

from dataclasses import asdict, dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from florin.domain.companies.models import Company
from florin.kernel import changes
from florin.kernel.errors import Conflict
from florin.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The company's terms: a discount in basis points, for so many days; a fee in minor units; 0 is none."""

    discount_basis_points: int
    discount_days: int
    nsf_fee: int

    @property
    def mark(self) -> str:
        """A short text that changes whenever one of them does."""
        return changes.mark({name: str(value) for name, value in asdict(self).items()})

    def timeline_details(self, currency: str) -> dict[str, str]:
        """Return them as the timeline keeps them."""
        percent = Decimal(self.discount_basis_points).scaleb(-2)
        fee = f"{Money(self.nsf_fee, currency).decimal} {currency}"
        return {
            "discount": f"{percent} %",
            "discount_days": str(self.discount_days),
            "nsf_fee": fee,
        }


def terms_of(company: Company) -> Terms:
    """Return what a company suggests."""
    return Terms(
        discount_basis_points=company.discount_basis_points,
        discount_days=company.discount_days,
        nsf_fee=company.nsf_fee,
    )


def change(company: Company, wanted: Terms, *, seen: str) -> dict[str, str]:
    """Set a company's terms in the caller's transaction, and return what changed, for the timeline.

    Raises:
        Conflict: if they are others than ``seen`` says; nothing is overwritten.
    """
    locked = Company.objects.select_for_update().get(pk=company.pk)
    now = terms_of(locked)
    if now.mark != seen:
        raise Conflict(_("Somebody else has changed these settings meanwhile. Look at them, then save."))
    fields = asdict(wanted)
    for name, value in fields.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(fields))
    return changes.between(now.timeline_details(locked.currency), wanted.timeline_details(locked.currency))
