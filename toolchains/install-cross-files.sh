#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# install-cross-files.sh [DIRECTORY]
#
# Makes `meson setup build --cross-file arm-linux` work from any project: puts the files of cross/
# and the fragments beside this script where Meson looks for machine files by name. Meson takes the
# name literally, hence no ".ini".
#
# DIRECTORY is the "meson" folder to fill, default ${XDG_DATA_HOME:-~/.local/share}/meson.
# Fragments for the compiler go to both cross/ and native/. Run again after moving this checkout:
# the copies name its absolute path.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dest=${1:-${XDG_DATA_HOME:-$HOME/.local/share}/meson}

case $here in
    *[\'\\\|\&]*)
        echo "install-cross-files.sh: cannot write the path $here into a machine file" >&2
        exit 1
        ;;
esac

# Replaces the constant that searches for the wrapper by its absolute path.
with_absolute_wrapper() {
    awk -v wrapper="$here/run-qemu" '
        /^run_qemu = / { print "run_qemu = [\047" wrapper "\047]"; skipping = 1; next }
        skipping && /^[ \t]/ { next }
        { skipping = 0; print }
    ' "$1"
}

mkdir -p "$dest/cross" "$dest/native"
for file in "$here"/../cross/*.ini; do
    name=$(basename "$file" .ini)
    with_absolute_wrapper "$file" >"$dest/cross/$name"
    echo "cross/$name"
done
for file in "$here"/*.ini; do
    name=evlet-$(basename "$file" .ini)
    for kind in cross native; do
        case $kind/$name in
            # These name constants that only a cross file has, or override its compiler wrongly.
            native/evlet-clang-cross | native/evlet-t64) continue ;;
            cross/evlet-gcc | cross/evlet-clang) continue ;;
        esac
        cp "$file" "$dest/$kind/$name"
        echo "$kind/$name"
    done
done
echo "installed in $dest"
