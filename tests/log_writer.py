"""A process that writes actions and says which are acknowledged: ``python log_writer.py WORKSPACE NAME BATCHES``.

Each batch is three actions of one claim; its line is printed only when ``append`` has returned.
"""

import os
import sys

from arlab.worklog import open_worklog


def main(workspace, name, batches):
    with open_worklog(workspace) as log:
        os.write(1, b"open\n")
        for number in range(batches):
            rows = [
                {
                    "practice_id": "p",
                    "claim_id": f"{name}-{number}",
                    "date": "2026-06-12",
                    "staff": name,
                    "kind": "status_check",
                    "note": f"{part} of 3: " + "x" * 200,
                    "minutes": part,
                }
                for part in (1, 2, 3)
            ]
            ids = log.append(rows, entered_date="2026-06-12")
            os.write(1, (" ".join([f"{name}-{number}", *ids]) + "\n").encode())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
