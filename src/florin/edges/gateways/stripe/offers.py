"""What Stripe can do for us."""

from florin.contracts.capabilities import Capabilities, Terms
from florin.edges.gateways.stripe import amounts

# Where accounts can be opened whose form Stripe hosts itself (Stripe's page on Express accounts).
_COUNTRIES = (
    *("AE", "AT", "AU", "BE", "BG", "BR", "CA", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI"),
    *("FR", "GB", "GI", "GR", "HK", "HR", "HU", "IE", "IT", "JP", "LI", "LT", "LU", "LV", "MT"),
    *("MX", "MY", "NL", "NO", "NZ", "PL", "PT", "RO", "SE", "SG", "SI", "SK", "TH", "US"),
)
# ACH knows dollars and accounts in the United States only (Nacha), and holds nothing.
METHODS = {
    "card": Terms(can_hold=True),
    "ach": Terms(can_hold=False, currencies=frozenset({"USD"}), countries=frozenset({"US"})),
}


def capabilities(*, connect: bool) -> Capabilities:
    """Return what Stripe can do; ``connect`` says whether the key is a platform's (Stripe Connect)."""
    return Capabilities(
        processor="Stripe",
        methods=METHODS,
        opens_accounts=connect,
        account_countries=_COUNTRIES,
        itemises_payouts=True,
        tells_fees=True,
        tells_balance=True,
        limits=amounts.limits,
    )
