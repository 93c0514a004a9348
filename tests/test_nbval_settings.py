"""Does nbval's sanitiser leave out the drawing of a table, and nothing that is a result?"""

import re
from pathlib import Path

from nbval.plugin import get_sanitize_patterns

SETTINGS = Path(__file__).with_name("nbval.cfg").read_text(encoding="utf-8")


def sanitize(text):
    for regex, replacement in get_sanitize_patterns(SETTINGS):
        text = re.sub(regex, replacement, text)
    return text.strip()


def test_every_rule_is_read():
    assert len(get_sanitize_patterns(SETTINGS)) == SETTINGS.count("\n[") == 3


def test_two_drawings_of_one_table_are_equal():
    plain = "<td>10.00</td>\n<td>2024-01-31</td>"
    drawn = (
        '<style>\n#T_ab12 td {color: red}\n</style><td id="T_ab12">10.00</td>\n<td  class="x">2024-01-31</td>'
    )
    assert sanitize(plain) == sanitize(drawn)


def test_dates_numbers_and_comparisons_stay():
    for result in ("2024-01-31", "$1,234.50", "0.1 %", "10 < 20 and 40 > 20", "a\nb"):
        assert sanitize(result) == result
    assert sanitize("<td>10.00</td>") != sanitize("<td>10.01</td>")
