"""The door for processors' notices: take one in, answer at once."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from florin.contracts.processor import BadNotice, ForgedNotice
from florin.domain.security import services as security
from florin.flows import handle_notice

_MOST_BYTES = 512 * 1024


@csrf_exempt
@require_POST
def receive(request: HttpRequest, gateway: str) -> HttpResponse:
    """Take in a notice; safe to receive twice. Its signature takes the place of a CSRF token.

    Answers 200 when it is kept, 400 when its signature is wrong or too old, 404 for a gateway that we do not
    have, 413 for a body that no processor sends.
    """
    if _length(request) > _MOST_BYTES:
        return _say("The notice is larger than 512 KiB.", status=413)
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        handle_notice.receive(gateway, headers, request.body)
    except BadNotice as bad:
        if isinstance(bad, ForgedNotice):
            security.note(security.Kind.NOTICE_FORGED, sender=gateway)
        return _say(f"The notice was not accepted: {bad}", status=400)
    except LookupError:
        return _say("There is no such gateway here.", status=404)
    return _say("Received.", status=200)


def _length(request: HttpRequest) -> int:
    written = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(written) if written.isdecimal() else _MOST_BYTES + 1


def _say(sentence: str, *, status: int) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", content_type="text/plain; charset=utf-8", status=status)
