"""Files that only a key opens, in the format of ``age``: any program that speaks it opens them too.

The format is https://age-encryption.org/v1 with its scrypt recipient: a passphrase. What follows the header
is encrypted in chunks of 64 KiB, each bound to its place and the last one marked, so that a chunk changed,
moved, left out or cut off is noticed.
"""

import hmac
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from hashlib import sha256
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from florin.kernel.errors import Refusal

MAGIC = b"age-encryption.org/v1\n"
_CHUNK, _TAG = 65_536, 16
_WORK, _MOST_WORK = 15, 20  # powers of two; age itself takes 18, for words that people think of
_STANZA = re.compile(rb"-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)\n([A-Za-z0-9+/]{43})\n")
_END = re.compile(rb"--- ([A-Za-z0-9+/]{43})\n")
_LONGEST_LINE = 200
_FIXED_NONCE = bytes(12)  # each of these keys is used once


class NotOpened(Refusal):
    """The key does not open the file, or the file is not what was written."""


class Encryption:
    """Writes what only ``key`` opens; ``close`` writes the last chunk, and the stream stays open."""

    def __init__(self, stream: IO[bytes], *, key: str) -> None:
        self._stream = stream
        self._waiting = bytearray()
        self._count = 0
        file_key, salt, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
        body = ChaCha20Poly1305(_wrapping(key, salt, _WORK)).encrypt(_FIXED_NONCE, file_key, None)
        header = MAGIC + b"-> scrypt %s %d\n%s\n---" % (_encode(salt), _WORK, _encode(body))
        stream.write(header + b" " + _encode(_mac(file_key, header)) + b"\n" + nonce)
        self._cipher = ChaCha20Poly1305(_derive(file_key, salt=nonce, info=b"payload"))

    def write(self, data: bytes) -> int:
        """Encrypt as many whole chunks as there are; the rest waits."""
        self._waiting += data
        while len(self._waiting) > _CHUNK:  # the last chunk is marked, so one always waits
            self._write_chunk(bytes(self._waiting[:_CHUNK]), last=False)
            del self._waiting[:_CHUNK]
        return len(data)

    def close(self) -> None:
        """Write the last chunk: without it the file counts as cut off."""
        self._write_chunk(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _write_chunk(self, chunk: bytes, *, last: bool) -> None:
        self._stream.write(self._cipher.encrypt(_nonce(self._count, last=last), chunk, None))
        self._count += 1


class Decryption:
    """Reads what was encrypted. Nothing is handed out of a chunk that is not as it was written.

    Raises:
        NotOpened: from here if the key is wrong, or from ``read`` where the file is damaged or cut off.
    """

    def __init__(self, stream: IO[bytes], *, key: str) -> None:
        cipher = _open_header(stream, key)
        self._chunks = _decrypt(stream, cipher)
        self._waiting = b""

    def read(self, size: int) -> bytes:
        """Return so many bytes, and fewer at the end only."""
        parts = [self._waiting[:size]]
        self._waiting = self._waiting[size:]
        missing = size - len(parts[0])
        while missing and (chunk := next(self._chunks, b"")):
            parts.append(chunk[:missing])
            self._waiting = chunk[missing:]
            missing -= len(parts[-1])
        return b"".join(parts)


def _open_header(stream: IO[bytes], key: str) -> ChaCha20Poly1305:
    lines = [stream.readline(_LONGEST_LINE) for _line in range(4)]
    stanza, end = _STANZA.fullmatch(b"".join(lines[1:3])), _END.fullmatch(lines[3])
    if lines[0] != MAGIC or stanza is None or end is None or int(stanza[2]) > _MOST_WORK:
        raise NotOpened("This is not a file that was encrypted with a backup key.")
    try:
        wrapping = ChaCha20Poly1305(_wrapping(key, _decode(stanza[1]), int(stanza[2])))
        file_key = wrapping.decrypt(_FIXED_NONCE, _decode(stanza[3]), None)
    except InvalidTag:
        raise NotOpened("This key does not open the backup. Take the one with which it was made.") from None
    if not hmac.compare_digest(_mac(file_key, b"".join(lines[:3]) + b"---"), _decode(end[1])):
        raise NotOpened("The beginning of the backup was changed. Take another backup.")
    nonce = stream.read(16)
    return ChaCha20Poly1305(_derive(file_key, salt=nonce, info=b"payload"))


def _decrypt(stream: IO[bytes], cipher: ChaCha20Poly1305) -> Iterator[bytes]:
    count, chunk = 0, stream.read(_CHUNK + _TAG)
    while True:
        following = stream.read(_CHUNK + _TAG)
        try:
            opened = cipher.decrypt(_nonce(count, last=not following), chunk, None)
        except InvalidTag:
            raise NotOpened("The backup is damaged or was cut off. Take another backup.") from None
        if not opened and count:
            raise NotOpened("The backup is damaged. Take another backup.")
        yield opened
        if not following:
            return
        count, chunk = count + 1, following


def _nonce(count: int, *, last: bool) -> bytes:
    return count.to_bytes(11, "big") + bytes([last])


def _wrapping(key: str, salt: bytes, work: int) -> bytes:
    return Scrypt(salt=b"age-encryption.org/v1/scrypt" + salt, length=32, n=1 << work, r=8, p=1).derive(
        key.encode()
    )


def _derive(file_key: bytes, *, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(file_key)


def _mac(file_key: bytes, header: bytes) -> bytes:
    return hmac.digest(_derive(file_key, salt=b"", info=b"header"), header, sha256)


def _encode(data: bytes) -> bytes:
    return b64encode(data).rstrip(b"=")


def _decode(text: bytes) -> bytes:
    decoded = b64decode(text + b"=" * (-len(text) % 4))
    if _encode(decoded) != text:
        raise NotOpened("The beginning of the backup was changed. Take another backup.")
    return decoded
