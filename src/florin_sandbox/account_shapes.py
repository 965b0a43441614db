"""The JSON of accounts, their bank accounts and the links to the form, as Stripe's API gives it."""

from typing import Any

from florin_sandbox import ids
from florin_sandbox.store import Json

CURRENCIES = {"US": "usd", "CA": "cad", "MX": "mxn", "GB": "gbp", "AU": "aud", "JP": "jpy"}
NO_ADDRESS = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}
CONTROLLERS = {
    "express": ("application_express", "application", "express"),
    "standard": ("account", "stripe", "full"),
}


def account(now: int, *, country: str, **facts: Any) -> Json:
    """An account that nobody has told anything about itself yet."""
    identifier = "acct_1" + ids.text(15)
    return {
        "id": identifier,
        "object": "account",
        "charges_enabled": False,
        "company": {"address": {**NO_ADDRESS, "country": country}, "name": None, "tax_id_provided": False},
        "country": country,
        "created": now,
        "default_currency": CURRENCIES.get(country, "eur"),
        "details_submitted": False,
        "external_accounts": external_accounts(identifier, []),
        "future_requirements": requirements(),
        "payouts_enabled": False,
        "requirements": requirements(),
        "settings": {
            "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
            "card_payments": {
                "decline_on": {"avs_failure": False, "cvc_failure": False},
                "statement_descriptor_prefix": None,
                "statement_descriptor_prefix_kana": None,
                "statement_descriptor_prefix_kanji": None,
            },
            "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
            "payments": {"statement_descriptor": None},
            "payouts": {
                "debit_negative_balances": True,
                "schedule": {"delay_days": 2, "interval": "daily"},
                "statement_descriptor": None,
            },
        },
        "tos_acceptance": {"date": None},
        **facts,
    }


def business_profile(facts: Json) -> Json:
    """What an account says of its business."""
    return {
        "annual_revenue": None,
        "estimated_worker_count": None,
        "mcc": None,
        "name": None,
        "product_description": None,
        "support_address": None,
        "support_email": None,
        "support_phone": None,
        "support_url": None,
        "url": None,
        **facts,
    }


def controller(fees: str, losses: str, dashboard: str, collection: str = "stripe") -> Json:
    """Who answers for an account: who pays its fees and losses, and what it sees of the processor."""
    return {
        "fees": {"payer": fees},
        "is_controller": True,
        "losses": {"payments": losses},
        "requirement_collection": collection,
        "stripe_dashboard": {"type": dashboard},
        "type": "application",
    }


def requirements(**facts: Any) -> Json:
    """What is still asked of an account; nothing unless told."""
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": [],
        "disabled_reason": None,
        "errors": [],
        "eventually_due": [],
        "past_due": [],
        "pending_verification": [],
        **facts,
    }


def external_accounts(account_id: str, entries: list[Json]) -> Json:
    """Where an account's payouts go, as a list object."""
    return {
        "object": "list",
        "data": entries,
        "has_more": False,
        "total_count": len(entries),
        "url": f"/v1/accounts/{account_id}/external_accounts",
    }


def bank_account(owner: Json, *, holder: str, routing_number: str, last4: str) -> Json:
    """A bank account for payouts: never more than the last four digits of its number."""
    return {
        "id": "ba_1" + ids.text(23),
        "object": "bank_account",
        "account": owner["id"],
        "account_holder_name": holder,
        "account_holder_type": "individual" if owner["business_type"] == "individual" else "company",
        "account_type": None,
        "available_payout_methods": ["standard"],
        "bank_name": "STRIPE TEST BANK",
        "country": owner["country"],
        "currency": owner["default_currency"],
        "default_for_currency": True,
        "fingerprint": ids.text(16),
        "last4": last4,
        "metadata": {},
        "routing_number": routing_number,
        "status": "new",
    }


def account_link(now: int, *, lasts: int, url: str) -> Json:
    """A way to the form, for a few minutes and for one use. `url` is its address up to the id."""
    identifier = "alnk_" + ids.text(24)
    return {
        "id": identifier,
        "object": "account_link",
        "created": now,
        "expires_at": now + lasts,
        "url": url + identifier,
    }
