"""Is every claim about speed or truth one command away from being checked?

One script per claim: ``python -m benchmarks.NAME [--quick] [--seeds N]``. Nothing here is part of the library.
"""
