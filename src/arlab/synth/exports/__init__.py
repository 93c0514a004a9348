"""How do three kinds of practice-management systems write their accounts receivable, and how messily?

``claims``, ``aging`` and ``postings`` say what a layout shows, ``messes`` which habits of such systems there are,
``cells`` and ``rows`` write them, ``record`` keeps what the file truly says. :mod:`arlab.synth.export` is the way
in. Only the public tables of a practice are read here, never its answer key.
"""
