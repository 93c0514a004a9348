"""How does a practice go to disk and come back the same?

One Parquet file per table and a manifest with a digest of each table's content. The answer key of a synthetic
practice is not written here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from arlab.errors import InputRefused
from arlab.frames import to_date
from arlab.reference import data_path
from arlab.tables.contract import check_table
from arlab.tables.digest import content_digest
from arlab.tables.practice import Practice

__all__ = ["SCHEMA_VERSION", "load_practice", "load_sample", "save_practice"]

SCHEMA_VERSION = "1"
MANIFEST = "manifest.json"


def save_practice(practice: Practice, folder: Path, *, about: Mapping[str, Any] | None = None) -> Path:
    """Write a practice as one Parquet file per table and a manifest; return the manifest's path.

    The manifest holds name, day, schema version, ``about`` (such as scenario and seed), and for each table the
    number of rows and the content digest. The answer key is not written here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = {}
    for name, frame in practice.tables.items():
        frame.to_parquet(folder / f"{name}.parquet", compression="zstd", index=False)
        tables[name] = {"rows": len(frame), "sha256": content_digest(frame, name)}
    manifest = {
        "name": practice.name,
        "as_of": practice.as_of.isoformat(),
        "schema_version": SCHEMA_VERSION,
        "about": dict(about or {}),
        "cannot_compute": [list(pair) for pair in practice.cannot_compute],
        "tables": tables,
    }
    path = folder / MANIFEST
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def load_practice(folder: Path | str, *, tables: Sequence[str] | None = None) -> Practice:
    """Return a practice written by :func:`save_practice`; ``tables`` limits what is read.

    Raises
    ------
    InputRefused
        when the folder has no manifest, the manifest is of another schema version, or a table is missing.
    """
    folder = Path(folder)
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        version, names, as_of = manifest["schema_version"], list(manifest["tables"]), manifest["as_of"]
    except (OSError, ValueError, KeyError, TypeError):
        raise InputRefused(
            f"'{folder}' is not a practice: it has no readable {MANIFEST}; make one with arlab generate."
        ) from None
    if version != SCHEMA_VERSION:
        raise InputRefused(
            f"'{folder}' is of table version {version}, this AR Lab reads version {SCHEMA_VERSION}: make it anew."
        )
    frames = {}
    for name in names if tables is None else [name for name in names if name in tables]:
        try:
            frames[name] = pd.read_parquet(folder / f"{name}.parquet")
        except (OSError, ValueError):
            raise InputRefused(
                f"'{folder}' lacks a readable {name}.parquet that its manifest names."
            ) from None
    return Practice(
        name=manifest["name"],
        as_of=to_date(as_of),
        tables={name: check_table(frame, name) for name, frame in frames.items()},
        cannot_compute=tuple((a, b) for a, b in manifest.get("cannot_compute", [])),
    )


def load_sample() -> Practice:
    """Return the bundled sample practice: about 4,000 claims over 18 months, all of it synthetic."""
    return load_practice(data_path("sample"))
