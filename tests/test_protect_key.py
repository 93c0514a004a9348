"""The key is made once and stays with its owner; pseudonyms and shifts come from it and nothing else."""

import os
import stat

import pandas as pd
import pytest

from arlab.errors import SettingsError, WorkspaceError
from arlab.protect.dates import move_practice
from arlab.protect.key import (
    KEY_FILE,
    PSEUDONYM,
    load_key,
    patient_shift,
    pseudonym,
    pseudonyms,
    secret_shift,
)
from arlab.tables import Practice

posix = pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX systems")


def test_the_key_is_made_once(tmp_path):
    folder = tmp_path / "my own"
    key = load_key(folder)
    assert len(key) == 32
    assert load_key(folder) == key
    assert load_key(tmp_path / "another") != key
    # Nothing else than what every workspace has: no half-made key beside it.
    assert {path.name for path in folder.iterdir()} == {KEY_FILE, ".gitignore", "arlab-workspace.txt", "lock"}


@posix
def test_the_key_is_its_owners_alone(tmp_path):
    folder = tmp_path / "own"
    load_key(folder)
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@posix
def test_a_key_that_others_can_read_is_refused(tmp_path):
    load_key(tmp_path)
    (tmp_path / KEY_FILE).chmod(0o644)
    with pytest.raises(WorkspaceError, match="can be read by others"):
        load_key(tmp_path)


def test_a_damaged_key_is_refused(tmp_path):
    (tmp_path / KEY_FILE).write_bytes(b"short")
    (tmp_path / KEY_FILE).chmod(0o600)
    with pytest.raises(WorkspaceError, match="damaged"):
        load_key(tmp_path)


def test_a_pseudonym_depends_on_key_kind_and_value():
    one, other = bytes(32), bytes(31) + b"\1"
    name = pseudonym(one, "payer", "Oak")
    assert PSEUDONYM.fullmatch(name)
    assert name == pseudonym(one, "payer", "Oak")
    different = {
        name.split()[1],
        pseudonym(other, "payer", "Oak").split()[1],
        pseudonym(one, "provider", "Oak").split()[1],
        pseudonym(one, "payer", "Elm").split()[1],
    }
    assert len(different) == 4


def test_pseudonyms_of_many_values_are_all_different():
    made = pseudonyms(bytes(32), "claim", [f"C{n}" for n in range(40_000)])
    assert len(set(made.values())) == 40_000
    short = {pseudonym(bytes(32), "claim", value, letters=2) for value in made}
    assert len(short) < 40_000, "with fewer letters two would be equal, so that the check can fail"


def test_shifts_are_secret_whole_weeks_and_never_nothing():
    shifts = {secret_shift(bytes([n]) * 32) for n in range(200)}
    assert len(shifts) > 150
    assert all(days % 7 == 0 and days >= 3640 for days in shifts)
    own = {patient_shift(bytes(32), f"P{n}") for n in range(2000)}
    assert min(own) >= 1 and max(own) <= 364 and len(own) > 300


def test_only_whole_weeks_move_a_practice():
    day = pd.Timestamp("2026-06-30")
    practice = Practice(
        "x", day.date(), {"open_items": pd.DataFrame({"service_date": [day, pd.NaT], "n": [1, 2]})}
    )
    moved = move_practice(practice, days=14)
    assert moved.open_items["service_date"].tolist()[0] == pd.Timestamp("2026-07-14")
    assert moved.as_of.isoformat() == "2026-07-14"
    assert practice.open_items["service_date"].tolist()[0] == day, "the given one is unchanged"
    with pytest.raises(SettingsError, match="whole weeks"):
        move_practice(practice, days=15)
