"""Notices as the senders' own documents describe them, written by hand, each about one mail of ours."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pytest_django.fixtures import Settings

SECRET = "a-password-only-for-notices"
TO = "payer@shop.example"
NO_SUCH_USER = "550 5.1.1 The email account that you tried to reach does not exist"

Notice = tuple[dict[str, str], str]
Json = dict[str, Any]


def basic(password: str = SECRET) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"florin:{password}".encode()).decode()}


@dataclass(frozen=True)
class Sender:
    """A hosted sender: its settings, and how it tells what became of a mail.

    ``told`` makes the notice of ``delivered``, ``bounced``, ``spam`` or ``opened``, given our key ("" leaves
    it out) and the sender's own id.
    """

    name: str
    told: Callable[[str, str, str], Notice]

    def notice(self, what: str, *, key: str = "", provider_id: str = "the-senders-own-id") -> Notice:
        return self.told(what, key, provider_id)

    def put_to_use(self, settings: Settings) -> None:
        settings.MAIL_SENDER = self.name
        settings.EMAIL_BACKEND = f"anymail.backends.{self.name}.EmailBackend"
        settings.ANYMAIL = (
            {"MAILGUN_API_KEY": "key", "MAILGUN_WEBHOOK_SIGNING_KEY": SECRET}
            if self.name == "mailgun"
            else {"WEBHOOK_SECRET": f"florin:{SECRET}"}
        )


def _postmark(what: str, key: str, provider_id: str) -> Notice:
    common: Json = {
        "MessageID": provider_id,
        "Metadata": {"florin_message": key} if key else {},
        "ServerID": 23,
        "MessageStream": "outbound",
        "Tag": "",
    }
    bounce: Json = {
        "ID": 692560173,
        "Email": TO,
        "From": "billing@florin.example",
        "BouncedAt": "2026-11-01T21:32:00Z",
        "DumpAvailable": True,
        "Inactive": True,
        "CanActivate": True,
        "Subject": "Invoice INV-10023",
    }
    events: dict[str, Json] = {
        "delivered": {
            "RecordType": "Delivery",
            "Recipient": TO,
            "DeliveredAt": "2026-11-01T21:30:00Z",
            "Details": "smtp;250 2.0.0 OK",
        },
        "bounced": bounce
        | {
            "RecordType": "Bounce",
            "Type": "HardBounce",
            "TypeCode": 1,
            "Name": "Hard bounce",
            "Description": "The server was unable to deliver your message (ex: unknown user).",
            "Details": f"smtp;{NO_SUCH_USER}",
        },
        "spam": bounce
        | {
            "RecordType": "SpamComplaint",
            "Type": "SpamComplaint",
            "TypeCode": 100001,
            "Name": "Spam complaint",
            "Description": "The subscriber explicitly marked this message as spam.",
            "Details": "",
        },
        "opened": {
            "RecordType": "Open",
            "FirstOpen": True,
            "Recipient": TO,
            "ReceivedAt": "2026-11-01T21:35:00Z",
            "UserAgent": "A scanner",
            "ReadSeconds": 0,
        },
    }
    return basic(), json.dumps(common | events[what])


def mailgun_signature(key: str = SECRET) -> Json:
    timestamp, token = str(int(time.time())), "c1bdf34a3f7b4a2ab9f1"
    digest = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": timestamp, "token": token, "signature": digest}


def _mailgun(what: str, key: str, provider_id: str) -> Notice:
    events: dict[str, Json] = {
        "delivered": {
            "event": "delivered",
            "delivery-status": {"code": 250, "message": "OK", "tls": True, "attempt-no": 1},
        },
        "bounced": {
            "event": "failed",
            "severity": "permanent",
            "reason": "bounce",
            "delivery-status": {"code": 550, "message": NO_SUCH_USER, "description": "", "attempt-no": 1},
        },
        "spam": {"event": "complained"},
        "opened": {"event": "opened", "client-info": {"client-type": "bot", "user-agent": "A scanner"}},
    }
    data = {
        "id": "W3X4JOhFT-OZidZGKKr9iA",
        "timestamp": time.time(),
        "recipient": TO,
        "recipient-domain": "shop.example",
        "message": {"headers": {"message-id": provider_id.strip("<>"), "to": TO, "from": "b@florin.example"}},
        "user-variables": {"florin_message": key} if key else {},
        "tags": [],
        "log-level": "info",
    }
    return {}, json.dumps({"signature": mailgun_signature(), "event-data": data | events[what]})


def _sendgrid(what: str, key: str, provider_id: str) -> Notice:
    events: dict[str, Json] = {
        "delivered": {"event": "delivered", "response": "250 2.0.0 OK"},
        "bounced": {"event": "bounce", "type": "bounce", "status": "5.1.1", "reason": NO_SUCH_USER},
        "spam": {"event": "spamreport"},
        "opened": {"event": "open", "useragent": "A scanner", "ip": "203.0.113.9"},
    }
    one = {
        "email": TO,
        "timestamp": int(time.time()),
        "smtp-id": "<14c5d75ce93.dfd.64b469@ismtpd-555>",
        "sg_event_id": "ZGVsaXZlcmVk",
        "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
        "anymail_id": provider_id,
    }
    mine = {"florin_message": key} if key else {}
    processed = {**one, "event": "processed"}
    return basic(), json.dumps([processed, one | mine | events[what]])


def _resend(what: str, key: str, provider_id: str) -> Notice:
    types = {"delivered": "delivered", "bounced": "bounced", "spam": "complained", "opened": "opened"}
    mine = [{"name": "X-Metadata", "value": json.dumps({"florin_message": key})}] if key else []
    data: Json = {
        "email_id": provider_id,
        "created_at": "2026-11-01 21:29:00.123+00",
        "from": "Bloom <billing@florin.example>",
        "to": [TO],
        "subject": "Invoice INV-10023",
        "headers": [{"name": "Auto-Submitted", "value": "auto-generated"}, *mine],
    }
    if what == "bounced":
        sentence = f"The recipient's email provider sent a hard bounce message: {NO_SUCH_USER}"
        data["bounce"] = {"message": sentence, "type": "Permanent", "subType": "General"}
    body = {"type": f"email.{types[what]}", "created_at": "2026-11-01T21:30:00.000Z", "data": data}
    return {**basic(), "svix-id": "msg_2LIr"}, json.dumps(body)


def _brevo(what: str, key: str, provider_id: str) -> Notice:
    events: dict[str, Json] = {
        "delivered": {"event": "delivered"},
        "bounced": {"event": "hard_bounce", "reason": NO_SUCH_USER},
        "spam": {"event": "spam"},
        "opened": {"event": "unique_opened"},
    }
    one: Json = {
        "email": TO,
        "id": 26224,
        "date": "2026-11-01 21:30:00",
        "ts": 1793568600,
        "ts_event": 1793568600,
        "ts_epoch": int(time.time() * 1000),
        "message-id": provider_id,
        "subject": "Invoice INV-10023",
        "sending_ip": "203.0.113.7",
    }
    if key:
        one["X-Mailin-custom"] = json.dumps({"florin_message": key})
    return basic(), json.dumps(one | events[what])


def _amazon_ses(what: str, key: str, provider_id: str) -> Notice:
    events: dict[str, Json] = {
        "delivered": {"eventType": "Delivery", "delivery": {"recipients": [TO], "smtpResponse": "250 OK"}},
        "bounced": {
            "eventType": "Bounce",
            "bounce": {
                "bounceType": "Permanent",
                "bounceSubType": "General",
                "bouncedRecipients": [
                    {"emailAddress": TO, "action": "failed", "diagnosticCode": f"smtp; {NO_SUCH_USER}"}
                ],
            },
        },
        "spam": {
            "eventType": "Complaint",
            "complaint": {"complainedRecipients": [{"emailAddress": TO}], "complaintFeedbackType": "abuse"},
        },
        "opened": {"eventType": "Open", "open": {"ipAddress": "203.0.113.9", "userAgent": "A scanner"}},
    }
    mine = [{"name": "X-Metadata", "value": json.dumps({"florin_message": key})}] if key else []
    mail = {
        "timestamp": "2026-11-01T21:29:00.000Z",
        "source": "billing@florin.example",
        "messageId": provider_id,
        "destination": [TO],
        "headers": [{"name": "From", "value": "billing@florin.example"}, *mine],
    }
    return sns("Notification", Message=json.dumps({"mail": mail, **events[what]}))


def sns(kind: str, **fields: str) -> Notice:
    """A notice of Amazon's, in the envelope of its notification service."""
    body = {
        "Type": kind,
        "MessageId": "19ba9823-d7f2-53c1-860e-cb10e0d13dfc",
        "TopicArn": "arn:aws:sns:us-east-1:1234567890:SES_Events",
        "Timestamp": "2026-11-01T21:30:00.000Z",
        **fields,
    }
    headers = {
        **basic(),
        "X-Amz-Sns-Message-Type": kind,
        "X-Amz-Sns-Message-Id": body["MessageId"],
        "Content-Type": "text/plain; charset=UTF-8",
    }
    return headers, json.dumps(body)


SENDERS = [
    Sender("postmark", _postmark),
    Sender("mailgun", _mailgun),
    Sender("sendgrid", _sendgrid),
    Sender("resend", _resend),
    Sender("brevo", _brevo),
    Sender("amazon_ses", _amazon_ses),
]
POSTMARK = SENDERS[0]
