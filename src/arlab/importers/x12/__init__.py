"""What do X12 files (835, 837, 277CA) say, segment by segment?

Read with the standard library alone and one claim at a time, so that memory does not grow with the file. What a
payer or a clearinghouse got wrong is a finding with its segment, never a failure.
"""

from arlab.importers.x12.check import X12Check, check_x12
from arlab.importers.x12.kind import x12_kind
from arlab.importers.x12.remittance import iter_835
from arlab.importers.x12.sending import iter_837
from arlab.importers.x12.status277 import iter_277

__all__ = ["X12Check", "check_x12", "iter_277", "iter_835", "iter_837", "x12_kind"]
