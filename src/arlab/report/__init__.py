"""Where is the money, does it tie out, and what can this source not tell: a report as one HTML file?

Gathers the sections (``aging``, ``tie_out``, ``sources``, ``trust``) into plain content and renders it
(``render``). It changes no data and asks nothing of the network.
"""

from arlab.report.files import save_content
from arlab.report.sources import describe_reconciliation
from arlab.report.trust import describe_trust
from arlab.report.write import make_content, write_report

__all__ = ["describe_reconciliation", "describe_trust", "make_content", "save_content", "write_report"]
