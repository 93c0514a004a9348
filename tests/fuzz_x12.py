"""X12 files with something wrong: bytes, elements, segments and blocks changed at random, the same for a seed."""

from __future__ import annotations

import io
import random
import time
from pathlib import Path

from arlab.errors import ArlabError
from arlab.importers.findings import Findings
from arlab.importers.x12 import check_x12, iter_277, iter_835, iter_837, x12_kind
from x12_files import BODY_277, BODY_837, CLAIM, CLAIM_277, CLAIM_837, body_835, x12

FIXTURES = Path(__file__).parents[1].parent / "shared" / "fixtures"
SECONDS = 5.0
_LARGEST = 20_000  # bytes of a file that is changed: small files are changed where it matters more often
_ODD = (
    *b"|0|-1|99999999999999999999999999|1e308|NaN|1_0|1.2.3|-|.|20261399|00000000|ISA|ISA*00*|IEA*1*1~".split(
        b"|"
    ),
    *b"ST*835*1~|SE*1*1~|CLP|CLM|HL|HL*1**20|STC*A7|<script>|=1+1".split(b"|"),
    *(b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r\n", b" ", "\u00e9\u0661\u00b2".encode(), b"'" * 300),
)
_SIGNS = b"*~:>|^+\n\r\x1c\x1d\x1e\x1f!\\A0 "


def own_files() -> list[bytes]:
    """Return files written by hand, one of each kind."""
    return [
        text.encode()
        for text in (
            x12(body_835(CLAIM, CLAIM, amount="120", plb=("PLB*1*20261231*WO:1*2",)), body_835(CLAIM)),
            x12([*BODY_837, *CLAIM_837, *CLAIM_837], kind="837"),
            x12([*BODY_277, *CLAIM_277, *CLAIM_277], kind="277"),
        )
    ]


def seeds() -> list[bytes]:
    """Return the files to start from: our own, and those of others where they are here."""
    found = [
        path.read_bytes() for kind in ("835", "837", "277") for path in sorted((FIXTURES / kind).glob("*"))
    ]
    return own_files() + [data for data in found if len(data) <= _LARGEST]


def mutate(data: bytes, rng: random.Random) -> bytes:
    """Return a file with one to six things changed: bytes, elements, segments, blocks, signs or ends."""
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        data = rng.choice(_CHANGES)(data, rng)
    return data[: 1 << 21]


def _places(data: bytes, rng: random.Random, longest: int) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + rng.randrange(longest + 1))


def _change_bytes(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randrange(1, 8)):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _drop(data: bytes, rng: random.Random) -> bytes:
    start, end = _places(data, rng, rng.choice((1, 8, 200)))
    return data[:start] + data[end:]


def _insert(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data) + 1)
    return data[:start] + rng.choice(_ODD) + data[start:]


def _repeat(data: bytes, rng: random.Random) -> bytes:
    start, end = _places(data, rng, rng.choice((1, 4, 60, 2_000)))
    times = rng.choice((2, 3, 50, 2_000)) if end - start < 100 else 3
    return data[:start] + data[start:end] * times + data[end:]


def _cut(data: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(data) + 1)
    return data[:start] if rng.random() < 0.7 else data[start:]


def _in_parts(change):
    """Return a change of the parts between two signs: segments, or elements."""

    def run(data: bytes, rng: random.Random) -> bytes:
        sign = rng.choice((b"~", b"~", b"*", b"*", b"\n", b"|", b":"))
        parts = data.split(sign)
        change(parts, rng)
        return sign.join(parts)

    return run


def _swap(parts: list[bytes], rng: random.Random) -> None:
    one, other = rng.randrange(len(parts)), rng.randrange(len(parts))
    parts[one], parts[other] = parts[other], parts[one]


def _leave_out(parts: list[bytes], rng: random.Random) -> None:
    del parts[rng.randrange(len(parts))]


def _double(parts: list[bytes], rng: random.Random) -> None:
    place = rng.randrange(len(parts))
    parts[place:place] = [parts[rng.randrange(len(parts))]] * rng.choice((1, 2, 20))


def _replace(parts: list[bytes], rng: random.Random) -> None:
    parts[rng.randrange(len(parts))] = rng.choice(_ODD)


def _other_sign(data: bytes, rng: random.Random) -> bytes:
    one, other = rng.choice(_SIGNS), rng.choice(_SIGNS)
    return data.replace(bytes([one]), bytes([other]), rng.choice((1, 5, -1)))


def _other_file(data: bytes, rng: random.Random) -> bytes:
    other = rng.choice(own_files())
    start = rng.randrange(len(data) + 1)
    return data[:start] + other[rng.choice((0, rng.randrange(len(other)))) :] + data[start:]


def _other_writing(data: bytes, rng: random.Random) -> bytes:
    try:
        return data.decode("utf-8").encode(rng.choice(("utf-16", "utf-8-sig", "utf-16-be")))
    except UnicodeDecodeError:
        return data


_CHANGES = (
    _change_bytes, _change_bytes, _drop, _insert, _insert, _repeat, _cut, _other_sign, _other_file, _other_writing,
    *(_in_parts(change) for change in (_swap, _leave_out, _double, _replace, _replace, _replace)),
)  # fmt: skip


def read_everything(data: bytes, path: Path) -> str:
    """Read a file in every way there is, and return what came of it; anything but ArlabError is a fault."""
    said = []
    for reader in (iter_835, iter_837, iter_277):
        try:
            for _ in reader(io.BytesIO(data), Findings()):
                pass
            said.append("read")
        except ArlabError as problem:
            assert "\n" not in str(problem)
            said.append("refused")
    kind = x12_kind(io.BytesIO(data))
    path.write_bytes(data)
    try:
        check = check_x12(path)
    except ArlabError:
        return f"{kind} {said} refused"
    assert check.ties_out
    assert check.claims == check.rows_in
    return f"{check.kind} read"


def run(number: int, seed: int, path: Path) -> tuple[dict[str, int], float]:
    """Read so many changed files; return how often each outcome came and the longest processor time of one."""
    rng, files = random.Random(seed), seeds()
    outcomes: dict[str, int] = {}
    longest = 0.0
    for place in range(number):
        data = mutate(rng.choice(files), rng)
        start = time.process_time()
        try:
            outcome = read_everything(data, path)
        except Exception:
            path.with_suffix(".fault").write_bytes(data)
            raise AssertionError(
                f"input {place} of seed {seed} failed: {path.with_suffix('.fault')}"
            ) from None
        took = time.process_time() - start
        assert took < SECONDS, f"input {place} of seed {seed} took {took:.1f} seconds"
        longest = max(longest, took)
        outcome = outcome.split(" ")[-1]
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    return outcomes, longest


def peak_megabytes() -> float:
    """Return the highest memory of this process, where Linux tells it, else 0."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1_000 for line in lines if line.startswith("VmHWM")), 0.0)
