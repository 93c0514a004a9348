"""The generator's stages up to the first answers, for tests that look behind the tables."""

import dataclasses
import functools
from types import SimpleNamespace

from arlab.synth.opening import make_answered
from arlab.synth.streams import Streams


def run_stages(scenario, seed):
    """Return what the stages of a scenario made; ``front`` before the edits, ``mended`` after them."""
    made = make_answered(scenario, Streams(seed))
    return SimpleNamespace(**{**vars(made), "front": made.at_visit, "mended": made.front})


@functools.cache
def typical_stages():
    """Run a large typical practice once: 40,000 claims."""
    from arlab.synth import PRESETS

    return run_stages(dataclasses.replace(PRESETS["typical"], months=24), 5)
