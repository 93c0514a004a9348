"""Does anything that is about to be published hold a name, a number or an address of a person?

Looks at finished files, whatever made them, and says which kind was found, never the value. It repairs nothing.
"""

from __future__ import annotations

import base64
import csv
import html
import io
import re
from collections.abc import Collection, Iterable, Mapping

from arlab.protect.key import PSEUDONYM
from arlab.protect.known import Known, numbers_in, phrases_in, words_in
from arlab.protect.patterns import patterns_in

__all__ = ["check_written"]

_PICTURE = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]*)")
_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_INLINE = re.compile(r"</?(?:a|b|i|em|strong|span|small|sub|sup|u)\b[^<>]*>|<!--.*?-->", re.DOTALL)
_NUMBER = re.compile(r"-?\d+(?:\.\d{1,2})?%?|\d{4}-\d{2}-\d{2}")
_PNG = b"\x89PNG\r\n\x1a\n"
_PLAIN_CHUNKS = frozenset((b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"pHYs", b"gAMA", b"sRGB"))


def check_written(
    files: Mapping[str, bytes],
    *,
    known: Known,
    own: Iterable[str],
    amounts: Collection[str] = (),
) -> tuple[str, ...]:
    """Return the kinds of personal data that were found in files, none when all is well.

    Parameters
    ----------
    files : name -> content; HTML, CSV or JSON
    known : what the input says about people
    own : texts that the product itself writes; their words and phrases are nobody's
    amounts : columns of CSV files that hold numbers or moved days of the product's own, which are no identifiers
    """
    own_words: set[str] = set()
    own_phrases: set[tuple[str, ...]] = set()
    own_numbers: set[tuple[str, ...]] = set()
    for text in own:
        found = words_in(text)
        own_words.update(found)
        own_phrases.update(phrases_in(found))
        own_numbers.update(phrases_in(numbers_in(text)))
    secret = Known(known.words - own_words, known.phrases - own_phrases, known.numbers - own_numbers)
    kinds: dict[str, None] = {}
    for name, data in files.items():
        text, pictures = _text_of(name, data, amounts)
        for part in (name, text):
            kinds |= dict.fromkeys(_found_in(part, secret))
        if any(_has_words(picture) for picture in pictures):
            kinds["text in a picture's file"] = None
    return tuple(kinds)


def _found_in(text: str, secret: Known) -> list[str]:
    words, numbers = words_in(text), numbers_in(text)
    # A pseudonym may look like a record number; whether it is one of the file's is asked below.
    found = list(patterns_in(PSEUDONYM.sub(" ", text)))
    if not secret.words.isdisjoint(words):
        found.append("name of a person")
    if not secret.phrases.isdisjoint(phrases_in(words)):
        found.append("name of a person or place")
    if not secret.numbers.isdisjoint(phrases_in(numbers)):
        found.append("number or day from the file")
    return found


def _text_of(name: str, data: bytes, amounts: Collection[str]) -> tuple[str, list[bytes]]:
    """Return everything that can be read in a file, and the pictures in it."""
    text = data.decode("utf-8")
    if name.endswith(".csv"):
        return _text_of_table(text, amounts), []
    pictures = [base64.b64decode(found) for found in _PICTURE.findall(text)]
    text = _STYLE.sub(" ", _PICTURE.sub(" ", text))
    # Once as it stands, with attributes and comments, and once as it is read: a tag within a word does not part it.
    read = html.unescape(_TAG.sub(" ", _INLINE.sub("", text)))
    return f"{text}\n{html.unescape(text)}\n{read}", pictures


def _text_of_table(text: str, amounts: Collection[str]) -> str:
    """Return the cells of a CSV file, without the numbers of its amount columns."""
    head, *rows = list(csv.reader(io.StringIO(text))) or [[]]
    cells = list(head)
    for row in rows:
        cells += [
            cell
            for place, cell in enumerate(row)
            if not (place < len(head) and head[place] in amounts and _NUMBER.fullmatch(cell))
        ]
    return "\n".join(cells)


def _has_words(picture: bytes) -> bool:
    """Return whether a PNG file carries anything but its picture."""
    if not picture.startswith(_PNG):
        return True
    place = len(_PNG)
    while place + 8 <= len(picture):
        length, kind = int.from_bytes(picture[place : place + 4], "big"), picture[place + 4 : place + 8]
        if kind not in _PLAIN_CHUNKS:
            return True
        place += 12 + length
        if kind == b"IEND":
            return place != len(picture)
    return True
