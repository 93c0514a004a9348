"""Where in a note does a day stand, however it is written?

Finds days of the calendar, weekdays and spans such as "in 14 days". It does not work out which day is meant.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["DAY", "days_in"]

_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_WEEKDAY: Final = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
_COUNT: Final = (
    r"(?:\d{1,3}(?: ?(?:-|–|to|or) ?\d{1,3})?|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen"
    r"|fifteen|twenty(?:[- ]one)?|thirty|forty(?:[- ]five)?|sixty|ninety|a couple(?: of)?|couple(?: of)?)"
)
_UNIT: Final = r"(?:business |working |calendar |bus\. )?(?:days?|weeks?|months?|fortnights?|hours?|hrs?)\b"
_FORMS: Final = (
    r"\b(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])\b",
    r"(?<![\w$#./-])(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])(?:/(?:20)?\d\d)?(?![\w/])",
    r"(?<![\w$#./-])(?:1[3-9]|2\d|3[01])/(?:0?[1-9]|1[0-2])(?:/(?:20)?\d\d)?(?![\w/])",
    r"(?<![\w$#./-])(?:0?[1-9]|1[0-2])[-.](?:0?[1-9]|[12]\d|3[01])[-.](?:20)?\d\d(?![\w-])",
    r"(?<![\w$#./-])(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12]\d|3[01])(?![\w-]| ?(?:days?|weeks?|months?|business|min))",
    rf"\b{_MONTH} ?(?:the )?(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?\b(?:,? ?(?:20)\d\d\b)?",
    rf"\b(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?: of)?[ -]?{_MONTH}(?:[ ,-]*(?:20)?\d\d\b)?",
    r"\b(?:the |on |by )(?:[1-9]|[12]\d|3[01])(?:st|nd|rd|th)\b",
    r"\b(?:1st|2nd|3rd|first) (?:of|week of) (?:the |next )?(?:month|year|" + _MONTH + ")",
    rf"(?<!\w)\+ ?\d{{1,3}} ?{_UNIT}",
    rf"\b{_COUNT}[- ]?(?:more )?{_UNIT}",
    r"\b\d{1,3} ?(?:d|w|wks?|mo)\b",
    rf"\b(?:next|this|coming|following|on|by|until|til|before|for|come|first thing|every|sooner|later|week from) {_WEEKDAY}\b",
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b",
    r"\b(?:Mon|Tues?|Wed|Thurs?|Thur|Fri)\b",
    r"\b(?:tomorrow|today|tonight|this (?:afternoon|evening|morning|week|month)|next (?:week|month|business day|day))\b",
    r"\b(?:end|close|start|beginning|middle|first) of (?:the |this |next |business ?)*(?:day|week|month|quarter|year|business)?",
    r"\b(?:eod|eow|eom|month[- ]end|year[- ]end)\b",
    rf"\b(?:mid|early|late)[- ]{_MONTH}",
)
DAY: Final = re.compile("|".join(_FORMS), re.IGNORECASE)
"""A day or a span of days. Short weekdays in lower case count only behind words such as "next" or "on"."""

# What stands before a day that is past: the visit, what was received or done.
_BEFORE: Final = (
    r"\bdos|\bdate of service|\bservice date|\bdated|\bsince|\bfrom|\bas of|\bago|\breceived|\bdenied|\bpaid|\bprocessed"
    r"|\bissued|\bcleared|\bterminated|\btermed|\beffective|\beff|\brejected|\bfinalized|\bpended|\bvisit|\blast"
)
_DONE: Final = (
    r"\bbilled|\bmailed|\bsent|\bfiled|\bsubmitted|\bcalled|\bclosed|\bposted|\bfaxed|\bresubmitted|\bappealed|\buploaded"
    r"|\bsigned|\bspoke|\bentered|\bcreated|\bopened|\badjusted|\bchecked|\bemailed"
)
_AFTER_IT: Final = r"(?: (?:on|back|in|out|eff|effective|again|by|thru|through))*[ :(=-]*(?:on )?$"
_PAST: Final = re.compile(rf"(?:{_BEFORE}|{_DONE}){_AFTER_IT}", re.IGNORECASE)
_PAST_EVEN_AHEAD: Final = re.compile(rf"(?:{_BEFORE}){_AFTER_IT}", re.IGNORECASE)


def days_in(text: str, *, ahead: bool = False) -> list[str]:
    """Return the days in a text that may lie ahead, as they are written.

    With ``ahead`` the text is known to tell of what is to be done: in "to be called 7/1" the day has not come.

    Examples
    --------
    >>> days_in("denied 6/2 for DOS 5/3, call again in 14 days or next Tues")
    ['14 days', 'next Tues']
    >>> days_in("CO-16, $6.12 and claim 12-3456-7 on hold")
    []
    """
    found = []
    for match in DAY.finditer(text):
        past = _PAST_EVEN_AHEAD if ahead else _PAST
        if past.search(text[: match.start()]) or re.match(
            r" ?(?:ago|old|past|prior|late|earlier)\b", text[match.end() :]
        ):
            continue
        if re.match(r"-?\s?(?:day|d)?\s?(?:limit|window|supply|global)", text[match.end() :], re.IGNORECASE):
            continue
        found.append(match[0].strip())
    return found
