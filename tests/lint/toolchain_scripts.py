# SPDX-License-Identifier: BSD-3-Clause
"""The scripts of toolchains/ that other builds rely on: run-qemu and install-cross-files.sh.

    toolchain_scripts.py SOURCE_ROOT
"""

import os
import stat
import subprocess
import sys
import tempfile

TOOLS = ("sh", "bash", "env", "dirname", "basename", "awk", "mkdir", "cp")


def call(command, path, **variables):
    environment = {"PATH": path, "HOME": path, **variables}
    return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=30)


def tool_folder(folder):
    """A PATH with the plain tools and no emulator."""
    for tool in TOOLS:
        for place in ("/usr/bin", "/bin"):
            if os.path.exists(os.path.join(place, tool)):
                os.symlink(os.path.join(place, tool), os.path.join(folder, tool))
                break
    return folder


def fake_emulator(folder, name):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write('#!/bin/sh\necho "$0" "$@"\nexit 5\n')
    os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)


def check_run_qemu(wrapper, folder):
    path = tool_folder(folder)
    wrong_call = call([wrapper, "arm-linux-gnueabihf"], path)
    yield "too few arguments are a wrong call", wrong_call.returncode == 2
    none = call([wrapper, "s390x-linux-gnu", "program"], path)
    yield "no emulator skips", none.returncode == 77
    yield "and says why", "skipped: no emulator for s390x-linux-gnu" in none.stderr

    fake_emulator(folder, "qemu-arm-static")
    run = call([wrapper, "arm-none-gnueabi:arm926", "program", "a b", ""], path,
               EVLET_SYSROOT=folder)
    yield "the program's exit status is kept", run.returncode == 5
    yield "machine, processor, sysroot and arguments arrive", run.stdout == (
        f"{folder}/qemu-arm-static -cpu arm926 -L {folder} program a b \n")
    fake_emulator(folder, "qemu-i386")
    run = call([wrapper, "i686-linux-gnu", "program"], path, EVLET_SYSROOT="/nowhere")
    yield "i686 is i386", run.stdout == f"{folder}/qemu-i386 program\n"


def check_install(script, root, folder):
    path = tool_folder(folder)
    destination = os.path.join(folder, "share", "meson")
    result = call([script, destination], path)
    yield "the cross files install", result.returncode == 0
    names = sorted(name[:-len(".ini")] for name in os.listdir(os.path.join(root, "cross"))
                   if name.endswith(".ini"))
    yield "there are cross files", len(names) >= 5
    for name in names:
        installed = os.path.join(destination, "cross", name)
        text = ""
        if os.path.isfile(installed):
            with open(installed, encoding="utf-8") as file:
                text = file.read()
        wrapper = os.path.join(os.path.realpath(root), "toolchains", "run-qemu")
        yield f"{name} names the wrapper's place", f"run_qemu = ['{wrapper}']\n" in text
        yield f"{name} does not search for it", "meson-info" not in text
        yield f"{name} is otherwise whole", "[host_machine]" in text and "[binaries]" in text


def main():
    root = os.path.realpath(sys.argv[1])
    toolchains = os.path.join(root, "toolchains")
    failures = 0
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        checks = list(check_run_qemu(os.path.join(toolchains, "run-qemu"), first))
        checks += check_install(os.path.join(toolchains, "install-cross-files.sh"), root, second)
    for what, good in checks:
        if not good:
            failures += 1
            print(f"wrong: {what}")
    print(f"{len(checks)} checks, {failures} wrong")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
