"""What every answer shares: refusals as pages, the reader's language, and calm when the database is away."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

Handler = Callable[[HttpRequest], HttpResponse]


class Answers:
    """Placeholder."""

    def __init__(self, following: Handler) -> None:
        self.following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.following(request)


class Language:
    """Speaks the signed-in person's language."""

    def __init__(self, following: Handler) -> None:
        self.following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the person's language."""
        language = getattr(request.user, "language", None) or translation.get_language_from_request(request)
        with translation.override(language):
            return self.following(request)
