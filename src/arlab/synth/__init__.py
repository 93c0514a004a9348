"""What would a practice's claims, denials, follow-up and payments look like, if the truth were known?

``make_practice`` runs the stages (visits, lines, submissions, adjudication, follow-up, ledger) from a seed. Real
data never enter here.
"""

from arlab.synth.practice import GENERATOR_VERSION, make_practice
from arlab.synth.scenario import PRESETS, Scenario, find_preset

__all__ = ["GENERATOR_VERSION", "PRESETS", "Scenario", "find_preset", "make_practice"]
