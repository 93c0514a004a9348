"""How do many claims become a billing company of many practices, on disk?

Practices are made one by one, in as many processes as wanted, and each is written by the process that made it. What
a practice holds is decided in ``practice``.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import json
import math
import multiprocessing
import signal
from collections.abc import Callable, Generator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, Final

from arlab.errors import SettingsError, WorkspaceError
from arlab.synth.practice import GENERATOR_VERSION, make_practice
from arlab.synth.scenario import Scenario
from arlab.synth.scenario_file import scenario_settings
from arlab.synth.truth_files import forget_truth, save_truth_frames, save_truth_list
from arlab.tables import FORMS, forget_practice, save_company_manifest, save_practice, save_tables

__all__ = ["MOST_CLAIMS", "plan_company", "write_company"]

MOST_CLAIMS: Final = 100_000
"""Claims a year of the largest single practice; what is larger is a billing company."""
_MOST_PRACTICES: Final = 5_000

Progress = Callable[[int, int], None]
Part = dict[str, dict[str, Any]]


def plan_company(scenario: Scenario, *, claims: int) -> tuple[Scenario, ...]:
    """Return the scenario of each practice that together have so many claims.

    Up to 100,000 claims a year are one practice. More are practices of the scenario's own size, all alike but for
    the chance that made them, with ids PR001, PR002 and so on.

    Raises
    ------
    SettingsError
        when the number of claims is not a whole number from 1, or takes more than 5,000 practices.

    Examples
    --------
    >>> plan = plan_company(Scenario(claims_per_year=20_000, months=24), claims=1_000_000)
    >>> len(plan), plan[0].practice_id, plan[-1].practice_id, sum(one.claims for one in plan)
    (25, 'PR001', 'PR025', 1000000)
    """
    if isinstance(claims, bool) or not isinstance(claims, int) or claims < 1:
        raise SettingsError(f"claims must be a whole number from 1, not {claims!r}.")
    if claims == scenario.claims:
        return (scenario,)
    a_year = max(1, round(claims * 12 / scenario.months))
    if a_year <= MOST_CLAIMS:
        return (dataclasses.replace(scenario, claims_per_year=a_year),)
    practices = math.ceil(a_year / scenario.claims_per_year)
    if practices > _MOST_PRACTICES:
        raise SettingsError(
            f"{claims:,} claims would take {practices:,} practices of {scenario.claims_per_year:,} claims a year,"
            f" and {_MOST_PRACTICES:,} is the most: raise the scenario's claims_per_year."
        )
    each, more = divmod(a_year, practices)
    width = max(3, len(str(practices)))
    return tuple(
        dataclasses.replace(
            scenario,
            practice_id=f"PR{number:0{width}d}",
            practice_name=f"{scenario.practice_name} {number}",
            claims_per_year=each + (number <= more),
        )
        for number in range(1, practices + 1)
    )


def write_company(
    scenario: Scenario,
    folder: Path | str,
    *,
    claims: int,
    seed: int,
    workers: int = 1,
    form: str = "parquet",
    progress: Progress | None = None,
) -> Path:
    """Make a practice, or a billing company of many, write it with its answer key, and return the manifest's path.

    Parameters
    ----------
    scenario : the settings of each practice
    folder : where to write; what an earlier call wrote there is replaced
    claims : claims in all, over the scenario's months; see :func:`plan_company`
    seed : whole number from 0; the same scenario, claims and seed give the same content, with any ``workers``
    workers : processes that make practices at the same time; a script that asks for more than one keeps its own
        work under ``if __name__ == "__main__":``, since each process reads it anew
    form : ``parquet`` or ``csv``, for the tables; the answer key is always Parquet
    progress : is called with the number of practices done and in all

    Raises
    ------
    SettingsError
        when an argument breaks its rule.
    WorkspaceError
        when the folder cannot be written (also: the disk is full), or a process was ended from outside. The folder
        then has no manifest and is no practice.
    """
    folder = Path(folder)
    plan = plan_company(scenario, claims=claims)
    if isinstance(workers, bool) or not isinstance(workers, int) or not 1 <= workers <= 64:
        raise SettingsError(f"workers must be a whole number from 1 to 64, not {workers!r}.")
    if form not in FORMS:
        raise SettingsError(f"form must be one of {', '.join(FORMS)}, not '{form}'.")
    about = {
        "scenario": json.loads(json.dumps(scenario_settings(scenario), default=str)),
        "claims": claims,
        "seed": int(seed),
        "generator_version": GENERATOR_VERSION,
        "note": "Synthetic: no patient, payer or practice in it is real.",
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        forget_practice(folder)
        forget_truth(folder)
        if len(plan) == 1:
            return _write_alone(plan[0], folder, seed=seed, form=form, about=about, progress=progress)
        tasks = [(one, str(folder), number, seed, form) for number, one in enumerate(plan, 1)]
        parts: dict[str, Part] = {}
        with contextlib.closing(_made(tasks, workers)) as made:
            for key, part in made:
                parts[key] = part
                if progress is not None:
                    progress(len(parts), len(plan))
        save_truth_list(folder, {one.practice_id: one for one in plan}, seed=seed)
        return save_company_manifest(
            folder,
            {one.practice_id: parts[one.practice_id] for one in plan},
            name=f"Billing company of {len(plan)} practices",
            as_of=scenario.last_known_day,
            about=about,
            form=form,
        )
    except OSError as problem:
        why = (problem.strerror or str(problem) or type(problem).__name__).splitlines()[0].lower()
        raise WorkspaceError(
            f"The practice cannot be written to '{folder}' ({why}): free space or choose another folder."
        ) from None
    except BrokenProcessPool:
        raise WorkspaceError(
            "A process that made a practice was ended from outside, perhaps for want of memory: use fewer workers."
        ) from None


def _write_alone(
    scenario: Scenario,
    folder: Path,
    *,
    seed: int,
    form: str,
    about: dict[str, Any],
    progress: Progress | None,
) -> Path:
    """Write one practice by itself."""
    practice = make_practice(scenario, seed=seed)
    save_truth_frames(practice.truth, folder)
    save_truth_list(folder, {scenario.practice_id: scenario}, seed=seed)
    path = save_practice(practice, folder, about=about, form=form)
    if progress is not None:
        progress(1, 1)
    return path


Task = tuple[Scenario, str, int, int, str]


def _write_part(task: Task) -> tuple[str, Part]:
    """Make one practice of a company and write it; only its digests go back to the first process."""
    scenario, folder, number, seed, form = task
    practice = make_practice(scenario, seed=seed, number=number)
    save_truth_frames(practice.truth, Path(folder), part=scenario.practice_id)
    return scenario.practice_id, save_tables(practice, Path(folder), part=scenario.practice_id, form=form)


def _made(tasks: list[Task], workers: int) -> Generator[tuple[str, Part], None, None]:
    """Make the practices and give back each as it is done, in any order."""
    if workers == 1:
        yield from map(_write_part, tasks)
        return
    pool = concurrent.futures.ProcessPoolExecutor(
        min(workers, len(tasks)),
        # A fresh process is the one way to start one that Linux, macOS and Windows have in common.
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin_worker,
    )
    try:
        for done in concurrent.futures.as_completed([pool.submit(_write_part, task) for task in tasks]):
            yield done.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin_worker() -> None:
    """Let Ctrl-C stop the first process, which ends the others; use one core each."""
    import pyarrow

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pyarrow.set_cpu_count(1)
