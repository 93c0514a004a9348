"""How does a practice go to disk and come back the same?

One file per table, or for a billing company one folder per table with a file for each practice, and one manifest
with a digest of each table's content. The answer key of a synthetic practice is not written here.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from arlab.errors import InputRefused
from arlab.frames import parquet_relations, to_date
from arlab.reference import data_path
from arlab.tables.contract import TABLES, check_table
from arlab.tables.digest import company_digest, content_digest
from arlab.tables.files import FORMS, read_table, write_table
from arlab.tables.practice import Practice

__all__ = [
    "SCHEMA_VERSION",
    "forget_practice",
    "is_practice",
    "load_practice",
    "load_sample",
    "save_company_manifest",
    "save_practice",
    "save_tables",
]

SCHEMA_VERSION = "1"
MANIFEST = "manifest.json"

_UNPACKED = 50  # bytes in pandas, checks included, for a byte of Parquet (measured: 40 to 50)
_USUAL_MEMORY = 4_000_000_000


def save_practice(
    practice: Practice, folder: Path, *, about: Mapping[str, Any] | None = None, form: str = "parquet"
) -> Path:
    """Write a practice as one file per table and a manifest; return the manifest's path.

    The manifest holds name, day, schema version, ``about`` (such as scenario and seed), and for each table the
    number of rows and the content digest. It is written last and at once: a folder with a manifest is whole. The
    answer key is not written here. ``form`` is ``parquet`` or ``csv``.
    """
    forget_practice(folder)
    return _save_manifest(
        folder,
        name=practice.name,
        as_of=practice.as_of,
        about=about,
        form=form,
        cannot_compute=practice.cannot_compute,
        own_data=practice.own_data,
        tables=save_tables(practice, folder, form=form),
    )


def save_tables(
    practice: Practice, folder: Path, *, part: str = "", form: str = "parquet"
) -> dict[str, dict[str, Any]]:
    """Write the tables without a manifest; return for each its rows and digest.

    ``part`` is the practice's id when the folder holds several: ``claims/PR001.parquet``.
    """
    tables = {}
    for name, frame in practice.tables.items():
        write_table(frame, _table_path(folder, name, part, form), name)
        tables[name] = {"rows": len(frame), "sha256": content_digest(frame, name)}
    return tables


def save_company_manifest(
    folder: Path,
    parts: Mapping[str, Mapping[str, Mapping[str, Any]]],
    *,
    name: str,
    as_of: dt.date,
    about: Mapping[str, Any] | None = None,
    form: str = "parquet",
) -> Path:
    """Write the manifest of many practices; ``parts`` is practice id -> what :func:`save_tables` said of it.

    A table's digest is that of its practices' digests, one a line, in the order of ``parts``.
    """
    names = sorted({table for part in parts.values() for table in part})
    tables = {
        table: {
            "rows": sum(part[table]["rows"] for part in parts.values() if table in part),
            "sha256": company_digest(part[table]["sha256"] for part in parts.values() if table in part),
            "practices": {key: dict(part[table]) for key, part in parts.items() if table in part},
        }
        for table in names
    }
    practices = list(parts)
    return _save_manifest(
        folder, name=name, as_of=as_of, about=about, form=form, tables=tables, practices=practices
    )


def forget_practice(folder: Path) -> None:
    """Remove the practice that stands in a folder, by its manifest; other files stay."""
    try:
        manifest = _read_manifest(folder)
    except InputRefused:
        (folder / MANIFEST).unlink(missing_ok=True)
        return
    (folder / MANIFEST).unlink()  # first: what is left without it is no practice
    form = manifest.get("form", "parquet")
    for table in manifest["tables"]:
        for part in manifest.get("practices") or [""]:
            _table_path(folder, table, part, form).unlink(missing_ok=True)


def load_practice(
    folder: Path | str,
    *,
    tables: Sequence[str] | None = None,
    practice_id: str | Sequence[str] | None = None,
    lazy: bool | None = False,
) -> Practice:
    """Return a practice, or a billing company of many, as it was written.

    Parameters
    ----------
    folder : where :func:`save_practice` or ``arlab generate`` wrote it
    tables : names of the tables to read; all when left out
    practice_id : which practices of a billing company to read, one or several; all when left out
    lazy : ``True`` leaves Parquet tables on disk, as DuckDB relations, and does not check them again; ``None`` does
        so when they would not easily fit into the memory that is free

    Raises
    ------
    InputRefused
        when the folder has no manifest, the manifest is of another schema version, a table is missing, or there is
        no such practice.
    """
    folder = Path(folder)
    manifest = _read_manifest(folder)
    names, as_of, form = list(manifest["tables"]), manifest["as_of"], manifest.get("form", "parquet")
    every = manifest.get("practices") or [""]
    wanted = [practice_id] if isinstance(practice_id, str) else practice_id
    parts = every if wanted is None or every == [""] else [one for one in every if one in wanted]
    unknown = sorted(set(wanted or ()) - set(parts)) if every != [""] else []
    if unknown:
        raise InputRefused(f"'{folder}' has no practice '{unknown[0]}': it has {every[0]} to {every[-1]}.")
    names = names if tables is None else [name for name in names if name in tables]
    files = {name: [_table_path(folder, name, part, form) for part in parts] for name in names}
    whole = manifest["name"] if len(parts) == len(every) else f"{manifest['name']}: {', '.join(parts)}"
    made = Practice(
        name=whole,
        as_of=to_date(as_of),
        tables={},
        cannot_compute=tuple((a, b) for a, b in manifest.get("cannot_compute", [])),
        own_data=bool(manifest.get("own_data", False)),
    )
    if form == "parquet" and (_is_large(files) if lazy is None else lazy):
        return dataclasses.replace(made, tables=_left_on_disk(files))
    frames = {}
    for name in names:
        pieces = [read_table(path, name) for path in files[name]]
        frames[name] = check_table(pieces[0] if len(pieces) == 1 else pd.concat(pieces), name)
        if wanted is not None and every == [""] and not frames[name]["practice_id"].isin(wanted).all():
            raise InputRefused(
                f"'{folder}' holds one practice, '{frames[name]['practice_id'].iloc[0]}': leave practice_id out."
            )
    return dataclasses.replace(made, tables=frames)


def _is_large(files: Mapping[str, Sequence[Path]]) -> bool:
    """Return whether tables would take more than half of the free memory as pandas frames."""
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # only some systems tell
        free = _USUAL_MEMORY
    size = sum(path.stat().st_size for paths in files.values() for path in paths if path.exists())
    return size * _UNPACKED > free / 2


def _left_on_disk(files: Mapping[str, Sequence[Path]]) -> dict[str, Any]:
    """Return the tables as relations over their files, which must be there."""
    for paths in files.values():
        for path in paths:
            if not path.is_file():
                raise InputRefused(f"'{path.parent}' lacks a readable {path.name} that its manifest names.")
    try:
        return dict(parquet_relations(files))
    except duckdb.Error:  # its words name paths and run over several lines
        folder = next(iter(files.values()))[0].parent
        raise InputRefused(
            f"A Parquet file in '{folder}' that the manifest names is not readable: generate or save it again."
        ) from None


def is_practice(path: Path | str) -> bool:
    """Return whether a path is a folder that :func:`save_practice` or ``arlab generate`` wrote."""
    try:
        return (Path(path) / MANIFEST).is_file()
    except OSError:  # closed to this user, or a name that cannot be: whoever reads it will say so
        return False


def load_sample() -> Practice:
    """Return the bundled sample practice: about 4,000 claims over 18 months, all of it synthetic."""
    return load_practice(data_path("sample"))


def _table_path(folder: Path, name: str, part: str, form: str) -> Path:
    """Return where a table stands, or a practice's part of it."""
    return folder / name / f"{part}.{form}" if part else folder / f"{name}.{form}"


def _save_manifest(
    folder: Path,
    *,
    name: str,
    as_of: dt.date,
    about: Mapping[str, Any] | None,
    form: str,
    tables: Mapping[str, Any],
    cannot_compute: Sequence[tuple[str, str]] = (),
    practices: Sequence[str] = (),
    own_data: bool = False,
) -> Path:
    """Write a manifest beside its place and move it there whole."""
    manifest = {
        "name": name,
        "as_of": as_of.isoformat(),
        "schema_version": SCHEMA_VERSION,
        "about": dict(about or {}),
        "cannot_compute": [list(pair) for pair in cannot_compute],
        **({"form": form} if form != "parquet" else {}),
        **({"own_data": True} if own_data else {}),
        **({"practices": list(practices)} if practices else {}),
        "tables": tables,
    }
    path, beside = folder / MANIFEST, folder / f"{MANIFEST}.part"
    try:
        beside.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    return path


def _read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a folder, or refuse the folder."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        version = manifest["schema_version"]
        # The names become paths: none but those that we write.
        known = set(manifest["tables"]) <= set(TABLES) and manifest.get("form", "parquet") in FORMS
        plain = all(re.fullmatch(r"[A-Za-z0-9]+", part) for part in manifest.get("practices") or [])
        if version == SCHEMA_VERSION and not (known and plain and manifest["as_of"] and manifest["name"]):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError):
        raise InputRefused(
            f"'{folder}' is not a practice: it has no readable {MANIFEST}; make one with arlab generate."
        ) from None
    if version != SCHEMA_VERSION:
        raise InputRefused(
            f"'{folder}' is of table version {version}, this AR Lab reads version {SCHEMA_VERSION}: make it anew."
        )
    return manifest
