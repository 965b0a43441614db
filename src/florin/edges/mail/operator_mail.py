"""Plain letters to whoever runs the installation, sent at once: the worker that sends others may be dead."""

from collections.abc import Sequence

from django.conf import settings
from django.utils.html import format_html, format_html_join

from florin.edges.mail import post
from florin.edges.mail.post import Envelope


def send(subject: str, sentences: Sequence[str], *, key: str) -> None:
    """Send one letter to ``FLORIN_OPERATOR_EMAIL``; ``key`` names it, so that a second copy is known as one.

    Each step of the conversation with the mail server has its time-out.

    Raises:
        MailRefused: if the server will not take it.
        MailUnavailable: if it cannot now.
    """
    html = format_html_join("", "<p>{}</p>", ((sentence,) for sentence in sentences))
    post.send(
        Envelope(
            to=settings.OPERATOR_EMAIL,
            from_name="Florin",
            reply_to=settings.OPERATOR_EMAIL,
            subject=subject,
            html=format_html(
                '<!doctype html><html lang="en"><head><title>{}</title></head><body>{}</body></html>',
                subject,
                html,
            ),
            text="\n\n".join(sentences) + "\n",
            message_id=f"<{key}@{settings.MESSAGE_ID_DOMAIN}>",
            language="en",
        )
    )
