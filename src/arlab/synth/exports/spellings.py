"""How else may a name be spelled in an export, so that it can still be told whose it is?

Patients' accents and payers' short forms. Two payers never come to share a spelling.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import pandas as pd

from arlab.synth.exports.sheet import Ints, Texts

__all__ = ["accented", "payer_spellings", "spellings_of"]

# Common names in the United States that lose their accents in old systems.
_ON_PAPER: Final = (
    "Álvarez",
    "Andrés",
    "Ángel",
    "Chávez",
    "Díaz",
    "Domínguez",
    "Fernández",
    "García",
    "Gómez",
    "González",
    "Gutiérrez",
    "Hernández",
    "Jesús",
    "Jiménez",
    "José",
    "Juárez",
    "López",
    "María",
    "Márquez",
    "Martínez",
    "Méndez",
    "Mónica",
    "Muñoz",
    "Núñez",
    "Ordóñez",
    "Pérez",
    "Ramírez",
    "Ramón",
    "Ríos",
    "Rodríguez",
    "Sánchez",
    "Suárez",
    "Valdéz",
    "Vázquez",
    "Vásquez",
    "Verónica",
    "Velázquez",
    "Renée",
    "Zoë",
)
_WITHOUT: Final = str.maketrans("ÁÉÍÓÚáéíóúñë", "AEIOUaeioune")
_ACCENTED: Final = {name.translate(_WITHOUT): name for name in _ON_PAPER}
_SHORT: Final = {
    "Advantage": "Adv",
    "Assistance": "Assist",
    "Benefit": "Ben",
    "Casualty": "Cas",
    "Community": "Comm",
    "Employers": "Emp",
    "Family": "Fam",
    "Health": "Hlth",
    "Individual": "Indiv",
    "Insurance": "Ins",
    "Medical": "Med",
    "Mutual": "Mut",
    "Plan": "Pln",
    "Plans": "Plns",
    "Senior": "Sr",
    "Service": "Svc",
    "Trust": "Tr",
}


def accented(name: str) -> str:
    """Return a person's name with the accents it has on paper.

    Examples
    --------
    >>> accented("Jose Nunez"), accented("Ann Lee")
    ('José Núñez', 'Ann Lee')
    """
    return re.sub(r"[A-Za-z]+", lambda word: _ACCENTED.get(word[0], word[0]), name)


def spellings_of(payers: list[str]) -> dict[str, list[str]]:
    """Return the spellings of each payer, its own first; a spelling that another payer has is left out.

    Examples
    --------
    >>> spellings_of(["Alder Health", "ALDER HEALTH"])
    {'Alder Health': ['Alder Health', 'Alder Hlth', 'ALDER HLTH'], 'ALDER HEALTH': ['ALDER HEALTH']}
    """
    taken = set(payers)
    result = {}
    for payer in payers:
        short = " ".join(_SHORT.get(word, word) for word in payer.split())
        new = dict.fromkeys(
            other for other in (payer.upper(), short, short.upper()) if other.strip() and other not in taken
        )
        taken |= set(new)
        result[payer] = [payer, *new]
    return result


def payer_spellings(payers: Texts, drawn: Ints) -> Texts:
    """Return each cell's payer in one of its spellings; ``drawn`` are whole numbers from 0 to 11."""
    places, different = pd.factorize(payers, sort=True)
    spellings = spellings_of([str(payer) for payer in different])
    # Twelve places hold 1, 2, 3 or 4 spellings equally often.
    table = np.array(
        [[each[at % len(each)] for at in range(12)] for each in spellings.values()], dtype=object
    )
    return table[places, drawn] if len(payers) else payers
