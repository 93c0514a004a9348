"""Small 837, 835 and 277CA files written by hand: only what a test is about, everything else the same."""

from __future__ import annotations

ALDER, BIRCH = ("ALDER HEALTH", "ALD"), ("BIRCH MUTUAL", "BIR")
RANKS = {1: "P", 2: "S", 3: "T"}


def envelope(kind: str, *bodies: list[str]) -> str:
    """Return transactions in an interchange, with right counts."""
    group, version = {
        "837": ("HC", "005010X222A1"),
        "835": ("HP", "005010X221A1"),
        "277": ("HN", "005010X214"),
    }[kind]
    lines = [
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260101*1200*^*00501*000000001*0*T*:",
        f"GS*{group}*SENDER*RECEIVER*20260101*1200*1*X*{version}",
    ]
    for number, body in enumerate(bodies, start=1):
        lines += [f"ST*{kind}*{number:04d}", *body, f"SE*{len(body) + 2}*{number:04d}"]
    return "~\n".join([*lines, f"GE*{len(bodies)}*1", "IEA*1*000000001", ""])


def sending(
    control: str,
    charge: str,
    *,
    day: str = "20260105",
    frequency: str = "1",
    rank: int = 1,
    payer: tuple[str, str] = ALDER,
    replaces: str = "",
    lines: tuple[tuple[str, str], ...] = (),
    npi: str = "9000000016",
    filing: str = "12",
) -> list[str]:
    """Return the segments of one claim of an 837; ``lines`` are (procedure, charge), by default one."""
    services = lines or (("EST-L3", charge),)
    return [
        f"NM1*85*2*OAK STREET CLINIC*****XX*{npi}",
        "HL*2*1*22*0",
        f"SBR*{RANKS[rank]}*18*******{filing}",
        f"NM1*IL*1*DOE*JANE****MI*M{control}",
        f"NM1*PR*2*{payer[0]}*****PI*{payer[1]}",
        f"CLM*{control}*{charge}***11:B:{frequency}*Y*A*Y*Y",
        *([f"REF*F8*{replaces}"] if replaces else []),
        *(
            segment
            for number, (procedure, amount) in enumerate(services, start=1)
            for segment in (
                f"LX*{number}",
                f"SV1*ER:{procedure}*{amount}*UN*1***1",
                f"DTP*472*D8*{day}",
                f"REF*6R*{number}",
            )
        ),
    ]


def sent(on: str, *claims: list[str]) -> list[str]:
    """Return the body of an 837 that was sent on a day, such as ``20260108``."""
    return [f"BHT*0019*00*1*{on}*1200*CH", *(segment for claim in claims for segment in claim)]


def answer(
    control: str,
    status: str,
    charge: str,
    paid: str,
    *lines: tuple[str, str, str, str],
    number: str = "",
    day: str = "20260105",
    cas: str = "",
    frequency: str = "1",
) -> list[str]:
    """Return the segments of one CLP; ``lines`` are (line, charge, paid, CAS segments separated by ``|``)."""
    found = [f"CLP*{control}*{status}*{charge}*{paid}**12*{number}*11*{frequency}", *_cas(cas)]
    if day and not lines:
        found.append(f"DTM*232*{day}")
    for line, amount, pays, adjustments in lines:
        found += [f"SVC*ER:EST-L3*{amount}*{pays}**1", *([f"DTM*472*{day}"] if day else [])]
        found += [*_cas(adjustments), f"REF*6R*{line}"]
    return found


def _cas(adjustments: str) -> list[str]:
    return [f"CAS*{part}" for part in adjustments.split("|") if part]


def remit(
    on: str,
    amount: str,
    trace: str,
    *answers: list[str],
    payer: tuple[str, str] = ALDER,
    plb: str = "",
) -> list[str]:
    """Return the body of an 835."""
    return [
        f"BPR*I*{amount}*C*CHK************{on}",
        f"TRN*1*{trace}*1{len(payer[1]):09d}",
        f"N1*PR*{payer[0]}*XV*{payer[1]}",
        "N1*PE*OAK STREET CLINIC*XX*9000000016",
        "LX*1",
        *(segment for one in answers for segment in one),
        *([f"PLB*9000000016*20261231*{plb}"] if plb else []),
    ]


def status(control: str, category: str, *, on: str = "20260110", number: str = "") -> list[str]:
    """Return the segments of one claim of a 277CA."""
    return [
        "HL*3*2*PT",
        "NM1*QC*1*DOE*JANE****MI*M1",
        f"TRN*2*{control}",
        f"STC*{category}:19:PR*{on}*WQ*100",
        *([f"REF*1K*{number}"] if number else []),
        "DTP*472*D8*20260105",
    ]


def report_277(*statuses: list[str]) -> list[str]:
    """Return the body of a 277CA of one payer."""
    head = ["BHT*0085*08*1*20260110*1200*TH", "HL*1**20*1", "NM1*PR*2*ALDER HEALTH*****PI*ALD", "HL*2*1*19*1"]
    return [*head, *(segment for one in statuses for segment in one)]
