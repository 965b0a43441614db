"""The door for hosted mail senders' notices: delivered, bounced, reported as spam."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from florin.contracts.mailing import BadMailNotice, UnsignedMailNotice
from florin.domain.security import services as security
from florin.flows import track_mail

_MOST_BYTES = 1024 * 1024  # SendGrid and Mailgun put many events into one notice


@csrf_exempt
@require_POST
def receive(request: HttpRequest, sender: str) -> HttpResponse:
    """Take in a notice; safe to receive twice, late and out of order. Its secret stands for a CSRF token.

    Answers 200 when it is recorded, 400 when nobody can read it, 401 when it comes without the password that
    its sender brings only when asked, 403 when signature or password are wrong, 404 for a sender that we do
    not use, 413 for a body that no sender sends.
    """
    if _length(request) > _MOST_BYTES:
        return _say("The notice is larger than 1 MiB.", status=413)
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        track_mail.receive(sender, headers, request.body)
    except UnsignedMailNotice as unsigned:
        if unsigned.ask:
            return _ask()
        security.note(security.Kind.NOTICE_FORGED, sender=sender)
        return _say("The notice is not signed by its sender.", status=403)
    except BadMailNotice as bad:
        return _say(f"The notice was not accepted: {bad}", status=400)
    except LookupError:
        return _say("No such mail sender is in use here.", status=404)
    return _say("Received.", status=200)


def _length(request: HttpRequest) -> int:
    written = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(written) if written.isdecimal() else _MOST_BYTES + 1


def _ask() -> HttpResponse:
    answer = _say("Bring the password.", status=401)
    answer["WWW-Authenticate"] = 'Basic realm="mail notices"'
    return answer


def _say(sentence: str, *, status: int) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", content_type="text/plain; charset=utf-8", status=status)
