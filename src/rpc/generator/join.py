# SPDX-License-Identifier: BSD-3-Clause
"""Prints event_rpcgen.py: its parts one behind the other. It is one file so that it can be installed
and copied as such.

usage: join.py PART...
"""

import sys

LICENSE = "# SPDX-License-Identifier: BSD-3-Clause\n"

for number, path in enumerate(sys.argv[1:]):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if number:
        text = "\n\n" + text.replace(LICENSE, "", 1)
    sys.stdout.write(text)
