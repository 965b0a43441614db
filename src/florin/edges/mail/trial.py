"""Trying whether mail leaves: reaching the mail server, and a test letter."""

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from florin.edges.mail import post
from florin.kernel.errors import Refusal


def reach() -> None:
    """Connect to the mail server, with the name and password, and let go again. Hosted senders have none.

    Raises:
        Refusal: if it does not answer, or lets us not in.
    """
    connection = get_connection()
    try:
        connection.open()
        connection.close()
    except post.FAILURES as problem:
        raise Refusal(_words(problem)) from problem


def send_test_email(to: str) -> None:
    """Send a short mail to somebody, as bills are sent.

    Raises:
        Refusal: if it was not taken.
    """
    letter = EmailMessage(
        subject="Florin can send mail",
        body=f"This test letter left {settings.PUBLIC_URL}: somebody there ran florin doctor --mail.\n",
        to=[to],
    )
    try:
        letter.send()
    except post.FAILURES as problem:
        raise Refusal(_words(problem)) from problem


def _words(problem: Exception) -> str:
    return " ".join(str(problem).split()) or type(problem).__name__
