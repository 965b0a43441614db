"""Connected accounts: the businesses that a platform takes payments for, and what is thought of them.

An account belongs to the platform; its events are its own. The platform itself is always active, though the
processor may withhold a way to be paid.
"""

import json
from dataclasses import dataclass
from enum import StrEnum

from florin_sandbox import account_shapes, capabilities, errors, events
from florin_sandbox.account_requests import Change, Wish
from florin_sandbox.bank import Bank
from florin_sandbox.store import Json

KIND = "account"
PLATFORM = "platform_account"
WITHHELD = "platform_withheld"
OPENED = 1_577_836_800
"""When the platform's own account says that it was opened: 2020."""
METHODS = {"card": "card_payments", "us_bank_account": "us_bank_account_ach_payments"}
"""The capability that each way to pay needs."""
DAY = 24 * 3600
DOCUMENT = "individual.verification.document"
ASKED_AT_FIRST = (
    "company.address.line1",
    "company.name",
    "company.tax_id",
    "external_account",
    "representative.dob.day",
    "representative.first_name",
    "representative.last_name",
    "representative.ssn_last_4",
    "tos_acceptance.date",
)
UNREADABLE = {
    "code": "verification_failed_keyed_identity",
    "reason": "The person's identity could not be verified. A document is needed.",
    "requirement": DOCUMENT,
}
TEST_ROUTING = "110000000"
TEST_LAST4 = "6789"


class Stage(StrEnum):
    """How far the processor is with an account."""

    NEW = "new"
    ASKED = "asked"
    CHECKING = "checking"
    ACTIVE = "active"
    REJECTED = "rejected"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a stage means for the account: what is asked, what is being checked, why it is disabled."""

    capability: str
    reason: str | None = None
    due: tuple[str, ...] = ()
    checking: tuple[str, ...] = ()
    errors: tuple[Json, ...] = ()


VERDICTS = {
    Stage.NEW: Verdict("inactive", "requirements.past_due", due=ASKED_AT_FIRST),
    Stage.ASKED: Verdict("inactive", "requirements.past_due", due=(DOCUMENT,), errors=(UNREADABLE,)),
    Stage.CHECKING: Verdict("pending", "requirements.pending_verification", checking=("company.tax_id",)),
    Stage.ACTIVE: Verdict("active"),
    Stage.REJECTED: Verdict("inactive", "rejected.other"),
    Stage.SUSPENDED: Verdict("inactive", "under_review"),
}
DECIDED = {"0001": Stage.ASKED, "0002": Stage.REJECTED, "0003": Stage.CHECKING}
"""What the last digits of a tax id bring about; any others make the account active."""


@dataclass(frozen=True, slots=True)
class Details:
    """What the form tells of a business. Of the bank account's number only the last four digits."""

    name: str
    address: dict[str, str]
    tax_id: str
    routing_number: str
    last4: str


def ensure_platform(bank: Bank) -> None:
    """Give the platform an account of its own, once."""
    if not bank.store.setting(PLATFORM):
        own = account_shapes.account(bank.clock.now(), country="US")
        bank.store.keep_setting(PLATFORM, own["id"])


def acting(bank: Bank, header: str) -> str:
    """The account that a request with this `Stripe-Account` header works for; `""` is the platform."""
    if header in {"", bank.store.setting(PLATFORM)}:
        return ""
    if bank.store.get(KIND, header) is None:
        raise errors.no_account(header)
    return header


def find(bank: Bank, identifier: str) -> Json:
    """The account with this id: for the platform any, for a connected account its own."""
    if bank.store.account in {"", None, identifier}:
        if identifier == bank.store.setting(PLATFORM):
            return _platform(bank)
        with bank.store.scope(""):
            found = bank.store.get(KIND, identifier)
        if found is not None:
            return found
    raise errors.no_account(identifier)


def own(bank: Bank, _wish: object = None) -> Json:
    """The account in scope."""
    return find(bank, bank.store.account or bank.store.setting(PLATFORM))


def _platform(bank: Bank) -> Json:
    account = account_shapes.account(
        OPENED,
        country="US",
        business_profile=account_shapes.business_profile({"name": bank.settings.merchant}),
        business_type="company",
        capabilities={
            name: "inactive" if name in json.loads(bank.store.setting(WITHHELD, "[]")) else "active"
            for name in ("card_payments", "transfers", METHODS["us_bank_account"])
        },
        controller={"type": "account"},
        email=None,
        metadata={},
        type="standard",
    )
    account.update(id=bank.store.setting(PLATFORM), charges_enabled=True, payouts_enabled=True)
    account.update(details_submitted=True)
    destination = account_shapes.bank_account(
        account, holder=bank.settings.merchant, routing_number=TEST_ROUTING, last4=TEST_LAST4
    )
    destination.update(id=account["id"].replace("acct_", "ba_"), fingerprint=account["id"][-16:])
    account["external_accounts"] = account_shapes.external_accounts(account["id"], [destination])
    return account


def create(bank: Bank, wish: Wish) -> Json:
    """Open an account. It can do nothing before its form is filled in."""
    if bank.store.account:
        raise errors.Refusal("Only a platform can create accounts.", status=403)
    account = account_shapes.account(
        bank.clock.now(),
        country=wish.country,
        business_profile=account_shapes.business_profile(wish.change.profile),
        business_type=wish.change.business_type,
        capabilities={},
        controller=wish.controller,
        email=wish.change.email,
        metadata=wish.change.metadata,
        type=wish.type,
    )
    _request(account, wish.change.capabilities)
    _judge(account, Stage.NEW)
    bank.store.add(account, private={"stage": Stage.NEW})
    _tell(bank, account, before={})
    return account


def update(bank: Bank, change: Change) -> Json:
    """Change what the platform may change."""
    account = find(bank, change.account)
    if change.account == bank.store.setting(PLATFORM):
        raise errors.Refusal("The platform's own account cannot be changed here.")
    account["email"] = change.email or account["email"]
    account["business_type"] = change.business_type or account["business_type"]
    account["business_profile"].update(change.profile)
    account["metadata"].update(change.metadata)
    before = dict(account["capabilities"])
    _request(account, change.capabilities)
    _judge(account, stage(bank, account))
    bank.store.save(account)
    _tell(bank, account, before=before)
    return account


def submit(bank: Bank, account: Json, details: Details) -> None:
    """Take what the form says and decide, by the last digits of the tax id."""
    account["company"] = {
        "address": {**account_shapes.NO_ADDRESS, "country": account["country"], **details.address},
        "name": details.name,
        "tax_id_provided": True,
    }
    account["business_profile"]["name"] = account["business_profile"]["name"] or details.name
    _pay_out_to(account, details.name, routing_number=details.routing_number, last4=details.last4)
    account.update(details_submitted=True, tos_acceptance={"date": bank.clock.now()})
    move(bank, account, DECIDED.get(details.tax_id[-4:], Stage.ACTIVE))


def verify(bank: Bank, account: Json) -> None:
    """All is well. An account whose form is empty gets the name it has and a bank account to test with."""
    if not account["details_submitted"]:
        name = account["business_profile"]["name"] or "Test business"
        _pay_out_to(account, name, routing_number=TEST_ROUTING, last4=TEST_LAST4)
        account["company"].update(name=name, tax_id_provided=True)
        account["business_profile"]["name"] = name
        account.update(details_submitted=True, tos_acceptance={"date": bank.clock.now()})
    move(bank, account, Stage.ACTIVE)


def ask_more(bank: Bank, account: Json) -> None:
    """The processor wants to see a document; until then the account is disabled."""
    move(bank, account, Stage.ASKED)


def reject(bank: Bank, account: Json) -> None:
    """The processor will not work with this business."""
    move(bank, account, Stage.REJECTED)


def suspend(bank: Bank, account: Json) -> None:
    """The processor stops an account for a while."""
    before = stage(bank, account)
    if before is Stage.SUSPENDED:
        raise errors.Refusal("This account is suspended already.")
    move(bank, account, Stage.SUSPENDED)
    bank.store.save_private(account["id"], {"stage": Stage.SUSPENDED, "before": before})


def restore(bank: Bank, account: Json) -> None:
    """End a suspension; the account is again what it was before."""
    if stage(bank, account) is not Stage.SUSPENDED:
        raise errors.Refusal("Only a suspended account can be restored.")
    move(bank, account, Stage(bank.store.private(account["id"])["before"]))


def withhold(method: str, bank: Bank, account: Json) -> None:
    """The processor lets the account be paid in this way no more; `verify` ends this."""
    capability = METHODS[method]
    if capability not in account["capabilities"]:
        raise errors.Refusal(f"This account has not asked for {capability}.")
    before = dict(account["capabilities"])
    account["capabilities"][capability] = "inactive"
    if account["id"] == bank.store.setting(PLATFORM):
        withheld = [name for name, status in account["capabilities"].items() if status == "inactive"]
        bank.store.keep_setting(WITHHELD, json.dumps(withheld))
    else:
        bank.store.save(account)
    _tell(bank, account, before=before)


def permit_all(bank: Bank) -> None:
    """Let the platform's own account be paid in every way again."""
    before = _platform(bank)["capabilities"]
    bank.store.keep_setting(WITHHELD, "[]")
    _tell(bank, _platform(bank), before=before)


def stage(bank: Bank, account: Json) -> Stage:
    """How far the processor is with this account."""
    return Stage(bank.store.private(account["id"])["stage"])


def move(bank: Bank, account: Json, to: Stage) -> None:
    """Bring an account to a stage and tell the platform; a check ends after a day by the clock."""
    before = dict(account["capabilities"])
    _judge(account, to)
    bank.store.save(account)
    bank.store.save_private(account["id"], {"stage": to})
    bank.store.set_due(account["id"], bank.clock.now() + DAY if to is Stage.CHECKING else None)
    _tell(bank, account, before=before)


def check_can_charge(bank: Bank) -> None:
    """Refuse to open a checkout for an account that may not take payments."""
    account = own(bank)
    if not account["charges_enabled"]:
        raise errors.Refusal(f"The account {account['id']} cannot take payments at the moment.")


def active_methods(bank: Bank) -> frozenset[str]:
    """The ways in which the account in scope may take payments."""
    capabilities = own(bank)["capabilities"]
    return frozenset(way for way, needed in METHODS.items() if capabilities.get(needed) == "active")


def shown_name(bank: Bank) -> str:
    """How the account in scope is called on its pages."""
    return str(own(bank)["business_profile"]["name"]) if bank.store.account else bank.settings.merchant


def _request(account: Json, capabilities: dict[str, bool]) -> None:
    for name, wanted in capabilities.items():
        if wanted:
            account["capabilities"][name] = "inactive"
        else:
            account["capabilities"].pop(name, None)


def _judge(account: Json, at: Stage) -> None:
    verdict = VERDICTS[at]
    active = at is Stage.ACTIVE
    account.update(
        capabilities=dict.fromkeys(account["capabilities"], verdict.capability),
        charges_enabled=active and not set(METHODS.values()).isdisjoint(account["capabilities"]),
        payouts_enabled=active and bool(account["external_accounts"]["data"]),
        requirements=account_shapes.requirements(
            currently_due=list(verdict.due),
            disabled_reason=verdict.reason,
            errors=list(verdict.errors),
            eventually_due=list(verdict.due),
            past_due=list(verdict.due),
            pending_verification=list(verdict.checking),
        ),
    )


def _pay_out_to(account: Json, holder: str, *, routing_number: str, last4: str) -> None:
    entry = account_shapes.bank_account(account, holder=holder, routing_number=routing_number, last4=last4)
    account["external_accounts"] = account_shapes.external_accounts(account["id"], [entry])


def _tell(bank: Bank, account: Json, *, before: dict[str, str]) -> None:
    with bank.store.scope("" if account["id"] == bank.store.setting(PLATFORM) else account["id"]):
        events.emit(bank, "account.updated", account)
        capabilities.tell(bank, account, before=before)
