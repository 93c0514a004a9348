"""Sharing: what may be shown of a practice's patients, and how is it known that nothing more is written?

Keys and pseudonyms (``key``), cells too small to show (``suppress``, held by ``audit``), names that may stand
(``labels``), the scan of what is written (``scan``) and the 18 Safe Harbor classes (``safe_harbor``). It reads no
export and draws nothing: the report does.
"""
