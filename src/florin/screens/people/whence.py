"""From where somebody acts, as mails and the list of sessions tell it."""

from django.http import HttpRequest

from florin.flows.change_password import Whence
from florin.kernel import browsers, clients


def read(request: HttpRequest) -> Whence:
    """Return the client's address, and what its browser calls itself."""
    return Whence(
        address=clients.address(request.META), browser=browsers.name(request.headers.get("User-Agent", ""))
    )
