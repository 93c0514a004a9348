"""How does an answer key go to disk and come back, apart from the tables?

Every frame of the key is one Parquet file in the folder ``truth/``. Code that analyses never reads it; the tables'
manifest does not name it.
"""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any, Final

import pandas as pd

from arlab.errors import InputRefused
from arlab.synth.scenario import Scenario
from arlab.synth.scenario_file import make_scenario, scenario_settings
from arlab.synth.truth import Truth

__all__ = ["TRUTH", "forget_truth", "load_truth", "save_truth", "save_truth_frames", "save_truth_list"]

TRUTH: Final = "truth"
_LIST: Final = "truth.json"


def save_truth(truth: Truth, folder: Path, *, practice_id: str) -> Path:
    """Write the answer key of one practice into ``truth/`` beside its tables; return the path of ``truth.json``."""
    forget_truth(folder)
    save_truth_frames(truth, folder)
    return save_truth_list(folder, {practice_id: truth.scenario}, seed=truth.seed)


def save_truth_frames(truth: Truth, folder: Path, *, part: str = "") -> None:
    """Write the frames alone; ``part`` is the practice's id when the folder holds several."""
    for name, frame in _frames(truth).items():
        path = _frame_path(folder, name, part)
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.to_parquet(path, compression="zstd", index=False)


def save_truth_list(folder: Path, scenarios: dict[str, Scenario], *, seed: int) -> Path:
    """Write which practices the key is of: practice id -> the scenario that it was made from."""
    of = {key: json.loads(json.dumps(scenario_settings(one), default=str)) for key, one in scenarios.items()}
    content = {
        "note": "The answer key of a synthetic practice: for scoring only, never for analysis.",
        "seed": seed,
        "frames": [
            field.name for field in dataclasses.fields(Truth) if field.name not in ("scenario", "seed")
        ],
        "practices": of,
    }
    path, beside = folder / TRUTH / _LIST, folder / TRUTH / f"{_LIST}.part"
    path.parent.mkdir(parents=True, exist_ok=True)
    beside.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    beside.replace(path)
    return path


def load_truth(folder: Path | str, *, practice_id: str | None = None) -> Truth:
    """Return the answer key that lies beside a practice's tables.

    Parameters
    ----------
    folder : the practice's folder (the one with ``manifest.json``)
    practice_id : which practice of a billing company; may be left out where there is one

    Raises
    ------
    InputRefused
        when there is no readable key, or the practice must be named or is not there.
    """
    folder = Path(folder)
    try:
        content = _read_list(folder)
        practices, seed, names = content["practices"], int(content["seed"]), list(content["frames"])
        several = len(practices) > 1
        if practice_id is None and several:
            raise InputRefused(
                f"'{folder}' holds the answer keys of {len(practices)} practices: name one with practice_id."
            )
        key = practice_id or next(iter(practices))
        if key not in practices:
            raise InputRefused(f"'{folder}' has no answer key of a practice '{key}'.")
        part = key if several else ""
        frames = {name: pd.read_parquet(_frame_path(folder, name, part)) for name in names}
        return Truth(scenario=make_scenario(_with_dates(practices[key])), seed=seed, **frames)
    except (OSError, ValueError, KeyError, TypeError):
        raise InputRefused(
            f"'{folder}' has no readable answer key: only a practice made by arlab generate has one."
        ) from None


def forget_truth(folder: Path) -> None:
    """Remove the answer key that stands in a folder; other files stay."""
    try:
        content = _read_list(folder)
    except (OSError, ValueError, KeyError, TypeError):
        return
    (folder / TRUTH / _LIST).unlink()
    for name in content["frames"]:
        for part in ("", *content["practices"]):
            _frame_path(folder, name, part).unlink(missing_ok=True)


def _frames(truth: Truth) -> dict[str, pd.DataFrame]:
    """Return every frame of a key, by name."""
    named = {field.name: getattr(truth, field.name) for field in dataclasses.fields(truth)}
    return {name: value for name, value in named.items() if isinstance(value, pd.DataFrame)}


def _frame_path(folder: Path, name: str, part: str) -> Path:
    return folder / TRUTH / name / f"{part}.parquet" if part else folder / TRUTH / f"{name}.parquet"


def _read_list(folder: Path) -> dict[str, Any]:
    """Return ``truth.json``; its names become paths, so that only plain ones are taken."""
    content: dict[str, Any] = json.loads((folder / TRUTH / _LIST).read_text(encoding="utf-8"))
    names = [*content["frames"], *content["practices"]]
    if not all(re.fullmatch(r"[A-Za-z0-9_]+", name) for name in names):
        raise ValueError("names that we do not write")
    return content


def _with_dates(settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings from JSON with their days as days again."""
    import datetime as dt

    def day(field: str, value: Any) -> Any:
        return dt.date.fromisoformat(value) if field in ("start", "end", "as_of") else value

    return {
        field: [{key: day(key, one) for key, one in entry.items()} for entry in value]
        if field == "incidents"
        else day(field, value)
        for field, value in settings.items()
    }
