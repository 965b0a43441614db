"""A new secret key, with every link, session and cookie of the old one still good.

the present key joins the former ones -> a new key takes its place -> the security log has it
"""

import secrets

from django.conf import settings

from florin.domain.security import services as security
from florin.edges import kept_secrets
from florin.kernel.errors import Refusal


def rotate() -> None:
    """Put a new key in the place of the present one, which is kept as a former one.

    The present key is kept before the new one is written, so being stopped in between loses nothing. What
    runs already goes on with the key that it knows until it is started again.

    Raises:
        Refusal: if the environment holds one of the two, so that no file decides.
    """
    if settings.SECRET_KEY_FILE is None or settings.OLD_SECRET_KEYS_FILE is None:
        raise Refusal(
            "The secret key is in the environment, so it is changed there. Put the present FLORIN_SECRET_KEY"
            " in front of FLORIN_OLD_SECRET_KEYS, with commas between; give FLORIN_SECRET_KEY a new value of"
            " at least 32 random characters; then start serve and work again."
        )
    former = dict.fromkeys([settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS])
    kept_secrets.write(settings.OLD_SECRET_KEYS_FILE, "".join(f"{key}\n" for key in former).encode())
    kept_secrets.write(settings.SECRET_KEY_FILE, secrets.token_urlsafe(48).encode())
    security.note(security.Kind.SETTINGS_CHANGED, what="secret key")
