"""What would a practice's claims, denials, follow-up and payments look like, if the truth were known?

``make_practice`` runs the stages (visits, lines, submissions, adjudication, follow-up, ledger) from a seed;
``realism_table`` and ``check_realism`` say how real the result is. Real data never enter here.
"""

from arlab.synth.battery import check_realism
from arlab.synth.incidents import Incident
from arlab.synth.practice import GENERATOR_VERSION, make_practice
from arlab.synth.presets import PRESETS, find_preset
from arlab.synth.realism import describe_realism, realism_table
from arlab.synth.scenario import Biller, Scenario

__all__ = [
    "GENERATOR_VERSION",
    "PRESETS",
    "Biller",
    "Incident",
    "Scenario",
    "check_realism",
    "describe_realism",
    "find_preset",
    "make_practice",
    "realism_table",
]
