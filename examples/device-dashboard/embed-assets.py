# SPDX-License-Identifier: BSD-3-Clause
"""Turns files into a C source, so that they are part of the firmware's image.

    embed-assets.py OUTPUT FILE...

The table `assets` (assets.h) gets one entry a file: its path on the server ("/" for index.html),
its media type, its bytes, and an entity tag made of them, so that a browser which has the file need
not fetch it again until another firmware has another one.
"""

import hashlib
import os
import sys

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}


def array(number, data):
    rows = [", ".join(map(str, data[start:start + 20])) for start in range(0, len(data), 20)]
    return f"static const unsigned char bytes_{number}[] = {{\n" + ",\n".join(rows) + "};\n"


def entry(number, path, data):
    name = os.path.basename(path)
    kind = TYPES.get(os.path.splitext(name)[1])
    if kind is None:
        sys.exit(f"embed-assets: {path}: no media type is known for it")
    if not data:
        sys.exit(f"embed-assets: {path}: empty")
    where = "/" if name == "index.html" else "/" + name
    tag = hashlib.sha256(data).hexdigest()[:16]
    return (f'    {{"{where}", "{kind}", "\\"{tag}\\"", bytes_{number}, '
            f"sizeof bytes_{number}}},\n")


def main():
    if len(sys.argv) < 3:
        sys.exit("usage: embed-assets.py OUTPUT FILE...")
    arrays, entries = [], []
    for number, path in enumerate(sys.argv[2:]):
        with open(path, "rb") as file:
            data = file.read()
        arrays.append(array(number, data))
        entries.append(entry(number, path, data))
    with open(sys.argv[1], "w", encoding="utf-8") as output:
        output.write('/* Made by embed-assets.py. */\n#include "assets.h"\n\n')
        output.write("\n".join(arrays))
        output.write("\nconst struct asset assets[] = {\n" + "".join(entries) + "};\n")
        output.write("const size_t asset_count = sizeof assets / sizeof assets[0];\n")


if __name__ == "__main__":
    main()
