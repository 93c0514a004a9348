"""How does a folder of 837 and 835 files become a practice?

Puts the steps together: list the files, read, find the claims, match and post, make the tables, account for all of
it. Each step is a module of its own. Nothing in the folder is changed.
"""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path

from arlab.errors import InputRefused
from arlab.frames import to_date
from arlab.importers.findings import Findings, shown
from arlab.importers.links import is_folder
from arlab.importers.result import Import
from arlab.importers.x12.account import (
    aside_table,
    limits_of,
    mapping_table,
    quarantine_table,
    reconcile,
    tell,
)
from arlab.importers.x12.claims import make_claims
from arlab.importers.x12.entries import RESPONSIBLE_AT
from arlab.importers.x12.intake import CHARGES, Intake
from arlab.importers.x12.posting import Posted, post_answers
from arlab.importers.x12.tables import make_tables
from arlab.importers.x12.walk import files_of, name_in
from arlab.tables import Practice, check_practice

__all__ = ["read_x12_folder"]

logger = logging.getLogger("arlab")


def read_x12_folder(
    path: Path | str, *, as_of: dt.date | str | None = None, practice_id: str = "export"
) -> Import:
    """Read a folder of X12 files (837 claims, 835 remittances, 277CA reports), or one 837 file, as a practice.

    Parameters
    ----------
    path : the folder, folders in it included, or one file; files that are not X12 are noted and passed over
    as_of : what is dated later is not used; the latest day in the files when left out
    practice_id : what the tables call the practice

    Returns
    -------
    the import. Its practice has claims, lines, coverages, submissions, remittances and a ledger of what payers owe:
    charges once per claim, from its first sending, and what the answers say. What patients owe is in the ledger as
    responsibility, and is never shown as a balance.

    Raises
    ------
    InputRefused
        when the folder has no 837, no record by the day asked for, or a link that leads out of it.
    """
    path, findings = Path(path), Findings()
    until = None if as_of is None else to_date(as_of).toordinal()
    intake = Intake(until, findings)
    if is_folder(path):
        name = shown(path.resolve().name) or "folder"
        for file in files_of(path, findings):
            intake.read(file, name_in(file, path))
    else:
        name = shown(path.name)
        intake.read(path, name)
    _check(intake, name, "folder" if path.is_dir() else "file")
    day = dt.date.fromordinal(until or intake.latest)
    _tell_day(findings, day, given=until is not None)
    claims = make_claims(intake.sendings, _numbers_of(intake), places=intake.files)
    for at, (code, reason) in claims.reasons.items():
        held = intake.sendings
        intake.set_aside(
            CHARGES, held.file[at], held.segment[at], code, reason, held.charge[at], held.charge[at]
        )
    posted = post_answers(intake, claims)
    tell(intake, claims, posted, findings)
    intake.close()
    tables = make_tables(intake, claims, posted, practice_id=practice_id)
    limits = limits_of(intake)
    practice = check_practice(
        Practice(
            name=name if path.is_dir() else shown(path.stem),
            as_of=day,
            tables=tables,
            cannot_compute=limits,
            own_data=True,
        )
    )
    aside = aside_table(intake, claims, posted, as_of=day)
    reconciliation = reconcile(intake, posted, aside, balances=_payer_balances(posted))
    logger.info("read X12 files: %d records, %d accepted", reconciliation.rows_in, reconciliation.accepted)
    return Import(
        practice=practice,
        source=name,
        kind="x12" if path.is_dir() else "837",
        mapping=mapping_table(),
        unused_columns=(),
        findings=findings.table(),
        quarantine=quarantine_table(intake),
        reconciliation=reconciliation,
        cannot_compute=limits,
        aside=aside.assign(dollars=aside["cents"] / 100)[["what", "items", "dollars", "why"]],
        claims=intake.rows[CHARGES],
        charge_total=sum(intake.sendings.charge[at] for at in claims.first) / 100,
        paid_total=posted.paid / 100,
        denied_claims=posted.denied if "835" in intake.kinds else None,
    )


def _check(intake: Intake, name: str, what: str) -> None:
    """Refuse what cannot show what is open."""
    kinds = [kind for kind in ("835", "277") if kind in intake.kinds]
    if "837" not in intake.kinds:
        holds = f"{' and '.join(kinds)} files" if what == "folder" else f"a {''.join(kinds)} file"
        if "835" in kinds:
            why = f"is {holds}" if what == "file" else f"has {holds} and no 837"
            raise InputRefused(
                f"'{name}' {why}: it shows what was paid, not what is open; give a folder with the 837 files of the"
                " same months beside it."
            )
        why = f"has {holds} and no 837" if kinds else "has no X12 file (837 or 835)"
        raise InputRefused(
            f"'{name}' {why}, so it does not say what was charged: give a folder with 837 and 835 files."
        )
    if not len(intake.sendings):
        later = intake.later[CHARGES][0]
        why = (
            "every claim in it is dated later than the day asked for"
            if later
            else "none of its claims can be used"
        )
        raise InputRefused(f"'{name}' cannot be read as claims: {why}.")


def _tell_day(findings: Findings, day: dt.date, *, given: bool) -> None:
    if given:
        findings.add(
            "as_of",
            "folder",
            f"The balances are as of {day.isoformat()}: given by the user; later records are not used.",
        )
        return
    findings.add(
        "as_of_assumed",
        "folder",
        f"The files do not say which day they are as of; the latest date in them, {day.isoformat()}, is taken, and"
        " every age is too low if they were collected later (--as-of changes it).",
    )


def _numbers_of(intake: Intake) -> dict[str, str]:
    """Return the practice's number for the payers' numbers that corrected sendings under a new number replace."""
    wanted = set(intake.sendings.replaces.values())
    found: dict[str, str] = {}

    def keep(control: str, number: str) -> None:
        if number in wanted and control:
            found.setdefault(number, control)

    if wanted:
        for remit in intake.remits.in_order():
            for answer in remit.answers():
                keep(answer.control, answer.payer_control)
        for status in intake.statuses:
            keep(status.control, status.payer_control)
    return found


def _payer_balances(posted: Posted) -> tuple[int, int]:
    """Return open cents and credit cents of the payers, claim by claim and payer by payer."""
    rows = posted.ledger.rows
    sums: dict[int, int] = {}
    patient = RESPONSIBLE_AT["patient"]
    for claim, party, amount in zip(rows.claim, rows.responsible, rows.amount, strict=True):
        if party < patient:
            key = claim * 4 + party
            sums[key] = sums.get(key, 0) + amount
    return sum(cents for cents in sums.values() if cents > 0), -sum(
        cents for cents in sums.values() if cents < 0
    )
