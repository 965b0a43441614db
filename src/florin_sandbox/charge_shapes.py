"""The JSON of charges, of what they say of card or bank account, and of why they failed."""

from florin_sandbox import ids, shapes
from florin_sandbox.bank_accounts import RETURNS, BankAccount
from florin_sandbox.cards import Card, Decline
from florin_sandbox.store import Json


def card_details(card: Card, amount: int) -> Json:
    """What a charge says of the card."""
    return {
        "card": {
            "amount_authorized": None if card.decline else amount,
            "authorization_code": None if card.decline else ids.text(6).upper(),
            "brand": card.brand,
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "fail" if card.decline and card.decline.code == "incorrect_cvc" else "pass",
            },
            "country": "US",
            "exp_month": card.exp_month,
            "exp_year": card.exp_year,
            "extended_authorization": {"status": "disabled"},
            "fingerprint": ids.text(16),
            "funding": card.funding,
            "incremental_authorization": {"status": "unavailable"},
            "installments": None,
            "last4": card.last4,
            "mandate": None,
            "multicapture": {"status": "unavailable"},
            "network": card.brand,
            "network_token": {"used": False},
            "network_transaction_id": None if card.decline else ids.text(15).upper(),
            "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
            "regulated_status": "unregulated",
            "three_d_secure": None,
            "wallet": None,
        },
        "type": "card",
    }


def outcome(decline: Decline | None) -> Json:
    """How the network answered."""
    if decline is None:
        return {
            "advice_code": None,
            "network_advice_code": None,
            "network_decline_code": None,
            "network_status": "approved_by_network",
            "reason": None,
            "seller_message": "Payment complete.",
            "type": "authorized",
        }
    return {
        "advice_code": "try_again_later",
        "network_advice_code": None,
        "network_decline_code": "05",
        "network_status": "declined_by_network",
        "reason": decline.decline_code or decline.code,
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }


def returned(code: str) -> Json:
    """How a bank answered that sent a debit back with this return code."""
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": code,
        "network_status": "declined_by_network",
        "reason": RETURNS[code].failure,
        "seller_message": RETURNS[code].message,
        "type": "issuer_declined",
    }


def charge(now: int, intent: Json, card: Card, payer: Json) -> Json:
    """One attempt to take money: authorised, or failed if the card declines. Not captured yet."""
    decline = card.decline
    details = card_details(card, intent["amount"])
    if decline is None and intent["capture_method"] == "manual":
        details["card"]["capture_before"] = now + 7 * shapes.DAY
    return {
        **_charge(now, intent, payer, details),
        "id": "ch_3" + ids.text(23),
        "failure_code": decline.code if decline else None,
        "failure_message": decline.message if decline else None,
        "outcome": outcome(decline),
        "paid": decline is None,
        "status": "failed" if decline else "succeeded",
    }


def bank_charge(now: int, intent: Json, account: BankAccount, payer: Json) -> Json:
    """A debit on its way to a bank: pending, and as at Stripe called captured before it has cleared."""
    details = {
        "type": "us_bank_account",
        "us_bank_account": {
            "account_holder_type": "company",
            "account_type": account.kind,
            "bank_name": account.bank,
            "expected_debit_date": None,
            "fingerprint": ids.text(16),
            "last4": account.last4,
            "mandate": ids.new("mandate"),
            "payment_reference": None,
            "routing_number": account.routing,
        },
    }
    return {
        **_charge(now, intent, payer, details),
        "id": "py_3" + ids.text(23),
        "amount_captured": intent["amount"],
        "captured": True,
        "outcome": outcome(None),
        "paid": False,
        "status": "pending",
    }


def _charge(now: int, intent: Json, payer: Json, details: Json) -> Json:
    return {
        "id": "",
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": {
            "address": dict(shapes.NO_ADDRESS),
            "email": payer["email"],
            "name": payer["name"],
            "phone": None,
            "tax_id": None,
        },
        "calculated_statement_descriptor": "SANDBOX",
        "captured": False,
        "created": now,
        "currency": intent["currency"],
        "customer": None,
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "on_behalf_of": None,
        "outcome": None,
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": intent["payment_method"],
        "payment_method_details": details,
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "pending",
        "transfer_data": None,
        "transfer_group": intent["transfer_group"],
    }


def payment_error(decline: Decline, charge_id: str | None) -> Json:
    """Why the last attempt did not work, as an intent carries it."""
    error: Json = {
        "code": decline.code,
        "doc_url": f"https://stripe.com/docs/error-codes/{decline.code.replace('_', '-')}",
        "message": decline.message,
        "type": "card_error" if charge_id else "invalid_request_error",
    }
    if charge_id:
        error["charge"] = charge_id
    if decline.decline_code:
        error["decline_code"] = decline.decline_code
    return error


def debit_error(code: str, charge_id: str) -> Json:
    """Why a debit came back, as an intent carries it."""
    failure = RETURNS[code].failure
    return {
        "charge": charge_id,
        "code": failure,
        "doc_url": f"https://stripe.com/docs/error-codes/{failure.replace('_', '-')}",
        "message": RETURNS[code].message,
        "network_decline_code": code,
        "type": "invalid_request_error",
    }
