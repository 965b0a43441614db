"""What a payer types to pay from a bank account: checked field by field."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from florin_sandbox import bank_accounts, card_form, cards
from florin_sandbox.bank_accounts import BankAccount


@dataclass(slots=True)
class Typed:
    """A filled-in form: what is wrong with it by field, or else the account. Its number is not kept."""

    email: str = ""
    name: str = ""
    routing: str = ""
    kind: str = bank_accounts.TYPES[0]
    wrong: dict[str, str] = field(default_factory=dict)
    account: BankAccount | None = None

    @property
    def payer(self) -> dict[str, str]:
        """Who pays."""
        return {"email": self.email, "name": self.name}


def read(form: Mapping[str, str]) -> Typed:
    """The form as typed, each wrong field with the key of the sentence to say about it."""
    typed = Typed(
        email=form.get("email", "").strip()[: card_form.LONGEST],
        name=form.get("name", "").strip()[: card_form.LONGEST],
        routing=cards.digits(form.get("routing", "").strip())[: card_form.LONGEST],
        kind=form.get("kind", bank_accounts.TYPES[0]),
    )
    number = cards.digits(form.get("account", "").strip())
    if not typed.name:
        typed.wrong["name"] = "bad_holder"
    if not card_form.EMAIL.fullmatch(typed.email):
        typed.wrong["email"] = "bad_email"
    if not bank_accounts.routable(typed.routing):
        typed.wrong["routing"] = "bad_routing"
    if not bank_accounts.plausible(number):
        typed.wrong["account"] = "bad_account"
    if typed.kind not in bank_accounts.TYPES:
        typed.wrong["kind"] = "bad_kind"
    if not typed.wrong:
        typed.account = bank_accounts.read(number, routing=typed.routing, kind=typed.kind)
    return typed
