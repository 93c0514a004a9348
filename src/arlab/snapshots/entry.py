"""What is known of one snapshot besides its tables?

The same facts stand in the index and in each Parquet file, so that either can be lost. It touches no folder.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from arlab import __version__
from arlab.errors import InputRefused
from arlab.importers.links import is_folder
from arlab.tables import SCHEMA_VERSION, content_digest

if TYPE_CHECKING:
    from arlab.importers import Import

__all__ = ["OWN_LABEL", "Snapshot", "claim_shapes", "describe_import", "file_digest"]

OWN_LABEL = r"^row [0-9]+(?:$|[, ])"
"""How an import labels a row that has no claim number: by its place in the file, which says nothing elsewhere."""

_ID_DIGITS = 8
_MOST_CLAIMS = 20_000
_RARE = 0.02


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """The facts of a snapshot.

    Parameters
    ----------
    snapshot_id : its day and eight digits that stand for the file's bytes and how they were read; also its folder
    as_of : the day that its balances are true for
    order : 1 for the first that was added to the workspace, and so on
    source, kind, sha256 : name of the file without folder, what it was, digest of its bytes
    rows_in, items, credits : data rows of the file, open items, credits (none when the file cannot show credits)
    cents_open, cents_credit : their sums in cents
    currency : code of the currency
    mapping : (concept, column) pairs, in order
    claim_shapes : (shape, share) of the claim numbers, see :func:`claim_shapes`
    name, cannot_compute : as in the practice
    arlab_version, schema_version : of the AR Lab that read it
    replaces : snapshots of the same day that this one stands in place of
    """

    snapshot_id: str
    as_of: dt.date
    order: int
    source: str
    kind: str
    sha256: str
    rows_in: int
    items: int
    credits: int | None
    cents_open: int
    cents_credit: int
    currency: str
    mapping: tuple[tuple[str, str], ...]
    claim_shapes: tuple[tuple[str, float], ...]
    name: str
    cannot_compute: tuple[tuple[str, str], ...]
    arlab_version: str = __version__
    schema_version: str = SCHEMA_VERSION
    replaces: tuple[str, ...] = ()

    @property
    def has_claim_numbers(self) -> bool:
        """Whether the file has claim numbers, by which a balance can be found again."""
        return any(concept == "claim_id" for concept, _ in self.mapping)

    @property
    def mapping_fingerprint(self) -> str:
        """Digest of which column was read as what."""
        return _digest(self.mapping)

    def to_json(self) -> str:
        """Return the facts as text."""
        return json.dumps(dataclasses.asdict(self), default=dt.date.isoformat, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> Snapshot:
        """Return the facts from text.

        Raises
        ------
        ValueError
            when the text is not what :meth:`to_json` wrote.
        """
        try:
            facts: dict[str, Any] = json.loads(text)
            for name in ("mapping", "claim_shapes", "cannot_compute"):
                facts[name] = tuple((left, right) for left, right in facts[name])
            facts["as_of"] = dt.date.fromisoformat(facts["as_of"])
            facts["replaces"] = tuple(facts["replaces"])
            return cls(**facts)
        except (KeyError, TypeError, ValueError):
            raise ValueError("these are no facts of a snapshot") from None


def describe_import(imported: Import, *, sha256: str) -> Snapshot:
    """Return the facts of an import; its order and what it replaces are not known yet."""
    practice = imported.practice
    items, found = practice.open_items, imported.reconciliation
    mapping = tuple(zip(imported.mapping["concept"], imported.mapping["column"], strict=True))
    contents = [(name, content_digest(frame, name)) for name, frame in sorted(practice.tables.items())]
    day = practice.as_of.isoformat()
    return Snapshot(
        snapshot_id=f"{day}-{_digest([sha256, day, mapping, contents])[:_ID_DIGITS]}",
        as_of=practice.as_of,
        order=0,
        source=imported.source,
        kind=imported.kind,
        sha256=sha256,
        rows_in=found.rows_in,
        items=len(items),
        credits=len(practice.credits) if practice.has("credits") else None,
        cents_open=found.cents_open,
        cents_credit=found.cents_credit,
        currency=imported.currency,
        mapping=mapping,
        claim_shapes=claim_shapes(items["claim_id"]),
        name=practice.name,
        cannot_compute=practice.cannot_compute,
    )


def claim_shapes(claims: pd.Series) -> tuple[tuple[str, float], ...]:
    """Return how claim numbers are built, commonest first, with the share of each; rare ones are left out.

    A run of digits is 9 (09 when it begins with zeros), a run of letters A, other signs stay: no number is shown.

    Examples
    --------
    >>> claim_shapes(pd.Series(["C001-7", "C002-8", "C12-9", "row 4"]))
    (('A09-9', 0.67), ('A9-9', 0.33))
    """
    texts = claims.iloc[:: max(1, len(claims) // _MOST_CLAIMS)].astype("str")
    texts = texts[~texts.str.contains(OWN_LABEL)]
    shapes = texts.str.replace(r"[^\W\d_]+", "A", regex=True)
    shapes = shapes.str.replace(r"[0-9]+", lambda run: "09" if run[0].startswith("0") else "9", regex=True)
    shares = shapes.value_counts(normalize=True, sort=False)
    common = sorted(((round(share, 2), str(shape)) for shape, share in shares.items()), reverse=True)
    return tuple((shape, share) for share, shape in common if share >= _RARE)


def file_digest(path: Path | str) -> str:
    """Return the SHA-256 of a file's bytes.

    Raises
    ------
    InputRefused
        when it is a folder: one of claims and remittances has dated postings and needs no snapshots.
    """
    if is_folder(Path(path)):
        raise InputRefused(
            f"'{Path(path).name}' is a folder, and a snapshot is of one file: where it holds dated postings, ask it"
            " for any past day instead (arlab report --as-of)."
        )
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=True).encode("ascii")).hexdigest()
