"""How does this practice work its accounts: owners, minutes, waits, weights, escalation, authority?

Reads a TOML file over the commented default and says in one sentence what is wrong with it. It applies no rule.
"""

from __future__ import annotations

import copy
import dataclasses
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arlab.errors import SettingsError
from arlab.reference.files import data_path

__all__ = ["RULES_FILE", "SKILLS", "PracticeRules", "load_rules", "undefined_rules"]

RULES_FILE = "practice_rules.toml"
"""Name of a practice's own rules in its workspace."""

SKILLS = ("status", "corrections", "appeals", "patients", "credits", "underpayments")
"""What somebody can be able to do; the work of ``work_actions.csv`` names one each."""
_CLOCKS = ("standard", "service", "first_bill", "responsibility")
# Blocks of which a practice writes as many as it needs: key -> the type of its value.
_BLOCKS: dict[str, dict[str, type]] = {
    "owners": {"name": str, "skills": list, "minutes_per_day": float},
    "escalation": {"day": int, "dollars": float, "to": str},
    "write_off": {"up_to": float, "by": str},
}
_MUST = {"owners": ("name",), "escalation": ("day", "dollars", "to"), "write_off": ("up_to", "by")}
_SHARES = {("recovery", "best")}
_UNDEFINED = {
    "owners": "no owner is named, so every item goes to the people of the staff table or to the lead",
    "escalation": "nobody is named to whom a stuck account goes",
    "write_off": "nobody is named who may write off",
}


@dataclasses.dataclass(frozen=True)
class PracticeRules:
    """A practice's rules, checked: one mapping for each section of the file.

    ``value(section, key)`` gives a number or a text; ``owners``, ``escalation`` and ``write_off`` are tuples of
    blocks as written.
    """

    sections: Mapping[str, Mapping[str, Any]]
    owners: tuple[Mapping[str, Any], ...] = ()
    escalation: tuple[Mapping[str, Any], ...] = ()
    write_off: tuple[Mapping[str, Any], ...] = ()
    source: str = "the default rules"

    def value(self, section: str, key: str) -> Any:
        """Return one setting."""
        return self.sections[section][key]

    @property
    def lead(self) -> str:
        """Who takes what nobody else can take."""
        return str(self.sections["practice"]["lead"])


def load_rules(path: Path | str | None = None) -> PracticeRules:
    """Return the rules of a practice: its own file over the default, or the default alone.

    Parameters
    ----------
    path : a TOML file like ``data/reference/practice_rules.toml``; what it leaves out keeps its default

    Raises
    ------
    SettingsError
        one sentence, when the file cannot be read, names a section or key that there is not, or holds a value of
        the wrong kind or size.

    Examples
    --------
    >>> rules = load_rules()
    >>> rules.value("follow_up", "unchanged_status"), rules.owners
    (14, ())
    """
    default = _default()
    if path is None:
        return _as_rules(default, "the default rules")
    own = _read(Path(path))
    name = Path(path).name
    whole = copy.deepcopy(default)
    for section, given in own.items():
        if section not in default:
            known = ", ".join(default)
            raise SettingsError(f"'{name}' has a section '{section}' that there is not: use {known}.")
        if section in _BLOCKS:
            whole[section] = _blocks(name, section, given)
        elif not isinstance(given, dict):
            raise SettingsError(f"'{name}': {section} must be a section, written as [{section}].")
        else:
            for key, value in given.items():
                if key not in default[section]:
                    known = ", ".join(default[section])
                    raise SettingsError(
                        f"'{name}' has a key '{key}' in [{section}] that there is not: use {known}."
                    )
                whole[section][key] = _value(name, section, key, value, default[section][key])
    return _as_rules(whole, name)


def _default() -> dict[str, Any]:
    empty: dict[str, Any] = {name: [] for name in _BLOCKS}
    return tomllib.loads(data_path(f"reference/{RULES_FILE}").read_text(encoding="utf-8")) | empty


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as problem:
        why = (problem.strerror or type(problem).__name__).lower()
        raise SettingsError(f"The rules '{path.name}' cannot be read ({why}).") from None
    except ValueError as problem:  # also what is no UTF-8 and what is no TOML
        where = str(problem).splitlines()[0][:80] if isinstance(problem, tomllib.TOMLDecodeError) else "text"
        raise SettingsError(f"The rules '{path.name}' are not valid TOML in UTF-8 ({where}).") from None


def _value(name: str, section: str, key: str, value: Any, default: Any) -> Any:
    """Return a value of the default's kind, or say what is wrong with it."""
    place = f"'{name}': {key} in [{section}]"
    if isinstance(default, str):
        if not isinstance(value, str) or not value.strip():
            raise SettingsError(f'{place} must be a text such as "{default}".')
        if key == "clock" and value not in _CLOCKS:
            raise SettingsError(f"{place} must be one of {', '.join(_CLOCKS)}, not '{value}'.")
        return value
    if isinstance(default, list):
        kind = type(default[0])
        if not isinstance(value, list) or not value or any(type(one) is not kind for one in value):
            raise SettingsError(f"{place} must be a list such as {default}.")
        if key == "buckets" and (value != sorted(set(value)) or value[0] < 0):
            raise SettingsError(f"{place} must be rising whole days such as {default}, not {value}.")
        return value
    return _number(place, value, most=1.0 if (section, key) in _SHARES else 1e9)


def _number(place: str, value: Any, *, most: float) -> Any:
    right = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not right or not 0 <= value <= most:  # also what is not a number at all: nan compares false
        raise SettingsError(f"{place} must be a number from 0 to {most:g}, not {value!r}.")
    return value


def _blocks(name: str, section: str, given: Any) -> list[dict[str, Any]]:
    """Return blocks such as [[owners]], checked."""
    kinds = _BLOCKS[section]
    if not isinstance(given, list) or any(not isinstance(block, dict) for block in given):
        raise SettingsError(f"'{name}': {section} must be written as blocks that begin with [[{section}]].")
    for number, block in enumerate(given, start=1):
        place = f"'{name}': block {number} of [[{section}]]"
        for key in (*_MUST[section], *block):
            if key not in kinds:
                raise SettingsError(f"{place} has a key '{key}' that there is not: use {', '.join(kinds)}.")
            if key not in block:
                raise SettingsError(f"{place} lacks '{key}'.")
            _block_value(f"{key} of {place}", block[key], kinds[key])
    names = [block["name"] for block in given] if section == "owners" else []
    twice = next((one for one in names if names.count(one) > 1), None)
    if twice is not None:
        raise SettingsError(f"'{name}' names the owner '{twice}' twice.")
    return [dict(block) for block in given]


def _block_value(place: str, value: Any, kind: type) -> None:
    if kind is str and (not isinstance(value, str) or not value.strip()):
        raise SettingsError(f"{place} must be a text.")
    if kind is list:
        allowed = (*SKILLS, "all")
        if not isinstance(value, list) or any(one not in allowed for one in value):
            raise SettingsError(f"{place} must be a list of {', '.join(allowed)}.")
    if kind in (int, float):
        _number(place, value, most=1e9)


def _as_rules(whole: Mapping[str, Any], source: str) -> PracticeRules:
    blocks = {name: tuple(whole[name]) for name in _BLOCKS}
    ladder = tuple(sorted(blocks["escalation"], key=lambda step: (step["day"], step["dollars"])))
    limits = tuple(sorted(blocks["write_off"], key=lambda step: step["up_to"]))
    sections = {name: dict(given) for name, given in whole.items() if name not in _BLOCKS}
    return PracticeRules(sections, blocks["owners"], ladder, limits, source)


def undefined_rules(rules: PracticeRules) -> list[tuple[str, str]]:
    """Return what only the practice can say and has not said: (section, what follows from it).

    Examples
    --------
    >>> [section for section, _ in undefined_rules(load_rules())]
    ['owners', 'escalation', 'write_off']
    """
    found = [(name, why) for name, why in _UNDEFINED.items() if not getattr(rules, name)]
    skills = {skill for owner in rules.owners for skill in owner.get("skills", ["all"])}
    if rules.owners and "all" not in skills:
        found += [
            ("owners", f"nobody has the skill '{skill}', so the lead takes that work")
            for skill in SKILLS
            if skill not in skills
        ]
    return found
