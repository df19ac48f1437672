"""How well the interviewer without a language model understands what candidates ask.

``tune.yaml`` may be read while the matching is mended, ``report.yaml`` may not: it was written
before anything was tuned, and its figures decide. See README.md.
"""
