# SPDX-License-Identifier: BSD-3-Clause
"""Makes event_rpcgen.py of its parts, one behind the other: one file that can be run, installed and
copied as such.

usage: join.py OUTPUT PART...
"""

import os
import sys

LICENSE = "# SPDX-License-Identifier: BSD-3-Clause\n"

whole = ""
for path in sys.argv[2:]:
    with open(path, encoding="utf-8") as file:
        part = file.read()
    whole += "\n\n" + part.replace(LICENSE, "", 1) if whole else part
with open(sys.argv[1], "w", encoding="utf-8") as file:
    file.write(whole)
os.chmod(sys.argv[1], 0o755)
