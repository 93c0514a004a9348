"""What would a practice's claims, denials, follow-up and payments look like, if the truth were known?

``make_practice`` runs the stages (visits, lines, submissions, adjudication, follow-up, ledger) from a seed. Real
data never enter here.
"""

from arlab.synth.incidents import Incident
from arlab.synth.practice import GENERATOR_VERSION, make_practice
from arlab.synth.presets import PRESETS, find_preset
from arlab.synth.scenario import Biller, Scenario

__all__ = ["GENERATOR_VERSION", "PRESETS", "Biller", "Incident", "Scenario", "find_preset", "make_practice"]
