"""Where do AR Lab's own data files lie, in a checkout or in an installed wheel?

Finds files and reads rows with the standard library alone. It judges no content.
"""

from __future__ import annotations

import csv
from pathlib import Path

from arlab.errors import NotAvailable

__all__ = ["data_path", "read_rows"]

_PACKAGE = Path(__file__).resolve().parents[1]


def data_path(name: str) -> Path:
    """Return the path of a bundled data file or folder; the only way to data.

    Parameters
    ----------
    name : name below ``data/``, such as ``"reference/payers.csv"`` or ``"sample"``

    Returns
    -------
    the path in the checkout's ``data/`` folder, or, in an installed wheel, in ``arlab/_data/``. The checkout
    comes first, because an editable install may leave an older copy behind.

    Raises
    ------
    NotAvailable
        when neither place has it.

    Examples
    --------
    >>> data_path("reference/payers.csv").name
    'payers.csv'
    """
    checkout = _PACKAGE.parents[1]
    places = [_PACKAGE / "_data"]
    # A "data" folder beside some site-packages is not ours: only a checkout has the project file too.
    if (checkout / "pyproject.toml").is_file():
        places.insert(0, checkout / "data")
    for place in places:
        if (place / name).exists():
            return place / name
    raise NotAvailable(
        f"The data file '{name}' is not part of this installation of AR Lab: install it again."
    )


def read_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of ``data/reference/<name>.csv`` as text, without loading pandas.

    Examples
    --------
    >>> read_rows("payers")[0]["payer_class"]
    'medicare'
    """
    with data_path(f"reference/{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
