"""How does a scenario go into a TOML file and come back?

Reads and writes settings; the rules that they must keep stand in ``scenario`` and ``incidents``.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w

from arlab.errors import SettingsError
from arlab.synth.incidents import Incident
from arlab.synth.presets import find_preset
from arlab.synth.scenario import Biller, Scenario

__all__ = ["make_scenario", "read_scenario", "scenario_settings", "write_scenario"]

_LISTS: dict[str, type[Any]] = {"billers": Biller, "incidents": Incident}
_MAPPINGS = ("providers", "payer_mix", "contracts")
_HELP = "# Settings of a synthetic practice. A setting that is left out is that of the preset named 'base'.\n"


def scenario_settings(scenario: Scenario) -> dict[str, Any]:
    """Return the settings as plain data: text, numbers, dates, lists and mappings; what is empty is left out."""
    settings = dataclasses.asdict(scenario)
    settings["billers"], settings["incidents"] = list(settings["billers"]), list(settings["incidents"])
    for incident in settings["incidents"]:
        for field in [name for name, value in incident.items() if value in ("", 0)]:
            del incident[field]
    empty = {name for name, value in settings.items() if value is None or value in ([], {})}
    plain = {name: value for name, value in settings.items() if name not in empty}
    # Tables stand last: in TOML what follows a table's heading belongs to it.
    return dict(sorted(plain.items(), key=lambda item: isinstance(item[1], (dict, list))))


def write_scenario(scenario: Scenario, path: Path) -> Path:
    """Write every setting of a scenario as TOML (UTF-8) and return the path."""
    path.write_bytes((_HELP + tomli_w.dumps(scenario_settings(scenario))).encode("utf-8"))
    return path


def read_scenario(path: Path | str) -> Scenario:
    """Return the scenario that a TOML file describes.

    A file may name only what differs from a preset, with ``base = "distressed"`` at its top (typical without it).

    Raises
    ------
    SettingsError
        one sentence when the file cannot be read, is no TOML, or a setting is unknown or breaks its rule.
    """
    path = Path(path)
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        why = (problem.strerror or type(problem).__name__).lower()
        raise SettingsError(f"The scenario '{path}' cannot be read ({why}).") from None
    except UnicodeDecodeError:
        raise SettingsError(f"The scenario '{path}' is not text in UTF-8: save it as such.") from None
    except tomllib.TOMLDecodeError as problem:
        raise SettingsError(f"The scenario '{path}' is not valid TOML: {problem}.") from None
    return make_scenario(settings)


def make_scenario(settings: Mapping[str, Any]) -> Scenario:
    """Return the scenario of plain settings, over the preset named ``base``.

    Raises
    ------
    SettingsError
        one sentence naming the setting and its rule.

    Examples
    --------
    >>> make_scenario({"base": "healthy", "months": 6}).months
    6
    """
    settings = dict(settings)
    base = settings.pop("base", "typical")
    if not isinstance(base, str):
        raise SettingsError(f"Scenario setting 'base' must be the name of a preset, not {base}.")
    known = [field.name for field in dataclasses.fields(Scenario)]
    for name in settings:
        if name not in known:
            raise SettingsError(f"Scenario setting '{name}' is not known: use {', '.join(known)}.")
    for name, value in settings.items():
        settings[name] = _checked(name, value)
    return dataclasses.replace(find_preset(base), **settings)


def _checked(name: str, value: Any) -> Any:
    """Return one setting in the type that the scenario wants."""
    if name in _LISTS:
        if not isinstance(value, list):
            raise SettingsError(f"Scenario setting '{name}' must be a list of tables ([[{name}]]).")
        return tuple(_entry(name, place, one) for place, one in enumerate(value, 1))
    if name in _MAPPINGS and not isinstance(value, dict):
        raise SettingsError(f"Scenario setting '{name}' must be a table ([{name}]).")
    if name == "contracts" and not all(isinstance(terms, dict) for terms in value.values()):
        raise SettingsError("Scenario setting 'contracts' must hold one table of terms per payer.")
    if name in _MAPPINGS and name != "contracts":
        for key, one in value.items():
            if isinstance(one, bool) or not isinstance(one, (int, float)):
                raise SettingsError(f"Scenario setting '{name}.{key}' must be a number, not {one!r}.")
    default = getattr(find_preset("typical"), name)
    if isinstance(value, dt.datetime):
        raise SettingsError(f"Scenario setting '{name}' must be a date without a time, not {value}.")
    if isinstance(default, str) and not (isinstance(value, str) and value.strip()):
        raise SettingsError(f"Scenario setting '{name}' must be text, not {value!r}.")
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


def _entry(name: str, place: int, settings: Any) -> Any:
    """Return one biller or incident."""
    kind = _LISTS[name]
    if not isinstance(settings, dict):
        raise SettingsError(f"Scenario setting '{name}[{place}]' must be a table.")
    fields = {field.name: field for field in dataclasses.fields(kind)}
    for key, value in settings.items():
        if key not in fields:
            raise SettingsError(
                f"Scenario setting '{name}[{place}].{key}' is not known: use {', '.join(fields)}."
            )
        if str(fields[key].type) == "str" and not isinstance(value, str):
            raise SettingsError(f"Scenario setting '{name}[{place}].{key}' must be text, not {value!r}.")
    for key, field in fields.items():
        if field.default is dataclasses.MISSING and key not in settings:
            raise SettingsError(f"Scenario setting '{name}[{place}].{key}' is missing.")
    return kind(**settings)
