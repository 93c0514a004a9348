"""Which pseudonym stands for a name, and by how many days are all dates moved?

Makes the practice's secret key once and derives everything from it, so that the same name has the same pseudonym
in every output of the practice. The key is never shown, written elsewhere or logged.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import re
import secrets
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from arlab.errors import WorkspaceError
from arlab.workspace import make_workspace

__all__ = ["KEY_FILE", "PSEUDONYM", "load_key", "patient_shift", "pseudonym", "pseudonyms", "secret_shift"]

KEY_FILE = "share.key"
_BYTES = 32
# No vowels, so that no word comes out, and no letters that are read as digits.
_LETTERS = "23456789BCDFGHJKMNPQRSTVWXZ"
_SHORTEST = 6
PSEUDONYM = re.compile(rf"\b[A-Z][a-z]+ [{_LETTERS}]{{{_SHORTEST},{_SHORTEST + 6}}}(?!\w)")
"""The shape of a pseudonym, such as Payer K7Q2M4."""
_WEEKS = (520, 2080)


def load_key(folder: Path | str) -> bytes:
    """Return the practice's key, making it when there is none yet.

    Parameters
    ----------
    folder : folder of the key, readable by its owner alone (made when missing)

    Raises
    ------
    WorkspaceError
        when the key can neither be read nor made, or others may read it.
    """
    path = Path(folder) / KEY_FILE
    try:
        if not path.parent.exists():
            make_workspace(path.parent)
        if not path.exists():
            _make_key(path)
        # On Windows the folder of the user is the protection; there the mode says nothing.
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise WorkspaceError(
                f"The key file '{KEY_FILE}' can be read by others: allow it to its owner alone (chmod 600), or"
                " delete it and all pseudonyms start anew."
            )
        key = path.read_bytes()
    except OSError as problem:
        why = (problem.strerror or type(problem).__name__).lower()
        raise WorkspaceError(
            f"The key file '{KEY_FILE}' cannot be used ({why}): make its folder your own."
        ) from None
    if len(key) != _BYTES:
        raise WorkspaceError(
            f"The key file '{KEY_FILE}' is damaged: delete it and all pseudonyms start anew."
        )
    return key


def _make_key(path: Path) -> None:
    """Write a new key under another name and link it into place, so that of two runs at once both use one key."""
    fresh = path.with_name(f"{KEY_FILE}.{secrets.token_hex(8)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            # A link never replaces a key that another run has just made.
            os.link(fresh, path)
        except FileExistsError:
            pass
        except OSError:
            fresh.replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()


def _digest(key: bytes, kind: str, value: str) -> int:
    """Return the keyed HMAC-SHA256 of a value of a kind, as a number."""
    text = f"{kind}\0{value}".encode("utf-8", errors="surrogatepass")
    return int.from_bytes(hmac.new(key, text, hashlib.sha256).digest(), "big")


def pseudonym(key: bytes, kind: str, value: str, *, letters: int = _SHORTEST) -> str:
    """Return the pseudonym of one value: the kind and letters that only the key connects with it.

    Examples
    --------
    >>> key = bytes(32)
    >>> name = pseudonym(key, "provider", "Jane Example")
    >>> name == pseudonym(key, "provider", "Jane Example"), name == pseudonym(key, "location", "Jane Example")
    (True, False)
    >>> name.startswith("Provider "), len(name)
    (True, 15)
    """
    number, code = _digest(key, kind, value), ""
    for _ in range(letters):
        number, place = divmod(number, len(_LETTERS))
        code += _LETTERS[place]
    return f"{kind.capitalize()} {code}"


def pseudonyms(key: bytes, kind: str, values: Iterable[str]) -> Mapping[str, str]:
    """Return value -> pseudonym, all different: where two would be equal, all of the kind get more letters.

    Examples
    --------
    >>> len(set(pseudonyms(bytes(32), "claim", map(str, range(3000))).values()))
    3000
    """
    different = sorted(set(values))
    letters = _SHORTEST
    while True:
        made = {value: pseudonym(key, kind, value, letters=letters) for value in different}
        if len(set(made.values())) == len(different):
            return made
        letters += 2


def secret_shift(key: bytes) -> int:
    """Return the days by which all dates of the practice are moved: whole weeks, 10 to 40 years ahead.

    One shift for everything and whole weeks: ages, buckets and days of the week stay what they are. Ahead, so that
    a moved day is never a day that the file has.

    Examples
    --------
    >>> secret_shift(bytes(32)) % 7, 3640 <= secret_shift(bytes(32)) < 14560
    (0, True)
    """
    first, end = _WEEKS
    return 7 * (first + _digest(key, "shift", "practice") % (end - first))


def patient_shift(key: bytes, patient: str) -> int:
    """Return the days by which one patient's dates are moved: 1 to 364 days back, different for each patient.

    Examples
    --------
    >>> 1 <= patient_shift(bytes(32), "P1") <= 364
    True
    """
    return 1 + _digest(key, "patient shift", patient) % 364
