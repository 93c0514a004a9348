"""What are the segments of this X12 file, one after the other?

Streams a file of any size and any delimiters. It knows segments and elements; what they mean is for others.
"""

from __future__ import annotations

import codecs
import contextlib
import re
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import BinaryIO

from arlab.errors import InputRefused
from arlab.importers.findings import shown
from arlab.importers.links import check_link
from arlab.importers.x12.delimiters import (
    HEAD,
    STARTS,
    Delimiters,
    find_delimiters,
    find_start,
    next_interchange,
)
from arlab.importers.x12.notes import Notes

__all__ = ["Segments", "Source", "opened"]

Source = Path | str | BinaryIO

_CHUNK = 1 << 20
_LONGEST = 1 << 20
_MOST_CHANGES = 10_000  # of delimiters in one file: more are no joined files but damage
_NAMES = "|".join(STARTS)
_JUNK = " \r\n\t\x00\x1a"
_LEADING = {b"\xef\xbb\xbf": None, b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


class Segments:
    """The segments of a file in order, each as its number (from 1 over the whole file) and its elements.

    Characters are bytes (Latin-1): see :func:`arlab.importers.x12.values.readable`. ``delimiters`` are those of the
    segment that was read last, ``count`` its number; ``cut`` says at the end that the last segment is not closed.

    Raises (when it is iterated)
    ------
    InputRefused
        when the file cannot be read, is not X12, or has a segment of more than a million characters.
    """

    def __init__(self, source: Source, notes: Notes) -> None:
        self._source = source
        self._notes = notes
        self._name = shown(_name_of(source))
        self._mends: re.Pattern[str] | None = None
        self.delimiters = Delimiters("*", "~", ":")
        self.count = 0
        self.cut = False
        self._unusual = 0
        self._pending = False  # the text begins with an ISA whose delimiters are not told yet

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        for first, batch in self.batches():
            for number, segment in enumerate(batch, first):
                yield number, segment.split(self.delimiters.element)

    def batches(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the number of a first segment and, as text, those from there on that have the same delimiters."""
        for batch in self._batches():
            first, self.count = self.count + 1, self.count + len(batch)
            yield first, batch

    def _batches(self) -> Iterator[list[str]]:
        """Yield lists of segments; what stands in one list has the same delimiters."""
        with opened(self._source) as file:
            chunks = self._texts(file)
            text = self._from_start(next(chunks, ""))
            last = False
            while not last:
                chunk = next(chunks, None)
                last = chunk is None
                text += chunk or ""
                text = yield from self._cut_up(text, last)
                if len(text) > _LONGEST:
                    raise InputRefused(
                        f"'{self._name}' has a segment of more than {_LONGEST:,} characters after segment"
                        f" {self.count:,}: it is no whole X12 file, ask for it again."
                    )

    def _cut_up(self, text: str, last: bool) -> Generator[list[str], None, str]:
        """Yield the whole segments of a text and return the rest."""
        if self._pending:
            self._pending = False
            self._switch(text[:HEAD])
        start = 0
        while (place := next_interchange(text, self.delimiters.element, start + 1)) >= 0:
            yield self._split(text[start:place])
            start = place
            if len(text) - start < HEAD and not last:
                # Its delimiters are told from what follows: wait for more.
                self._pending = True
                return text[start:]
            self._switch(text[start : start + HEAD])
        close = self.delimiters.segment
        if last:
            whole = text[start:].rstrip(_JUNK)
            self.cut = bool(whole) and close not in text[start + len(whole) - 1 :]
            yield self._split(whole)
            return ""
        end = text.rfind(close, start) + 1
        if end:
            yield self._split(text[start:end])
        return text[max(start, end) :]

    def _switch(self, head: str) -> None:
        """Take over the delimiters of another interchange."""
        found = find_delimiters(head)
        self._unusual += found is None or found != self.delimiters
        if self._unusual > _MOST_CHANGES:
            raise InputRefused(
                f"'{self._name}' changes its delimiters more than {_MOST_CHANGES:,} times: ask for it again."
            )
        if found is None:
            self._notes.add(
                "delimiters",
                self.count + 1,
                "The delimiters of this interchange cannot be told; those before it are used.",
            )
        elif found != self.delimiters:
            self._use(found)

    def _use(self, found: Delimiters) -> None:
        self.delimiters = found
        # Line ends inside of a segment are a page's width and are dropped, but not where a segment's name follows.
        self._mends = re.compile(rf"[\r\n][ \r\n]{{0,40}}(?=(?:{_NAMES}){re.escape(found.element)})")

    def _split(self, text: str) -> list[str]:
        """Return the segments of a text; a segment that was closed by a line end alone is noted."""
        end = self.delimiters.segment
        if end in "\r\n":
            pieces = text.replace("\r" if end == "\n" else "\n", "").split(end)
        else:
            text = text.replace(f"{end}\r\n", end).replace(f"{end}\n", end)
            if "\n" in text or "\r" in text:
                return self._mended(text.strip(_JUNK))
            pieces = text.split(end)
        if f"{end} " in text or f"{end}\t" in text:
            pieces = [piece.lstrip(" \t") for piece in pieces]
        return [piece for piece in pieces if piece]

    def _mended(self, text: str) -> list[str]:
        """Return the segments of a text that has line ends inside of segments or in the place of terminators."""
        assert self._mends is not None
        pieces = self._mends.sub(f"{self.delimiters.segment}\0", text).split(self.delimiters.segment)
        found: list[str] = []
        for before, piece in zip(["", *pieces], pieces, strict=False):
            if piece.startswith("\0") and before.strip(_JUNK):
                self._notes.add(
                    "terminator",
                    self.count + len(found),
                    "The segment is closed by a line end and not by the file's terminator.",
                )
            clean = piece.replace("\r", "").replace("\n", "").strip(" \0")
            if clean:
                found.append(clean)
        return found

    def _from_start(self, text: str) -> str:
        """Return the text from where X12 begins, with its delimiters taken, or refuse the file."""
        start = find_start(text[: HEAD * 4])
        found = None if start is None else find_delimiters(text[start:])
        if start is None or found is None:
            if not text.strip(_JUNK):
                raise InputRefused(f"'{self._name}' is empty: ask for it again.")
            raise InputRefused(
                f"'{self._name}' is not an X12 file: no ISA, GS or ST segment was found at its beginning."
            )
        if text[:start].strip(_JUNK):
            self._notes.add("text_before", 0, "Text before the first segment was passed over.")
        self._use(found)
        return text[start:]

    def _texts(self, file: BinaryIO) -> Iterator[str]:
        """Yield the file as text, one character a byte; NUL bytes are dropped and noted."""
        data = file.read(_CHUNK)
        decoder: codecs.IncrementalDecoder | None = None
        for mark, name in _LEADING.items():
            if data.startswith(mark):
                data = data[len(mark) :]
                decoder = codecs.getincrementaldecoder(name)("replace") if name else None
                break
        nul = 0
        while data:
            if decoder is not None:
                data = decoder.decode(data).encode("latin-1", "replace")
            if b"\0" in data:
                nul += data.count(b"\0")
                data = data.replace(b"\0", b"")
            if not data.isascii():
                self._notes.once(
                    "not_ascii",
                    0,
                    "The file has characters beyond ASCII; they are read as UTF-8, or else as Windows-1252.",
                )
            yield data.decode("latin-1")
            data = file.read(_CHUNK)
        if nul:
            self._notes.add("nul", 0, f"NUL bytes were dropped: {nul:,}.")


def _name_of(source: Source) -> str:
    if isinstance(source, str | Path):
        return Path(source).name
    name = getattr(source, "name", "")
    return Path(name).name if isinstance(name, str) and name else "the file"


@contextlib.contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """Open a path, or refuse it in one sentence; a file that is open already stays open."""
    name = shown(_name_of(source))
    if not isinstance(source, str | Path):
        yield source
        return
    try:
        if Path(source).exists() and not Path(source).is_file():
            raise InputRefused(f"'{name}' is a folder or no ordinary file: give one X12 file.")
        check_link(Path(source))
        file = Path(source).open("rb")  # noqa: SIM115 (closed below)
    except (OSError, ValueError) as problem:
        why = (problem.strerror if isinstance(problem, OSError) else None) or "its name cannot be used"
        raise InputRefused(
            f"'{name}' could not be read ({why}): check the name and the permission."
        ) from None
    with file:
        yield file
