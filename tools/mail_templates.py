"""How Babel finds the texts in the templates of mails, which are still in Django's language."""  # noqa: INP001 - only pybabel imports it

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from babel.messages.extract import extract_python
from django.utils.translation.template import templatize


def extract(file: Any, keywords: Any, comment_tags: Any, options: Any) -> Iterator[Any]:
    """Return the texts in what Django makes of a template for xgettext: it looks like calls in Python."""
    return extract_python(BytesIO(templatize(file.read().decode()).encode()), keywords, comment_tags, options)
