"""What do X12 files (835, 837, 277CA) say, segment by segment?

Read with the standard library alone and one claim at a time, so that memory does not grow with the file. What a
payer or a clearinghouse got wrong is a finding with its segment, never a failure.
"""
