"""How does a user say once and for all how an export is to be read?

Reads and writes ``map.toml``. It opens no export: whether a column is there is checked when one is read.
"""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import tomli_w

from arlab.errors import InputRefused, SettingsError, WorkspaceError
from arlab.importers.findings import listed, shown
from arlab.importers.parsed import Parsed
from arlab.importers.payers import PayerNames
from arlab.importers.result import Import, MapFile
from arlab.importers.vocabulary import CONCEPTS, PERSONAL

__all__ = ["map_of", "read_map", "write_map"]

_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "dates": ("mdy", "dmy"),
    "posted_date": ("charge", "payment"),
    "amounts": ("claim", "line"),
}
_SECTIONS: Final = ("sheet", *_CHOICES, "ignore", "columns", "payers")
_MOST_BYTES: Final = 5_000_000
_MOST_PAYERS: Final = 500
_TOP: Final = """\
# How AR Lab reads this export. Change what is wrong and give the file with --map the next time.
#
# sheet        name of the sheet of a workbook
# dates        "mdy" or "dmy": is 3/5/2026 in March or in May?
# posted_date  "charge" or "payment": what was posted on the posted date?
# amounts      "line" or "claim": are the amounts on the rows of one claim those of its lines, to be added up, or
#              is the claim's own amount repeated on each row, to be counted once?
# ignore       columns that are not to be read
"""
_COLUMNS: Final = "\n# What is read = the column that holds it.\n"
_PAYERS: Final = (
    "\n# A payer as the file writes it = the name it goes by. Two spellings with one name are one payer.\n"
)


def read_map(path: Path | str) -> MapFile:
    """Return how an export is to be read.

    Parameters
    ----------
    path : a ``map.toml`` as :func:`write_map` writes it; every part of it may be left out

    Raises
    ------
    InputRefused
        when the file cannot be read or is no TOML.
    SettingsError
        when it has a part, a concept or a value that there is not, or gives one column to two concepts.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise ValueError
        content = tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except OSError as problem:
        raise InputRefused(
            f"The map file '{shown(path.name)}' could not be read ({problem.strerror}): check the spelling and the"
            " folder."
        ) from None
    except (ValueError, RecursionError):
        raise InputRefused(
            f"The map file '{shown(path.name)}' is not TOML as a map file is: write a new one with arlab check, or"
            " mend the quotation marks and equals signs."
        ) from None
    return _checked(shown(path.name), content)


def _checked(name: str, content: Mapping[str, Any]) -> MapFile:
    """Return the content of a map file once it is known to be possible."""
    strange = [key for key in content if key not in _SECTIONS]
    if strange:
        raise SettingsError(
            f"The map file '{name}' has {listed(strange)}, which it cannot have: use {', '.join(_SECTIONS)}."
        )
    for key, choices in _CHOICES.items():
        if key in content and content[key] not in choices:
            raise SettingsError(
                f"The map file '{name}' has a value for {key} that is not possible: give"
                f" {' or '.join(map(repr, choices))}, or leave it out."
            )
    if not isinstance(content.get("sheet", ""), str):
        raise SettingsError(
            f"The map file '{name}' has a sheet that is no text: write its name in quotation marks."
        )
    ignore = content.get("ignore", [])
    if not isinstance(ignore, list) or not all(isinstance(column, str) for column in ignore):
        raise SettingsError(
            f"The map file '{name}' has an ignore that is no list of columns: write ignore = [\"Column\"]."
        )
    columns, payers = _texts(name, "columns", content), _texts(name, "payers", content)
    known = [concept for concept in CONCEPTS if concept not in PERSONAL]
    strange = [concept for concept in columns if concept not in known]
    if strange:
        near = [] if strange[0] in PERSONAL else _nearest(strange[0], known)
        if near:
            advice = f" (did you mean '{near[0]}'?): correct it or take it out."
        else:
            advice = f": use {listed(known, most=80)}."
        raise SettingsError(
            f"The map file '{name}' has {listed(strange)} under columns, which is nothing that is read{advice}"
        )
    twice = sorted({column for column in columns.values() if list(columns.values()).count(column) > 1})
    both = sorted(set(columns.values()) & set(ignore))
    if twice or both:
        raise SettingsError(
            f"The map file '{name}' names {listed(twice or both)} twice: give every column one meaning."
        )
    return MapFile(
        columns=columns,
        ignore=tuple(ignore),
        payers=payers,
        **{key: content[key] for key in ("sheet", *_CHOICES) if key in content},
    )


def _nearest(concept: str, known: Sequence[str]) -> list[str]:
    """Return the concept that a mistyped one is most like, if any."""
    return difflib.get_close_matches("_".join(concept.lower().split()), known, n=1, cutoff=0.7)


def _texts(name: str, section: str, content: Mapping[str, Any]) -> dict[str, str]:
    """Return a section of texts."""
    found = content.get(section, {})
    if not isinstance(found, dict) or not all(isinstance(v, str) and v.strip() for v in found.values()):
        raise SettingsError(
            f"The map file '{name}' has something under {section} that is no text: write each line as"
            ' name = "text".'
        )
    return dict(found)


def map_of(parsed: Parsed, payers: PayerNames, wanted: MapFile) -> MapFile:
    """Return how the file was read, so that the next one can be read the same way."""
    sure = {order for order, how in parsed.orders.values() if how != "assumed"}
    mixed = any(how == "mixed" for _, how in parsed.orders.values())
    many = len(payers.names) > _MOST_PAYERS
    return dataclasses.replace(
        wanted,
        columns=dict(parsed.columns.chosen),
        # Of very many names only those are kept that are not what they seem.
        payers={**wanted.payers, **{t: n for t, n in payers.names.items() if not many or t != n}},
        sheet=parsed.table.sheet,
        dates=wanted.dates or (sure.pop() if len(sure) == 1 and not mixed else None),
    )


def write_map(found: Import, path: Path | str) -> Path:
    """Write how a file was read, so that the next export is read the same way; return the path.

    Raises
    ------
    WorkspaceError
        when the folder is not there or may not be written to.

    Notes
    -----
    The names of payers as the file writes them are in it, so that they can be corrected: it stays where the
    export may stay, and only its owner may read it.
    """
    path, how = Path(path), found.map
    top = {key: getattr(how, key) for key in ("sheet", *_CHOICES) if getattr(how, key) is not None}
    text = _TOP + tomli_w.dumps({**top, **({"ignore": list(how.ignore)} if how.ignore else {})})
    text += _COLUMNS + tomli_w.dumps({"columns": dict(how.columns)})
    text += _PAYERS + tomli_w.dumps({"payers": dict(how.payers)})
    aside = path.with_name(f".{path.name}.new")
    try:
        aside.touch(mode=0o600)
        aside.chmod(0o600)
        aside.write_text(text, encoding="utf-8", newline="\n")
        aside.replace(path)
    except OSError as problem:
        raise WorkspaceError(
            f"'{shown(str(path))}' could not be written ({problem.strerror}): check that its folder exists and is"
            " yours."
        ) from None
    return path
