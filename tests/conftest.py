"""Settings shared by all tests."""

import os

from hypothesis import settings

# The suite draws the same examples on every run, so that a red run is a change and not bad luck.
# HYPOTHESIS_PROFILE=explore draws new ones, and more of them.
settings.register_profile("suite", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", deadline=None, max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))
