"""``python -m bench.empty PORT``: the least that can be answered, and so what the web server itself costs."""

import sys
from collections.abc import Callable, Iterable
from typing import Any

from florin.runtime.serving import workers


def answer(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer anything with nothing."""
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", "0")])
    return [b""]


if __name__ == "__main__":
    workers.serve(lambda: answer, host="127.0.0.1", port=int(sys.argv[1]), workers=2)
