"""Which practice is the bundled sample, and how is it made again?

``python -m arlab.synth.sample`` writes ``data/sample`` anew: the same scenario and seed give the same content.
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

from arlab.reference import data_path
from arlab.synth.export import Export, make_export
from arlab.synth.practice import GENERATOR_VERSION, make_practice
from arlab.synth.presets import PRESETS
from arlab.synth.scenario import Scenario
from arlab.tables import Practice, save_practice

__all__ = ["MESSY_EXPORT", "SAMPLE_SEED", "messy_export", "sample_scenario", "write_sample"]

SAMPLE_SEED = 3
EXPORT = "export.csv"
MESSY_EXPORT = "your_export.csv"
"""Name of the sample's untidy export: the same claims as in ``export.csv``, written as many systems write them."""

_MESSES = (
    "currency_text",
    "parentheses",
    "mixed_dates",
    "payer_spellings",
    "title_rows",
    "total_row",
    "blank_rows",
    "duplicate_rows",
)


def sample_scenario() -> Scenario:
    """Return the scenario of the sample: a small practice of four part-time providers in two offices."""
    return dataclasses.replace(
        PRESETS["typical"],
        claims_per_year=2_680,
        providers={"primary_care": 2, "orthopaedics": 1, "cardiology": 1},
        locations=2,
        staff=2,
    )


def messy_export(practice: Practice) -> Export:
    """Return a practice's export with the usual messes, as the lesson on your own export reads it.

    Parameters
    ----------
    practice : one practice with the tables of the generator
    """
    return make_export(practice, messy=_MESSES, seed=SAMPLE_SEED)


def write_sample(folder: Path) -> Path:
    """Write the sample practice (Parquet tables, manifest, both CSV exports) into a folder; return the manifest."""
    scenario = sample_scenario()
    practice = make_practice(scenario, seed=SAMPLE_SEED)
    about = {
        "scenario": scenario.name,
        "seed": SAMPLE_SEED,
        "generator_version": GENERATOR_VERSION,
        "made_by": "python -m arlab.synth.sample",
        "note": "Synthetic: no patient, payer or practice in it is real.",
    }
    folder = Path(folder)
    manifest = save_practice(practice, folder, about=about)
    # Without a record of their truth beside them: that is the tables in the same folder.
    (folder / EXPORT).write_bytes(make_export(practice).content)
    (folder / MESSY_EXPORT).write_bytes(messy_export(practice).content)
    return manifest


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else data_path("reference").parent / "sample"
    sys.stdout.write(f"{write_sample(target)}\n")
