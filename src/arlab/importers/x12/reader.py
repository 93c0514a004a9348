"""Do the envelopes of an X12 file hold together, and which segments belong to a transaction?

Walks over ISA, GS and ST, checks their counts and control numbers, and hands each segment between ST and SE to the
reader of its kind. It knows no claim.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar, Generic, TypeVar

from arlab.importers.findings import Findings, count
from arlab.importers.x12.notes import Notes
from arlab.importers.x12.segments import Segments, Source
from arlab.importers.x12.values import at, cents, day, odd_cents, same_control, whole

__all__ = ["Handler", "Level", "Reader"]

Handler = Callable[[int, list[str]], None]
Record = TypeVar("Record")

_MOST_CONTROLS = 200_000  # control numbers that are remembered, so that memory does not grow with the file


@dataclasses.dataclass(slots=True)
class Level:
    """An open ISA, GS or ST: where it began, its control number and how many levels below it were seen."""

    segment: int
    control: str
    inside: int = 0
    version: str = ""


class Reader(Generic[Record]):
    """Reads the transactions of one ``kind``; a subclass gives the handlers of its segments.

    ``rows`` and ``cents`` count what was met (claims and their money), before anything is judged, so that what is
    handed on can be held against it; ``records`` is what waits to be handed on.
    """

    kind: ClassVar[str]

    def __init__(self, source: Source, findings: Findings) -> None:
        self.notes = Notes(findings)
        self.segments = Segments(source, self.notes)
        self.records: list[Record] = []
        self.rows = 0
        self.cents = 0
        self.others: dict[str, int] = {}
        self.version = ""
        self._isa: Level | None = None
        self._gs: Level | None = None
        self._st: Level | None = None
        self._sets = 0
        self._at_end = False
        self._controls: set[str] = set()
        self._interchanges: set[str] = set()
        self._envelope: dict[str, Handler] = {
            "ISA": self._open_isa,
            "GS": self._open_gs,
            "ST": self._open_st,
            "SE": self._close_st,
            "GE": self._close_gs,
            "IEA": self._close_isa,
        }
        self._body: dict[str, Handler] = {**self.handlers(), **self._envelope}
        self._now: Mapping[str, Handler] = self._body
        self._names: set[str] = {*self._body, "TA1"}

    # What a subclass gives.

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handler of each segment that is read."""
        raise NotImplementedError

    def begin(self, segment: int, control: str, version: str) -> None:
        """Begin a transaction of this kind."""
        raise NotImplementedError

    def end(self, segment: int, *, whole_set: bool) -> None:
        """End a transaction; it is not whole when its SE is missing."""
        raise NotImplementedError

    # What a subclass calls.

    def need_set(self, segment: int) -> None:
        """Begin a transaction where a segment of one stands outside of ST and SE."""
        if self._st is None:
            self.notes.add("no_st", segment, "A transaction begins here without an ST segment.")
            self._st = Level(segment, "")
            self._sets += 1
            self.begin(segment, "", self._gs.version if self._gs else "")

    def amount(self, segment: int, text: str, name: str) -> tuple[int | None, bool]:
        """Return an amount in cents, and whether it had to be repaired; one that cannot be read is noted."""
        value = cents(text)
        if value is not None:
            return value, False
        value = odd_cents(text)
        if value is not None:
            self.notes.add("amount", segment, f"{name} is an amount written in an odd way; it was read.")
            return value, True
        self.notes.add("amount", segment, f"{name} {'is no amount' if text.strip() else 'is missing'}.")
        return None, False

    def day(self, segment: int, text: str, name: str) -> dt.date | None:
        """Return a day or the first day of a range; one that cannot be read is noted."""
        value = day(text)
        if value is None and text.strip():
            self.notes.add("date", segment, f"{name} is no day that can be read; it is left empty.")
        return value

    @property
    def broken_off(self) -> bool:
        """Whether the file is read to its end and ends in the middle of a segment."""
        return self._at_end and self.segments.cut

    # The walk.

    def read(self) -> Iterator[Record]:
        """Yield the records of the file in order."""
        records, segments = self.records, self.segments
        for first, batch in segments.batches():
            element = segments.delimiters.element
            for number, segment in enumerate(batch, first):
                elements = segment.split(element)
                handler = self._now.get(elements[0])
                if handler is not None:
                    handler(number, elements)
                    if records:
                        yield from records
                        records.clear()
                elif elements[0] not in self._names:
                    self._odd_name(number, elements)
        self._end_of_file()
        yield from records
        records.clear()
        self.notes.close()

    def _odd_name(self, number: int, elements: list[str]) -> None:
        """Read a segment whose name is written in an odd way, or note that it is none."""
        name = elements[0].strip(" \t\r\n").upper()
        if (
            len(self._names) < 5_000
            and 2 <= len(name) <= 3
            and name.isalnum()
            and name[0].isalpha()
            and name.isascii()
        ):
            if name == elements[0]:
                self._names.add(name)
                return
            self.notes.add(
                "segment_name", number, "The name of the segment is written in an odd way; it was read."
            )
            handler = self._now.get(name)
            if handler is not None:
                handler(number, elements)
            return
        self.notes.add("no_segment", number, "This is no X12 segment; it was passed over.")

    def _open_isa(self, number: int, elements: list[str]) -> None:
        self._leave_gs(number)
        self._leave_isa(number)
        control = at(elements, 13).strip()
        if control and control in self._interchanges:
            self.notes.add(
                "isa_repeated", number, "The interchange has the control number (ISA13) of an earlier one."
            )
        elif len(self._interchanges) < _MOST_CONTROLS:
            self._interchanges.add(control)
        self._isa = Level(number, control)

    def _open_gs(self, number: int, elements: list[str]) -> None:
        self._leave_gs(number)
        if self._isa is None:
            self.notes.once("no_isa", number, "The functional group stands in no interchange (ISA).")
        else:
            self._isa.inside += 1
        self._controls.clear()
        self._gs = Level(number, at(elements, 6), version=at(elements, 8).strip())

    def _open_st(self, number: int, elements: list[str]) -> None:
        self._leave_st(number, "the next ST")
        if self._gs is None:
            self.notes.once(
                "no_isa" if self._isa is None else "no_gs",
                number,
                "The file has no envelope (ISA, GS)."
                if self._isa is None
                else "The transaction stands in no GS.",
            )
        else:
            self._gs.inside += 1
        control, code = at(elements, 2).strip(), at(elements, 1).strip()
        if control in self._controls:
            self.notes.add(
                "st_repeated", number, "The control number (ST02) was used before in the same group."
            )
        elif len(self._controls) < _MOST_CONTROLS:
            self._controls.add(control)
        version = at(elements, 3).strip() or (self._gs.version if self._gs else "")
        self._st = Level(number, control)
        if code == self.kind:
            self._now = self._body
            self._sets += 1
            self.version = self.version or version
            self.begin(number, control, version)
        else:
            self._now = self._envelope
            shown = code if len(code) == 3 and code.isascii() and code.isdigit() else "of no known kind"
            self.others[shown] = self.others.get(shown, 0) + 1
            self.notes.add(
                "other_set",
                number,
                f"A transaction {shown} was passed over; this file is read as {self.kind}.",
            )

    def _close_st(self, number: int, elements: list[str]) -> None:
        if self._st is None:
            self.notes.add("no_st", number, "An SE stands here without its ST.")
            return
        held, told = number - self._st.segment + 1, whole(at(elements, 1).strip())
        if told != held:
            said = "is no number" if told is None else f"says {count(told, 'segment')}"
            self.notes.add("se_count", number, f"SE01 {said}, and the transaction has {held:,}.")
        if not same_control(at(elements, 2), self._st.control):
            self.notes.add("control", number, f"SE02 differs from ST02 in segment {self._st.segment}.")
        self._leave_set(number, whole_set=True)

    def _close_gs(self, number: int, elements: list[str]) -> None:
        self._leave_st(number, "GE")
        if self._gs is None:
            self.notes.add("no_gs", number, "A GE stands here without its GS.")
            return
        self._tally(number, elements, "ge_count", "GE01", self._gs, "transaction")
        if not same_control(at(elements, 2), self._gs.control):
            self.notes.add("control", number, f"GE02 differs from GS06 in segment {self._gs.segment}.")
        self._gs = None

    def _close_isa(self, number: int, elements: list[str]) -> None:
        self._leave_gs(number)
        if self._isa is None:
            self.notes.add("no_isa", number, "An IEA stands here without its ISA.")
            return
        self._tally(number, elements, "iea_count", "IEA01", self._isa, "group")
        if not same_control(at(elements, 2), self._isa.control):
            self.notes.add("control", number, f"IEA02 differs from ISA13 in segment {self._isa.segment}.")
        self._isa = None

    def _tally(
        self, number: int, elements: list[str], code: str, name: str, level: Level, thing: str
    ) -> None:
        told = whole(at(elements, 1).strip())
        if told != level.inside:
            said = "is no number" if told is None else f"says {count(told, thing)}"
            self.notes.add(
                code,
                number,
                f"{name} {said}, and there {'is' if level.inside == 1 else 'are'} {level.inside:,}.",
            )

    def _leave_set(self, number: int, *, whole_set: bool) -> None:
        if self._now is self._body:
            self.end(number, whole_set=whole_set)
        self._st = None
        self._now = self._body

    def _leave_st(self, number: int, before: str) -> None:
        if self._st is not None:
            self.notes.add(
                "no_se", number, f"The transaction of segment {self._st.segment} has no SE before {before}."
            )
            self._leave_set(number - 1, whole_set=False)

    def _leave_gs(self, number: int) -> None:
        self._leave_st(number, "this segment")
        if self._gs is not None:
            self.notes.add(
                "no_ge", number, f"The group of segment {self._gs.segment} has no GE before this segment."
            )
            self._gs = None

    def _leave_isa(self, number: int) -> None:
        if self._isa is not None:
            self.notes.add(
                "no_iea",
                number,
                f"The interchange of segment {self._isa.segment} has no IEA before this segment.",
            )
            self._isa = None

    def _end_of_file(self) -> None:
        last, self._at_end = self.segments.count, True
        if self._st is not None:
            self.notes.add(
                "truncated",
                last,
                f"The file ends inside the transaction of segment {self._st.segment}: ask for it again.",
            )
            self._leave_set(last, whole_set=False)
        elif self._gs is not None or self._isa is not None:
            missing = "GE" if self._gs is not None else "IEA"
            self.notes.add("truncated", last, f"The file ends without {missing}.")
        if not self._sets:
            self.notes.add("no_set", 0, f"The file has no {self.kind} transaction.")
