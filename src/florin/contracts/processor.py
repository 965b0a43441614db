"""What passes between us and a payment processor: plain values, the same for every gateway."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from florin.contracts.reasons import (
    NO_CODE,
    AccountRequirement,
    Code,
    DeclineReason,
    DisputeReason,
    RefundFailure,
    StopReason,
)
from florin.kernel.money import Money

LONGEST_REFERENCE = 255
"""How long a processor's names for its objects may be (Stripe's page on upgrades says so of its own)."""


class Outcome(StrEnum):
    """What the processor says has become of one try to pay."""

    OPEN = "open"  # the payer has not finished; nothing is held
    PENDING = "pending"  # the payer is done, and bank or payer has yet to do something, for days
    AUTHORISED = "authorised"  # the amount is held on the card and waits for capture or void
    SETTLED = "settled"  # the money is taken
    CANCELLED = "cancelled"  # an authorisation was released; nothing is taken
    FAILED = "failed"  # the bank did not pay the debit
    EXPIRED = "expired"  # the session ended without payment


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """One line on the processor's page: what is paid for."""

    name: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOrder:
    """A request for a payment session.

    ``key`` makes it safe to repeat: the same key gives the same session. ``expires_at`` is UTC.
    """

    key: str
    attempt: str
    merchant: str
    line_items: tuple[LineItem, ...]
    description: str
    payer_email: str
    language: str
    return_url: str
    cancel_url: str
    expires_at: datetime
    method: str = "card"


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A session at the processor, and where to send the payer."""

    reference: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the processor says about a session: the only source of truth about money.

    ``amount`` is what is held (AUTHORISED), under way (PENDING) or taken (SETTLED). ``fee`` is there once the
    processor has reckoned it. ``payment`` is the processor's reference that both sides quote in a question.
    ``taken_at`` is when it was taken (UTC), once the processor says: we may hear of it days later. Of a bank
    debit it is the latest time at which it can have cleared, which may be yet to come. ``awaits_payer`` says
    that what is PENDING waits for the payer: the bank account, for one, is still to be confirmed.
    ``failure`` is why a debit failed (``kernel.return_codes``). ``decline`` names the last card or bank
    account that was refused, and ``decline_reason`` says why. ``code`` is what the scheme calls it.
    """

    reference: str
    outcome: Outcome
    amount: Money | None = None
    fee: Money | None = None
    taken_at: datetime | None = None
    awaits_payer: bool = False
    payment: str = ""
    payer_email: str = ""
    card_brand: str = ""
    card_last4: str = ""
    card_funding: str = ""
    bank_name: str = ""
    bank_last4: str = ""
    failure: str = ""
    decline: str = ""
    decline_reason: DeclineReason = DeclineReason.UNKNOWN
    code: Code = NO_CODE


class RefundOutcome(StrEnum):
    """What the processor says has become of a refund."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"  # also when it was cancelled: the money is with the processor again


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundReport:
    """What the processor says about one refund.

    ``refund`` is the key of ours, empty when somebody made it at the processor's dashboard. ``fee`` is what
    of the processor's fee comes back with it, once known. ``awaits_balance`` says that a pending one is not
    sent before the balance at the processor covers it.
    """

    reference: str
    outcome: RefundOutcome
    amount: Money
    refund: str = ""
    failure: RefundFailure = RefundFailure.UNKNOWN
    code: Code = NO_CODE
    fee: Money | None = None
    awaits_balance: bool = False


class DisputeOutcome(StrEnum):
    """What the processor says has become of a dispute."""

    INQUIRY = "inquiry"  # a question beforehand; no money has moved
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"
    APPEALABLE = "appealable"  # lost, but an appeal is still taken
    APPEALED = "appealed"  # lost, but the decision is being looked at again
    CLOSED = "closed"  # an inquiry that came to nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeReport:
    """What the processor says about one dispute, or about a bank debit that came back after it cleared.

    Which of them it is, the payment's method says. ``reason`` is why a payer disputes, ``return_reason`` why
    a bank sent a debit back (``kernel.return_codes``), ``code`` what the scheme calls either. ``amount`` is
    what is disputed, ``withdrawn`` whether the processor holds it, ``fee`` what it charges for it. UTC.
    """

    reference: str
    outcome: DisputeOutcome
    amount: Money
    withdrawn: bool
    fee: Money | None
    reason: DisputeReason
    opened_at: datetime
    due_by: datetime | None = None
    return_reason: str = ""
    code: Code = NO_CODE


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentEvents:
    """Everything that happened to a payment at the processor after it was taken."""

    fee: Money | None
    refunds: tuple[RefundReport, ...] = ()
    disputes: tuple[DisputeReport, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """Whose account is to be opened (R2); ``company`` is our key, kept at the processor with it."""

    company: str
    name: str
    email: str
    country: str


class AccountStatus(StrEnum):
    """How far an account at the processor has come (R2)."""

    INCOMPLETE = "incomplete"  # the processor wants to know more
    PENDING = "pending"  # it is verifying
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REJECTED = "rejected"


class MethodStatus(StrEnum):
    """Whether the processor lets an account be paid in one way: it decides cards and debits apart (R13)."""

    ACTIVE = "active"
    PENDING = "pending"  # it is verifying
    INACTIVE = "inactive"  # it does not, or not any more
    UNREQUESTED = "unrequested"  # nobody has asked it


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountReport:
    """What the processor says about a company's account; ``wanted`` names what it still asks for.

    ``reason`` is why it takes no payments, ``codes`` what the processor itself calls all that.
    """

    reference: str
    status: AccountStatus
    cards: MethodStatus
    debits: MethodStatus
    wanted: tuple[AccountRequirement, ...] = ()
    reason: StopReason = StopReason.NONE
    codes: tuple[Code, ...] = ()


class MovementKind(StrEnum):
    """What moved money at the processor."""

    PAYMENT = "payment"
    # What was booked of a payment and did not come: of a debit that failed, or of a hold taken in part.
    PAYMENT_REVERSED = "payment_reversed"
    REFUND = "refund"
    REFUND_FAILED = "refund_failed"
    DISPUTE = "dispute"
    DISPUTE_WON = "dispute_won"
    PAYOUT = "payout"
    PAYOUT_FAILED = "payout_failed"
    FEE = "fee"
    KEPT_BACK = (
        "kept_back"  # from a payout, for the least balance that the account is to have; and given back
    )
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One line of the processor's own account of our money: ``net`` is ``gross`` less ``fee``, all signed.

    ``payment`` is the payment that it concerns, ``source`` the charge, refund, dispute or payout itself (of
    what was reversed, the charge), and ``attempt`` what the payment says it is for. The time is UTC.

    A bank debit is told when it is submitted, days before it clears; until then it is no payment.

    Where the processor converted it into the currency of the account, ``presented`` is the gross amount in
    the payer's currency, and ``exchange_rate`` what one unit of that was worth.
    """

    reference: str
    kind: MovementKind
    gross: Money
    fee: Money
    at: datetime
    payment: str = ""
    source: str = ""
    attempt: str = ""
    presented: Money | None = None
    exchange_rate: Decimal | None = None

    @property
    def net(self) -> Money:
        """What it did to the balance at the processor."""
        return self.gross - self.fee


class PayoutWay(StrEnum):
    """How a payout came about."""

    AUTOMATIC = "automatic"  # by the processor's own schedule
    MANUAL = "manual"  # somebody asked for just this amount
    INSTANT = "instant"  # asked for too, and there within minutes, for a fee


class Itemised(StrEnum):
    """Whether the processor tells of which movements a payout consists."""

    YES = "yes"
    NOT_YET = "not_yet"  # it is still finding out
    NEVER = "never"  # it cannot know, for somebody asked for an amount


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutReport:
    """What the processor says about one payout to the company's bank account.

    ``state`` is ``pending``, ``in_transit``, ``paid``, ``failed`` or ``canceled`` (it never left);
    ``arrives_on`` is the bank's day. The amount is negative if the processor takes money back from the bank.
    """

    reference: str
    amount: Money
    state: str
    arrives_on: date
    made_at: datetime
    way: PayoutWay = PayoutWay.AUTOMATIC
    itemised: Itemised = Itemised.YES


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Something on a list of the processor's that could not be read; ``reference`` is its name there."""

    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A processor's knock on the door: something changed, ask what.

    ``attempt`` says about which of our attempts, unless it tells what followed a payment; ``payment`` about
    which of the processor's payments or payouts, ``account`` at which account. All are empty when it is about
    none. ``decline`` names a card or bank account that was refused just now, as a ``Report`` would, with why:
    of several in a row a look-up tells the last one only.
    """

    event: str
    kind: str
    attempt: str
    payment: str = ""
    account: str = ""
    payout: str = ""
    decline: str = ""
    decline_reason: DeclineReason = DeclineReason.UNKNOWN
    code: Code = NO_CODE


class GatewayError(Exception):
    """We do not know what happened at the processor: ask again. Never to be read as "failed"."""


class GatewayBusy(GatewayError):  # noqa: N818 - it names the state of things
    """The same request, with the same key, is under way from somewhere else: its answer will be ours too."""


class GatewayThrottled(GatewayError):  # noqa: N818 - it names the state of things
    """The processor did nothing, for it is asked too often: ask again in ``retry_after`` seconds."""

    def __init__(self, text: str = "", *, retry_after: int) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class GatewayFault(GatewayError):  # noqa: N818 - it names the state of things
    """The processor answered that it broke down. The request is over, and its key gives this answer for ever.

    Whether it took effect, only a look-up tells; after that it may be made again with another key.
    """


class RefusalReason(StrEnum):
    """Why a processor says no."""

    PARAMETER = "parameter"  # it does not take the request as we wrote it
    AMOUNT = "amount"  # too small or too large for it
    KEY_REUSED = "key_reused"  # the idempotency key stands for another request
    KEY = "key"  # it does not know the installation's key, or not any more
    PERMISSION = "permission"  # the key may not do this
    ACCOUNT_GONE = "account_gone"  # the account that we speak for has left us
    NOT_FOUND = "not_found"  # what we ask about is not there, and never will be
    DECLINED = "declined"  # the payer's bank said no
    BALANCE = "balance"  # the account has not so much money now
    STATE = "state"  # it is too late, or too early, for this


class GatewayRefusal(Exception):  # noqa: N818 - an answer, not a fault
    """The processor understood and says no: nothing has happened there.

    ``str(refusal)`` is what it says, without any key. ``code`` is its own word for the reason, ``request``
    its name for the request, which its support asks for, and ``verb`` what we asked it to do.
    """

    def __init__(
        self, reason: RefusalReason, text: str = "", *, code: str = "", request: str = "", verb: str = ""
    ) -> None:
        super().__init__(text)
        self.reason, self.code, self.request, self.verb = reason, code, request, verb


class BadNotice(Exception):  # noqa: N818 - it names the notice, not a fault of ours
    """A notice that cannot be taken in."""


class ForgedNotice(BadNotice):
    """A notice that the processor did not sign, or signed too long ago, or for later."""
