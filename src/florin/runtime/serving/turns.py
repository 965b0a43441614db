"""At most two at a time for one payment link, over all processes of this web server.

Each process counts in a row of its own of memory that all share, so no lock is needed: who sees more than two
after counting themselves in, leaves again.
"""

import asyncio
import hashlib
import mmap
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

MOST_AT_ONCE = 2
PATIENCE_SECONDS = 2.0
_LOOKS_SECONDS = 0.05
_MOST_WAITING = 50  # in this process, for all links
_SLOTS = 1 << 16  # two links that share one share its two turns


class CrowdedError(Exception):
    """Two others are at it for this link, and did not finish while this one waited."""


class Turns:
    """Who is at work for which link; ``row`` is this process's own."""

    def __init__(self, shared: mmap.mmap, row: int) -> None:
        self._shared, self._row, self._waiting = shared, row, 0
        shared[row * _SLOTS : (row + 1) * _SLOTS] = bytes(_SLOTS)  # what one that was killed has left

    @staticmethod
    def memory(rows: int) -> mmap.mmap:
        """Return memory for so many processes; it must be made before they are."""
        return mmap.mmap(-1, rows * _SLOTS)

    @asynccontextmanager
    async def taken(self, token: str) -> AsyncIterator[None]:
        """Have a turn inside the block; waits a little for it, without a thread.

        Raises:
            CrowdedError: if there is none in time.
        """
        slot = int.from_bytes(hashlib.blake2s(token.encode(), digest_size=2).digest(), "big")
        await self._take_slot(slot)
        try:
            yield
        finally:
            self._shared[self._row * _SLOTS + slot] -= 1

    async def _take_slot(self, slot: int) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE_SECONDS
        while not self._try(slot):
            if loop.time() > until or self._waiting >= _MOST_WAITING:
                raise CrowdedError
            self._waiting += 1
            try:
                await asyncio.sleep(_LOOKS_SECONDS)
            finally:
                self._waiting -= 1

    def _try(self, slot: int) -> bool:
        mine = self._row * _SLOTS + slot
        self._shared[mine] += 1
        if sum(self._shared[slot::_SLOTS]) <= MOST_AT_ONCE:
            return True
        self._shared[mine] -= 1
        return False
