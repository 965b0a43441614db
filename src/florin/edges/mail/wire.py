"""An SMTP connection that knows whether the server had begun to take a mail when something failed."""

import contextlib
import smtplib

from django.core.mail.backends.smtp import EmailBackend


class _Watched(smtplib.SMTP):
    """``in_doubt`` is true from the DATA command until the server's answer to it."""

    in_doubt = False

    def data(self, msg: str | bytes) -> tuple[int, bytes]:  # type: ignore[override]
        self.in_doubt = True
        answer = super().data(msg)
        self.in_doubt = False
        return answer


class _WatchedTls(_Watched, smtplib.SMTP_SSL):
    pass


class Wire(EmailBackend):
    """Django's SMTP backend, watched."""

    _partial_connection: smtplib.SMTP | None

    @property
    def connection_class(self) -> type[_Watched]:
        """The kind of connection Django opens."""
        return _WatchedTls if self.use_ssl else _Watched

    @property
    def in_doubt(self) -> bool:
        """Whether the server may have taken a mail without our having read its answer."""
        return isinstance(self.connection, _Watched) and self.connection.in_doubt

    def cut(self) -> None:
        """Close the connection without a word: the other side may be dead or slow."""
        for connection in (self.connection, self._partial_connection):
            if connection is not None:
                with contextlib.suppress(OSError):
                    connection.close()
        self.connection = self._partial_connection = None
