"""Rules by which oxedi reads an 837P: it knows the 835 only, and its reading machine takes other formats by rules.

Only what our files use: the loops in their order, what each must hold, and that lines add up to their claim.
"""

from __future__ import annotations

import json

import oxedi


def _elements(*names: str, required: int = 1, **types: str) -> dict:
    """Return elements 1, 2, ... of a segment; an empty name is left out, the first ones are required."""
    found = {}
    for place, name in enumerate(names, start=1):
        if name:
            about = {"name": name, "type": types.get(name, "AN"), "min": 1, "max": 60}
            found[str(place)] = about | ({"required": True} if place <= required else {})
    return {"elements": found}


def _one(
    segment: str, pos: int, usage: str = "situational", most: int | None = 1, **qualifier: list[str]
) -> dict:
    found = {"segment": segment, "pos": pos, "usage": usage} | ({"max": most} if most else {})
    for place, codes in qualifier.items():
        found["qualifier"] = {"element": int(place[1:]), "codes": codes}
    return found


def _loop(parent: str, segment: str, where: dict[str, str], usage: str, **occurrences: dict) -> dict:
    trigger = {"segment": segment} | ({"where": where} if where else {})
    return {"parent": parent, "trigger": trigger, "usage": usage, "occurrences": occurrences}


def claim_rules() -> oxedi.Spec:
    """Return the rules as oxedi takes them."""
    known = json.loads(oxedi.Spec.builtin().to_json())
    segments = {
        tag: known["segments"][tag]
        for tag in ("ISA", "IEA", "TA1", "GS", "GE", "ST", "SE", "LX", "N3", "N4", "PER", "CAS")
    }
    segments["ST"]["elements"]["1"]["codes"] = ["837"]
    segments["GS"]["elements"]["1"]["codes"] = ["HC"]
    segments["GS"]["elements"]["8"]["codes"] = ["005010X222A1"]
    segments |= {
        "BHT": _elements("structure", "purpose", "reference", "date", "time", "kind", required=6, date="DT"),
        "NM1": _elements("party", "type", "last", "first", "", "", "", "qualifier", "identifier", required=3),
        "HL": _elements("number", "parent", "level", "child", required=1),
        "REF": _elements("qualifier", "value", required=2),
        "SBR": _elements("order", "relation", "", "", "", "", "", "", "filing", required=2),
        "DMG": _elements("format", "birth", "gender", required=3, birth="DT"),
        "CLM": _elements("claim", "charge", "", "", "place", "", "", "", "", required=2, charge="R"),
        "HI": _elements("diagnosis"),
        "AMT": _elements("qualifier", "amount", required=2, amount="R"),
        "OI": _elements("", "", "assigned", "", "", "release", required=0),
        "SV1": _elements(
            "service", "charge", "unit", "units", "", "", "pointer", required=4, charge="R", units="R"
        ),
        "DTP": _elements("qualifier", "format", "day", required=3, day="DT"),
        "SVD": _elements("payer", "paid", "service", "", "units", required=3, paid="R", units="R"),
    }  # fmt: skip
    loops = {name: known["loops"][name] for name in ("interchange", "group")}
    loops["transaction"] = known["loops"]["transaction"] | {
        "occurrences": {"header": _one("ST", 50, "required"), "begin": _one("BHT", 100, "required")}
    }
    address = {"street": _one("N3", 250), "city": _one("N4", 300)}
    loops["1000A"] = _loop(
        "transaction", "NM1", {"1": "41"}, "required",
        name=_one("NM1", 200, "required"), contact=_one("PER", 450, "required"),
    )  # fmt: skip
    loops["1000B"] = _loop("transaction", "NM1", {"1": "40"}, "required", name=_one("NM1", 210, "required"))
    loops["2000A"] = _loop("transaction", "HL", {"3": "20"}, "required", level=_one("HL", 500, "required"))
    loops["2010AA"] = _loop(
        "2000A", "NM1", {"1": "85"}, "required",
        name=_one("NM1", 510, "required"), street=_one("N3", 520, "required"),
        city=_one("N4", 530, "required"), tax=_one("REF", 540, "required", p1=["EI"]),
    )  # fmt: skip
    loops["2000B"] = _loop(
        "2000A", "HL", {"3": "22"}, "required",
        level=_one("HL", 1000, "required"), subscriber=_one("SBR", 1010, "required"),
    )  # fmt: skip
    loops["2010BA"] = _loop(
        "2000B", "NM1", {"1": "IL"}, "required",
        name=_one("NM1", 1020, "required"), birth=_one("DMG", 1050), **address_at(address, 1030),
    )  # fmt: skip
    loops["2010BB"] = _loop("2000B", "NM1", {"1": "PR"}, "required", name=_one("NM1", 1100, "required"))
    loops["2300"] = _loop(
        "2000B", "CLM", {}, "required",
        claim=_one("CLM", 1300, "required"), replaced=_one("REF", 1800, p1=["F8"]), diagnosis=_one("HI", 2310),
    )  # fmt: skip
    loops["2310B"] = _loop("2300", "NM1", {"1": "82"}, "situational", name=_one("NM1", 2500, "required"))
    loops["2320"] = _loop(
        "2300", "SBR", {}, "situational",
        subscriber=_one("SBR", 2900, "required"), paid=_one("AMT", 3000, "required", p1=["D"]),
        other=_one("OI", 3100, "required"),
    )  # fmt: skip
    loops["2330A"] = _loop("2320", "NM1", {"1": "IL"}, "required", name=_one("NM1", 3250, "required"))
    loops["2330B"] = _loop("2320", "NM1", {"1": "PR"}, "required", name=_one("NM1", 3260, "required"))
    loops["2400"] = _loop(
        "2300", "LX", {}, "required",
        number=_one("LX", 3650, "required"), service=_one("SV1", 3700, "required"),
        day=_one("DTP", 4550, "required", p1=["472"]), control=_one("REF", 4700, p1=["6R"]),
    )  # fmt: skip
    loops["2430"] = _loop(
        "2400", "SVD", {}, "situational",
        answer=_one("SVD", 5400, "required"), adjustment=_one("CAS", 5450, most=5),
        day=_one("DTP", 5500, "required", p1=["573"]),
    )  # fmt: skip
    rules = {
        "name": "837P",
        "version": {"segment": "GS", "element": 8, "values": ["005010X222A1"]},
        "segments": segments,
        "loops": loops,
        "balancing": {
            "lines_of_claim": {
                "per": "2300",
                "sum": [{"loop": "2400", "occurrence": "service", "elements": [2]}],
                "target": [{"occurrence": "claim", "elements": [2]}],
            }
        },
        "tables": {},
    }
    return oxedi.Spec.from_json(json.dumps(rules))


def address_at(address: dict[str, dict], pos: int) -> dict[str, dict]:
    """Return an address whose segments stand from a position on."""
    return {name: about | {"pos": pos + step} for step, (name, about) in enumerate(address.items())}
