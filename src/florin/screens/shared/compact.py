"""Takes the indentation of templates out of pages when a template is compiled: what nobody sees is not sent.

Blanks go where no reader can see them: beside the tags of blocks, and at the end of a tag. Elsewhere a run of
blanks becomes one. Texts for translation, and what keeps its lines, stay as they are.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

# Beside the tags of these no blank is seen, and within the others none at either end.
_BLOCKS = {"html", "head", "body", "meta", "link", "title", "script", "template", "!doctype", "main", "nav"}
_BLOCKS |= {"header", "footer", "section", "article", "aside", "div", "p", "h1", "h2", "h3", "hr", "br"}
_BLOCKS |= {
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "fieldset",
    "legend",
    "dialog",
    "figure",
    "details",
    "summary",
}
_BLOCKS |= {"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "datalist", "optgroup", "option"}
_BLOCKS_WITHIN = _BLOCKS | {"button", "form", "select"}
_KEEPING_LINES = {"textarea", "pre", "script"}
_BLANKS = " \t\r\n"  # not the one that does not break
_PIECES = re.compile(r"[ \t\r\n]+|</?[a-zA-Z!][\w-]*|[>\"']|[^ \t\r\n<>\"']+|<")


@dataclass(slots=True)
class _Branches:
    """An ``if`` that is open: whether a blank was unseen before it, and after all of its branches so far."""

    before: bool
    after: bool = True
    has_else: bool = False


@dataclass(slots=True)
class _Place:
    """Where in a page the compiler is: in which tag or quotation, and whether a blank here is unseen."""

    tag: str = ""
    quote: str = ""
    keeping: str = ""
    unseen: bool = False
    branches: list[_Branches] = field(default_factory=list)

    def write(self, text: str) -> str:
        """Return a text of the template without the blanks that nobody sees."""
        written, pieces = [], _PIECES.findall(text)
        for piece, following in zip(pieces, [*pieces[1:], ""], strict=True):
            if piece[0] not in _BLANKS or self.keeping:
                self._enter(piece)
                written.append(piece)
            elif self.quote and "\n" not in piece:
                written.append(piece)
            elif not self.unseen and not self._is_unseen_before(following):
                written.append(" ")
        return "".join(written)

    def follow(self, statement: str) -> None:
        """Go over a statement: what it shows is not known, but a branch begins where its ``if`` does."""
        match statement, self.branches:
            case "if", _:
                self.branches.append(_Branches(self.unseen))
            case "elif" | "else", [*_, now]:
                now.after, now.has_else = now.after and self.unseen, statement == "else"
                self.unseen = now.before
            case "endif", [*_, now]:
                self.branches.pop()
                self.unseen = self.unseen and now.after and (now.has_else or now.before)
            case "set" | "with" | "endwith", _:
                pass
            case _:
                self.unseen = False

    def _enter(self, piece: str) -> None:
        if self.keeping:
            if piece == f"</{self.keeping}":
                self.keeping, self.tag = "", piece[1:]
        elif self.quote:
            self.quote, self.unseen = "" if piece == self.quote else self.quote, False
        elif self.tag and piece in {'"', "'"}:
            self.quote, self.unseen = piece, True
        elif self.tag and piece == ">":
            self.unseen = self.tag.removeprefix("/") in (_BLOCKS if self.tag[0] == "/" else _BLOCKS_WITHIN)
            self.keeping, self.tag = self.tag if self.tag in _KEEPING_LINES else "", ""
        elif not self.tag and piece[0] == "<" and len(piece) > 1:
            self.tag, self.unseen = piece[1:].lower(), False
        else:
            self.unseen = False

    def _is_unseen_before(self, following: str) -> bool:
        if self.tag:
            return following == (self.quote or ">")
        name = following.lower().lstrip("</")
        return following[:1] == "<" and name in (_BLOCKS_WITHIN if following[1:2] == "/" else _BLOCKS)


class Compact(Extension):
    """Compiles templates without their indentation."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Return the tokens of a template, its texts without the blanks that nobody sees."""
        place, in_sentence = _Place(), False
        tokens, led = list(stream), set[int]()
        for number, token in enumerate(tokens):
            following = [one.value for one in tokens[number + 1 : number + 3]]
            if token.type == "block_begin":
                in_sentence = following[0] == "trans" or (in_sentence and following[0] != "endtrans")
                place.follow(following[0])
            elif token.type == "variable_end":
                place.unseen = False
            if token.type != "data" or in_sentence:
                yield token
            else:
                text = place.write(token.value)
                if place.tag and not place.quote and text[-1:] == " " and following[1:] == ["if"]:
                    begins = _find_branches(tokens, number + 1)
                    text, led = text[:-1] if begins else text, led | begins
                yield Token(token.lineno, "data", text)
            if number in led:
                yield Token(token.lineno, "data", " ")
                place.unseen = True


def _find_branches(tokens: list[Token], start: int) -> set[int]:
    """Return where the branches of an ``if`` in a tag begin: each is to begin with the blank before it.

    None, if what follows the ``if`` would then touch what stood before.
    """
    depth, begins = 0, set[int]()
    for number in range(start, len(tokens)):
        if tokens[number].type != "block_begin":
            continue
        statement = tokens[number + 1].value
        depth += (statement == "if") - (statement == "endif")
        end = next(n for n in range(number, len(tokens)) if tokens[n].type == "block_end")
        if depth == 0:
            after = tokens[end + 1 : end + 2]
            return (
                begins if after and after[0].type == "data" and after[0].value[0] in f"{_BLANKS}>" else set()
            )
        if depth == 1 and statement in {"if", "elif", "else"}:
            begins.add(end)
    return set()
