"""How passwords are hashed: Argon2id as Django sets it, but in one lane."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class OneLane(Argon2PasswordHasher):
    """The same memory and passes, and so the same cost to whoever guesses, on one processor.

    Django lets eight threads work on each hash, which push all else aside while somebody signs in. With one
    lane (as in OWASP's Password Storage Cheat Sheet) a crowd at the door takes what its place is given:
    one processor for each process of the web server. A hash of eight lanes is renewed when it is next used.
    """

    parallelism = 1
