"""Which payer is meant, when claims and remittances name it differently?

Gives each payer one number and one name: the same identifier or the same name is the same payer. It asks no list
of payers.
"""

from __future__ import annotations

__all__ = ["NO_PAYER", "UNNAMED", "Payers", "payer_class"]

NO_PAYER = -1
UNNAMED = "Payer not named"

# SBR09 and CLP06: who the plan belongs to. Kinds of plan that say no more (HM, 12 to 15) are commercial here.
_CLASSES = {
    "MA": "medicare",
    "MB": "medicare",
    "16": "medicare_advantage",
    "MC": "medicaid",
    "BL": "commercial",
    "CI": "commercial",
    "DS": "commercial",
    "HM": "commercial",
    "12": "commercial",
    "13": "commercial",
    "14": "commercial",
    "15": "commercial",
    "WC": "workers_compensation_auto",
    "AM": "workers_compensation_auto",
    "LM": "workers_compensation_auto",
    "CH": "tricare_va",
    "VA": "tricare_va",
    "09": "self_pay",
}


def payer_class(filing: str) -> str:
    """Return the class of payer for a claim filing code.

    >>> payer_class("MB"), payer_class("ZZ")
    ('medicare', 'other')
    """
    return _CLASSES.get(filing, "other")


class Payers:
    """The payers of a folder in the order in which they were met."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._by_key: dict[tuple[str, str], int] = {}

    def number(self, name: str, identifier: str) -> int:
        """Return a payer's number; one that has neither name nor identifier is ``NO_PAYER``.

        Examples
        --------
        >>> payers = Payers()
        >>> payers.number("Acme Health", "A1"), payers.number("ACME  HEALTH", ""), payers.number("Acme", "A1")
        (0, 0, 0)
        """
        by_name = ("name", " ".join(name.upper().split()))
        by_id = ("id", identifier.upper())
        found = self._by_key.get(by_id) if identifier else None
        if found is None and by_name[1]:
            found = self._by_key.get(by_name)
        if found is None:
            if not identifier and not by_name[1]:
                return NO_PAYER
            found = len(self.names)
            self.names.append(" ".join(name.split()) or UNNAMED)
        if identifier:
            self._by_key.setdefault(by_id, found)
        if by_name[1]:
            self._by_key.setdefault(by_name, found)
        return found

    def name(self, number: int) -> str:
        """Return a payer's name as it was first written."""
        return self.names[number] if number >= 0 else UNNAMED
