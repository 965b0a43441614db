"""How django-allauth keeps second factors for us: secrets sealed, and none removed that must be there."""

import base64
import hashlib

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from florin.domain.staff import second_factor


class SecondFactorAdapter(DefaultMFAAdapter):
    """Florin's choices."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": gettext_lazy(
            "Your company requires a second factor. Add another one before you remove this one."
        ),
        "incorrect_code": gettext_lazy("That is not right. Try again with the code shown now."),
    }

    def get_totp_issuer(self) -> str:
        """Return what the app shows beside the address."""
        return "Florin"

    def _get_site_name(self) -> str:
        return "Florin"

    def encrypt(self, text: str) -> str:
        """Seal a secret with a key derived from the installation's: who reads the database reads none."""
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret."""
        return _seal().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep the last one of somebody who must have one."""
        return not second_factor.is_needed(authenticator, authenticator.user)

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:  # noqa: A002 - the library's signature
        """Return what a passkey is called until its owner says better."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("Passkey %(number)s") % {"number": count + 1}


def _seal() -> MultiFernet:
    """Return what seals by the present key and opens what was sealed by former ones too."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    derived = [hashlib.sha256(b"second factors " + str(key).encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])
