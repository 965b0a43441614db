"""What a caller may say about an account: read and checked, before anything is done."""

from dataclasses import dataclass
from typing import Literal

from florin_sandbox import account_shapes, errors
from florin_sandbox.params import Params
from florin_sandbox.store import Json

CAPABILITIES = ("card_payments", "transfers", "us_bank_account_ach_payments")
BUSINESS_TYPES = ("company", "government_entity", "individual", "non_profit")
PROFILE = ("mcc", "name", "product_description", "support_email", "support_phone", "support_url", "url")
CHANGEABLE = frozenset(
    ["business_profile", "business_type", "capabilities", "email", "expand", "metadata"],
)
FEE_PAYERS = ("account", "application")
LOSS_PAYERS = ("stripe", "application")
DASHBOARDS = ("express", "full", "none")


@dataclass(frozen=True, slots=True)
class Change:
    """What to change of an account; None and empty leave as it is."""

    account: str
    email: str | None
    business_type: str | None
    profile: dict[str, str]
    capabilities: dict[str, bool]
    metadata: dict[str, str]


@dataclass(frozen=True, slots=True)
class Wish:
    """An account somebody wants."""

    type: str
    country: str
    controller: Json
    change: Change


def read_create(params: Params, _identifier: str) -> Wish:
    """The account the caller wants."""
    params.only(CHANGEABLE | {"type", "country", "controller"})
    country = params.text("country") or "US"
    if not (country.isascii() and country.isalpha() and country.isupper() and len(country) == 2):  # noqa: PLR2004 - ISO 3166
        raise errors.invalid(
            "country", f"Country '{country}' is unknown. Try a 2-character code, such as US."
        )
    change = _read_change(params, "")
    if params.has("controller"):
        if params.has("type"):
            raise errors.invalid("type", "You may send either type or controller, not both.")
        return Wish("none", country, _read_controller(params.group("controller")), change)
    kind = params.choice("type", ("express", "standard"), "standard")
    if kind == "standard":
        change.capabilities.setdefault("card_payments", True)
        change.capabilities.setdefault("transfers", True)
    return Wish(kind, country, account_shapes.controller(*account_shapes.CONTROLLERS[kind]), change)


def read_update(params: Params, identifier: str) -> Change:
    """What the caller wants changed."""
    params.only(CHANGEABLE)
    return _read_change(params, identifier)


def _read_change(params: Params, identifier: str) -> Change:
    profile = params.group("business_profile")
    profile.only(PROFILE)
    said = {name: text for name in PROFILE if (text := profile.text(name))}
    capabilities = params.group("capabilities")
    capabilities.only(CAPABILITIES)
    requested = {
        name: capabilities.alone(name, "requested").truth("requested")
        for name in CAPABILITIES
        if capabilities.has(name)
    }
    return Change(
        account=identifier,
        email=params.email("email"),
        business_type=params.choice("business_type", BUSINESS_TYPES, "") or None,
        profile=said,
        capabilities=requested,
        metadata=params.metadata(),
    )


def _read_controller(group: Params) -> Json:
    group.only({"fees", "losses", "requirement_collection", "stripe_dashboard"})
    return account_shapes.controller(
        group.alone("fees", "payer").choice("payer", FEE_PAYERS, "account"),
        group.alone("losses", "payments").choice("payments", LOSS_PAYERS, "stripe"),
        group.alone("stripe_dashboard", "type").choice("type", DASHBOARDS, "full"),
        group.choice("requirement_collection", ("stripe",), "stripe"),
    )


@dataclass(frozen=True, slots=True)
class LinkWish:
    """A wish for a way to an account's form."""

    account: str
    type: Literal["account_onboarding"]
    refresh_url: str
    return_url: str


def read_link(params: Params, _identifier: str) -> LinkWish:
    """The link the caller wants."""
    params.only({"account", "expand", "refresh_url", "return_url", "type"})
    account = params.need_text("account")
    params.need_choice("type", ("account_onboarding",))
    refresh_url, return_url = params.url("refresh_url"), params.url("return_url")
    if refresh_url is None:
        raise errors.missing("refresh_url")
    if return_url is None:
        raise errors.missing("return_url")
    return LinkWish(account, "account_onboarding", refresh_url, return_url)
