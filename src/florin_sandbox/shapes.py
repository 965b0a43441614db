"""The JSON of the objects the sandbox makes, field by field as Stripe's API gives it."""

from decimal import Decimal
from typing import Any

from florin_sandbox import ids
from florin_sandbox.settings import API_VERSION
from florin_sandbox.store import Json

DAY = 24 * 3600
NO_ADDRESS = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}


def checkout_session(now: int, url: str, **facts: Any) -> Json:
    """An open session. `url` is the page's address up to the id."""
    identifier = "cs_test_" + ids.text(58)
    amount = facts["amount_total"]
    return {
        "id": identifier,
        "object": "checkout.session",
        "after_expiration": None,
        "allow_promotion_codes": None,
        "amount_subtotal": amount,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": None,
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "created": now,
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        "customer": None,
        "customer_creation": "if_required",
        "customer_details": None,
        "discounts": [],
        "invoice": None,
        "invoice_creation": None,
        "livemode": False,
        "mode": "payment",
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "if_required",
        "payment_method_configuration_details": None,
        "payment_status": "unpaid",
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": None,
        "subscription": None,
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": url + identifier,
        "wallet_options": None,
        **facts,
    }


def line_item(now: int, *, currency: str, unit_amount: int, quantity: int, product: Json) -> Json:
    """One line of a session, its price and product spelled out."""
    return {
        "id": ids.new("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": unit_amount * quantity,
        "amount_tax": 0,
        "amount_total": unit_amount * quantity,
        "currency": currency,
        "description": product["name"],
        "price": {
            "id": ids.new("price"),
            "object": "price",
            "active": False,
            "billing_scheme": "per_unit",
            "created": now,
            "currency": currency,
            "livemode": False,
            "metadata": {},
            "nickname": product["description"],
            "product": ids.new("prod", 14),
            "recurring": None,
            "type": "one_time",
            "unit_amount": unit_amount,
            "unit_amount_decimal": str(unit_amount),
        },
        "quantity": quantity,
    }


def payment_intent(now: int, session: Json, data: Json) -> Json:
    """The intent a payer's first attempt on a session's page makes."""
    identifier = "pi_3" + ids.text(23)
    return {
        "id": identifier,
        "object": "payment_intent",
        "amount": session["amount_total"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": data["capture_method"],
        "client_secret": f"{identifier}_secret_{ids.text(25)}",
        "confirmation_method": "automatic",
        "created": now,
        "currency": session["currency"],
        "customer": None,
        "description": data["description"],
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": data["metadata"],
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": session["payment_method_options"],
        "payment_method_types": session["payment_method_types"],
        "processing": None,
        "receipt_email": data["receipt_email"],
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": data["statement_descriptor"],
        "statement_descriptor_suffix": data["statement_descriptor_suffix"],
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": data["transfer_group"],
    }


def refund(
    now: int, charge_: Json, *, amount: int, reason: str | None, metadata: dict[str, str], status: str
) -> Json:
    """Money on its way back; `status` is pending or succeeded."""
    method = charge_["payment_method_details"]["type"]
    pending = status == "pending"
    reference = {
        "reference_status": "pending",
        "reference_type": "acquirer_reference_number",
        "type": "pending" if pending else "refund",
    }
    return {
        "id": ("re_3" if method == "card" else "pyr_1") + ids.text(23),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge_["id"],
        "created": now,
        "currency": charge_["currency"],
        "customer": None,
        "destination_details": {"type": method, **({method: reference} if method == "card" else {})},
        "metadata": metadata,
        "payment_intent": charge_["payment_intent"],
        "payment_method": charge_["payment_method"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": status,
        "transfer_reversal": None,
        **({"pending_reason": "processing"} if pending else {}),
    }


EVIDENCE_FILES = (
    "cancellation_policy",
    "customer_communication",
    "customer_signature",
    "duplicate_charge_documentation",
    "receipt",
    "refund_policy",
    "service_documentation",
    "shipping_documentation",
    "uncategorized_file",
)
EVIDENCE_TEXTS = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_tracking_number",
    "uncategorized_text",
)


def dispute(now: int, charge_: Json, *, amount: int, reason: str, code: str) -> Json:
    """A payer, or a payer's bank, wants the money back; `code` is the network's word for the reason."""
    return {
        "id": "dp_1" + ids.text(23),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge_["id"],
        "created": now,
        "currency": charge_["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {
            **dict.fromkeys(sorted(EVIDENCE_FILES + EVIDENCE_TEXTS)),
            "enhanced_evidence": {},
        },
        "evidence_details": {
            "due_by": None,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "network_reason_code": code,
        "payment_intent": charge_["payment_intent"],
        "payment_method_details": None,
        "reason": reason,
        "status": "needs_response",
    }


def balance_transaction(
    now: int,
    source: Json,
    *,
    kind: str,
    category: str,
    amount: int,
    fee: int,
    available_on: int,
    description: str | None,
    currency: str = "",
    rate: Decimal | None = None,
) -> Json:
    """A movement on an account's balance: `amount` with its sign, `fee` taken from it.

    `currency` is the balance's, where the source has another and was converted at the `rate`.
    """
    currency = currency or source["currency"]
    details = {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": "Processing fees",
        "type": "stripe_fee",
    }
    return {
        "id": "txn_3" + ids.text(23),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": available_on,
        "balance_type": "payments",
        "created": now,
        "currency": currency,
        "description": description or source.get("description"),
        "exchange_rate": None if rate is None else float(rate),
        "fee": fee,
        "fee_details": [details] if fee else [],
        "net": amount - fee,
        "reporting_category": category,
        "source": source["id"],
        "status": "pending",
        "type": kind,
    }


def event(now: int, kind: str, thing: Json, *, request_id: str | None, key: str | None) -> Json:
    """Something happened: a snapshot of the object as it was at that moment."""
    return {
        "id": "evt_3" + ids.text(23),
        "object": "event",
        "api_version": API_VERSION,
        "created": now,
        "data": {"object": thing},
        "livemode": False,
        "pending_webhooks": 0,
        "request": {"id": request_id, "idempotency_key": key},
        "type": kind,
    }


def webhook_endpoint(now: int, **facts: Any) -> Json:
    """Where notices go; `application` tells an endpoint for connected accounts from one for one's own."""
    return {
        "id": "we_1" + ids.text(23),
        "object": "webhook_endpoint",
        "api_version": None,
        "application": None,
        "created": now,
        "livemode": False,
        "status": "enabled",
        **facts,
    }
