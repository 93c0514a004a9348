"""How does ``arlab generate`` turn its options into a practice on disk?

Reads the options, calls the library and says what was made. What a practice holds is not decided here.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from arlab.cli.terminal import say, say_rows, show_progress
from arlab.errors import SettingsError, WorkspaceError

if TYPE_CHECKING:
    from arlab.synth import Scenario

__all__ = ["generate"]


def generate(
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where to write.")],
    preset: Annotated[
        str | None, typer.Option("--preset", help="Ready scenario, such as typical (the default).")
    ] = None,
    scenario: Annotated[
        Path | None, typer.Option("--scenario", metavar="FILE", help="Your own scenario, a TOML file.")
    ] = None,
    claims: Annotated[
        int | None,
        typer.Option(
            "--claims",
            min=1,
            help="Claims in all, about; more than 100,000 a year are a billing company of many practices.",
        ),
    ] = None,
    months: Annotated[int | None, typer.Option("--months", min=1, help="Months of visits.")] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="The same number gives the same practice (default 1).")
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Tables as CSV files instead of Parquet.")] = False,
    x12: Annotated[bool, typer.Option("--x12", help="Also the claims and remittances as X12 files.")] = False,
    export_layout: Annotated[
        list[str] | None,
        typer.Option("--export-layout", metavar="NAME", help="Also an export: claims, aging, transactions."),
    ] = None,
    messy: Annotated[bool, typer.Option("--messy", help="Exports as messy as they are in life.")] = False,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, max=64, help="Processes for many practices (default 1).")
    ] = None,
    sample: Annotated[bool, typer.Option("--sample", help="The bundled sample practice anew.")] = False,
) -> None:
    """Make a synthetic practice, or a company of many, with its answer key; the last line is its folder."""
    given = {
        "--preset": preset,
        "--scenario": scenario,
        "--claims": claims,
        "--months": months,
        "--seed": seed,
        "--csv": csv or None,
        "--x12": x12 or None,
        "--export-layout": export_layout or None,
        "--messy": messy or None,
        "--workers": workers,
    }
    if sample and any(value is not None for value in given.values()):
        names = " and ".join(name for name, value in given.items() if value is not None)
        raise SettingsError(f"The sample is always the same practice: leave {names} out, or --sample.")
    layouts = list(dict.fromkeys(export_layout or []))
    _check_layouts(layouts, messy)
    seed = 1 if seed is None else seed
    try:
        if sample:
            from arlab.synth.sample import write_sample

            write_sample(out)
            made = []
        else:
            wanted = _scenario(preset, scenario, months)
            _write(wanted, out, claims=claims, seed=seed, workers=workers or 1, csv=csv)
            made = [("truth", "the answer key, for scoring only")]
            made += _write_more(out, x12=x12, layouts=layouts, messy=messy, seed=seed)
    except OSError as problem:
        why = (problem.strerror or type(problem).__name__).lower()
        raise WorkspaceError(
            f"The practice cannot be written to '{out}' ({why}): choose another folder with --out."
        ) from None
    told = _manifest(out)
    say(f"{told['name']}: {told['tables']['claims']['rows']:,} claims, as of {told['as_of']}")
    say_rows([(name, f"{said['rows']:,} rows") for name, said in told["tables"].items()])
    if made:
        say_rows(made)
    say(str(out.resolve()))


def _check_layouts(layouts: list[str], messy: bool) -> None:
    """Refuse what cannot be exported before anything is made."""
    if messy and not layouts:
        raise SettingsError("--messy says how exports look: name at least one with --export-layout.")
    if layouts:
        from arlab.synth.export import EXPORT_LAYOUTS

        for name in layouts:
            if name not in EXPORT_LAYOUTS:
                raise SettingsError(
                    f"There is no export layout '{name}': choose from {', '.join(EXPORT_LAYOUTS)}."
                )


def _scenario(preset: str | None, file: Path | None, months: int | None) -> Scenario:
    """Return the scenario asked for."""
    from arlab.synth import find_preset
    from arlab.synth.scenario_file import read_scenario

    if preset is not None and file is not None:
        raise SettingsError("A practice has one scenario: give --preset or --scenario, not both.")
    wanted = find_preset(preset or "typical") if file is None else read_scenario(file)
    return wanted if months is None else dataclasses.replace(wanted, months=months)


def _write(wanted: Scenario, out: Path, *, claims: int | None, seed: int, workers: int, csv: bool) -> None:
    """Make and write the tables and the answer key."""
    from arlab.synth.company import plan_company, write_company

    claims = wanted.claims if claims is None else claims
    practices = len(plan_company(wanted, claims=claims))
    with show_progress("making", steps=practices) as step:
        write_company(
            wanted,
            out,
            claims=claims,
            seed=seed,
            workers=workers,
            form="csv" if csv else "parquet",
            progress=lambda done, every: step(f"practice {done} of {every}"),
        )


def _write_more(out: Path, *, x12: bool, layouts: list[str], messy: bool, seed: int) -> list[tuple[str, str]]:
    """Write X12 files and exports of each practice; return what to say of them."""
    if not (x12 or layouts):
        return []
    from arlab.synth.export import write_export
    from arlab.tables import load_practice

    practices = _manifest(out).get("practices") or [""]
    files = 0
    with show_progress("exporting", steps=len(practices)) as step:
        for part in practices:
            practice = load_practice(out, practice_id=part or None)
            if x12:
                from arlab.synth.x12 import write_x12

                files += len(write_x12(practice, out / "x12" / part))
            for layout in layouts:
                path = out / "exports" / part / f"{layout}.csv"
                path.parent.mkdir(parents=True, exist_ok=True)
                write_export(practice, path, layout=layout, messy=messy, seed=seed)
            step(part or practice.name)
    made = [("x12", f"{files:,} files")] if x12 else []
    return made + [("exports", f"{len(layouts) * len(practices):,} files")] * bool(layouts)


def _manifest(out: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    return told
