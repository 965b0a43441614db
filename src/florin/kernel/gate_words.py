"""What the web server's gate tells the application of a request, in ``request.META``.

No header can set these: headers there begin with ``HTTP_``.
"""

# A status to answer with, without a look at anything else; and the bytes that the address takes.
REFUSED, LIMIT = "florin.refused", "florin.limit"
# Others are at the processor for this payment link already, so this request is not to ask it.
CROWDED = "florin.crowded"
# The id of the request, which every line of the log about it bears.
REQUEST_ID = "florin.request_id"
# How long answers took, as text for a monitoring program; only where that is asked for.
LATENCIES = "florin.latencies"
