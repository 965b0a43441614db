"""The people who work in a company's office."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from florin.domain.companies.models import Company
from florin.domain.staff import rights
from florin.domain.staff.rights import Right, Role
from florin.kernel import addresses
from florin.kernel.database import Keyed
from florin.kernel.directions import NameField


class UserManager(BaseUserManager["User"]):
    """Makes users; sign-in needs it."""

    def create_user(self, email: str, password: str | None = None, **details: Any) -> "User":
        """Make a person who signs in with this address, in any spelling of upper and lower case.

        Raises:
            Refusal: if it is no address to which mail can be sent.
        """
        user = self.model(email=addresses.read(email).lower(), **details)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a person by address, whatever the case it is typed in."""
        return self.get(email=(username or "").strip().lower())


class User(Keyed, AbstractBaseUser):
    """A person of one company's staff; what they may do is the union of their roles' rights (R1)."""

    email = models.EmailField(unique=True)
    name = NameField(max_length=80)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    roles = ArrayField(models.CharField(max_length=24, choices=[(role.value, role.value) for role in Role]))
    language = models.CharField(max_length=5, default="en", choices=[("en", "English"), ("es", "Español")])
    roles_by_groups = models.BooleanField(
        default=False, help_text="Whether a sign-in service's groups decide the roles, at each sign-in."
    )
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = "user"
        indexes: ClassVar = [models.Index(fields=["company", "name", "id"], name="user_by_name")]

    def __str__(self) -> str:
        return self.name

    def may(self, right: Right) -> bool:
        """Whether one of the person's roles allows it."""
        return self.is_active and right in rights.granted_by(self.roles)


class Invitation(Keyed):
    """An address that may become a person with these roles, once, by whoever reads its mail.

    Of one address at most one is open. The token in the mail is signed, and stored nowhere.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    email = models.EmailField()
    roles = ArrayField(models.CharField(max_length=24, choices=[(role.value, role.value) for role in Role]))
    language = models.CharField(max_length=5, default="en", choices=[("en", "English"), ("es", "Español")])
    inviter = models.CharField(max_length=80, blank=True, help_text="Who invites; empty is the operator.")
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField(help_text="From then on it is dead.")
    ended_at = models.DateTimeField(null=True, help_text="When it was accepted, replaced or withdrawn.")

    class Meta:
        verbose_name = "invitation"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "email"],
                condition=models.Q(ended_at__isnull=True),
                name="invitation_open_once",
            )
        ]

    def __str__(self) -> str:
        return self.email


class Tries(models.Model):
    """How often something was tried, such as a person's password from one place, and when it may be again."""

    key = models.BinaryField(primary_key=True, max_length=32, help_text="A hash of what is counted.")
    made = models.PositiveIntegerField()
    free_at = models.DateTimeField(db_index=True, help_text="When the next try is looked at.")

    class Meta:
        verbose_name = "tries"

    def __str__(self) -> str:
        return f"{self.made} tries"


class Session(AbstractBaseSession):
    """What a browser is remembered by; ``person`` is whoever is signed in there, ``session_key`` a secret."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    name = models.UUIDField(null=True, unique=True, help_text="What it may be called where people see it.")
    address = models.CharField(max_length=45, blank=True, help_text="From where it was used last.")
    browser = models.CharField(max_length=60, blank=True)
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="When it was used last, to the minute.")

    class Meta:
        verbose_name = "session"
