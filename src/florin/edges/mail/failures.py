"""What can become of a mail that did not leave."""


class MailRefused(Exception):  # noqa: N818 - the server's answer, not a fault of ours
    """The mail will never be taken: the address or the message was refused for good. Do not try again."""


class MailUnavailable(Exception):  # noqa: N818 - the server's answer, not a fault of ours
    """The mail was not taken now; the same envelope may be sent later."""


class MailUncertain(MailUnavailable):
    """The connection failed while the server was taking the mail: it may have been taken.

    Sending again may show the recipient the mail twice, both times with the same Message-ID.
    """
