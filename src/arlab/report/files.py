"""Under which name, and how safely, is a report written?

Names and writes one file. It knows nothing of what is in it.
"""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from pathlib import Path

from arlab.errors import WorkspaceError
from arlab.report.content import Content
from arlab.report.render import render_html

__all__ = ["report_stem", "save_content"]


def report_stem(name: str) -> str:
    """Return a file name without ending that every system takes, from any name.

    Examples
    --------
    >>> report_stem("AR: June/2026 .csv"), report_stem("con.csv"), report_stem("Отчёт 6.xlsx")
    ('AR-June-2026', 'con-file', 'Отчёт-6')
    """
    text = unicodedata.normalize("NFC", name)
    text = re.sub(r"\.(csv|txt|tsv|xlsx?|xlsm|parquet)\s*$", "", text, flags=re.IGNORECASE)
    text = re.sub(r"[^\w.-]+", "-", text).strip("-. ")
    # Windows keeps these names for devices, with any ending.
    if re.fullmatch(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", text, flags=re.IGNORECASE):
        text += "-file"
    while len(text.encode()) > 150:
        text = text[:-1]
    return text.rstrip("-. ") or "export"


def save_content(content: Content, *, out: Path | str) -> Path:
    """Write the content of a report as one HTML file and return its path.

    Parameters
    ----------
    out : a folder (made when missing; the file is then named after the source and the day), or a file ending
        in ``.html``; a file of that name is replaced

    Raises
    ------
    WorkspaceError
        when the folder or file cannot be written.
    """
    target = Path(out)
    if target.suffix.lower() != ".html":
        target = target / f"{content.stem}.html"
    _write(target, render_html(content), private=bool(content.marker))
    return target


def _write(target: Path, text: str, *, private: bool) -> None:
    """Write beside the target and move it there, so that no half a report is ever seen."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".report-", suffix=".html")
    except OSError as problem:
        raise _cannot_write(target.parent, problem) from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        if not private:
            # A report from a practice's own file stays readable by its owner alone.
            Path(name).chmod(0o644)
        Path(name).replace(target)
    except OSError as problem:
        Path(name).unlink(missing_ok=True)
        raise _cannot_write(target, problem) from None


def _cannot_write(path: Path, problem: OSError) -> WorkspaceError:
    why = (problem.strerror or type(problem).__name__).lower()
    return WorkspaceError(
        f"The report cannot be written to '{path}' ({why}): choose another folder with --out."
    )
