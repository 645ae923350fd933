# SPDX-License-Identifier: BSD-3-Clause
"""Size budgets: builds a slim static firmware for ARM and says what Evlet costs in it.

    meson runpython tests/size/run.py BUILD_DIR [--peer PREFIX] [--mbedtls PREFIX]

Configures BUILD_DIR with cross/arm-linux.ini, toolchains/slim.ini and static.ini, links firmwares
(FIRMWARES) against it and reads the linker's maps, links HEAP_PROGRAMS and runs them under qemu,
and holds the figures against budgets.json. PREFIX is an unpacked libevent for the same machine
(include/ and lib/ below usr/), measured with the same programs and shown beside; the budgets are
not its, but one may be a share of its figure. With an unpacked Mbed TLS for the machine, the text of
event_mbedtls is measured too.

Exit 0 within budget, 1 over budget or broken, 77 with the reason where there is no emulator.
"""

import argparse
import glob
import json
import os
import subprocess
import sys

import footprint

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TRIPLE = "arm-linux-gnueabihf"
CROSS_FILES = ("cross/arm-linux.ini", "toolchains/slim.ini", "toolchains/static.ini")
C_ARGS = ["-Os", "-fno-pie", "-ffunction-sections", "-fdata-sections", "-D_GNU_SOURCE"]
LINK_ARGS = ["-static", "-Wl,--gc-sections"]
WRAP_ARGS = ["-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free"]
SKIPPED = 77
LIBRARIES = ("event_extra", "event_core")  # in the linker's order

FIRMWARES = {
    "timer": os.path.join(ROOT, "examples", "hello-timer", "*.c"),
    "stream": os.path.join(HERE, "stream_echo.c"),
    "http": os.path.join(ROOT, "examples", "http-min", "*.c"),
    "dns": os.path.join(HERE, "dns_getaddrinfo.c"),
    "http_plain": os.path.join(HERE, "http_page.c"),
}
# Over Mbed TLS: what they link of event_mbedtls alone.
TLS_FIRMWARES = {"tls": [], "tls_context": ["-DTLS_CONTEXT"]}
TLS_LIBRARY = r"libev(ent_mbedtls|let_(mbedtls|tls))"
HEAP_PROGRAMS = ("base_heap.c", "stream_heap.c", "http_heap.c")


class Broken(Exception):
    """A step failed; the text says which and how."""


class Skipped(Exception):
    """This machine cannot measure; the text says why."""


def run(command, timeout=600):
    """Standard output of a command."""
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, timeout=timeout, check=False)
    if result.returncode == SKIPPED:
        raise Skipped(result.stderr.strip())
    if result.returncode != 0:
        raise Broken(f"{' '.join(command)}\n{result.stdout[-3000:]}{result.stderr[-3000:]}")
    return result.stdout


def mbedtls_of(prefix):
    """(compiler arguments, linker arguments) of an unpacked Mbed TLS."""
    return ([f"-isystem{prefix}/usr/include"],
            [f"-L{prefix}/usr/lib/{TRIPLE}", "-lmbedtls", "-lmbedx509", "-lmbedcrypto"])


def build_evlet(build, mbedtls):
    """Returns (compiler, include directories, archives) of a fresh or reused build."""
    setup = ["meson", "setup", build, ROOT, "-Dtests=disabled", "-Dexamples=disabled",
             "-Dmbedtls=" + ("enabled" if mbedtls else "disabled")]
    if mbedtls:
        compile_args, link_args = mbedtls_of(mbedtls)
        # In the place of those of static.ini.
        for language in ("c", "cpp"):
            setup += [f"-D{language}_args=" + " ".join(["-fno-pie"] + compile_args),
                      f"-D{language}_link_args=" + " ".join(LINK_ARGS + link_args[:1])]
    for path in CROSS_FILES:
        setup += ["--cross-file", os.path.join(ROOT, path)]
    if os.path.exists(os.path.join(build, "build.ninja")):
        setup.insert(2, "--reconfigure")
    run(setup)
    run(["ninja", "-C", build])
    targets = {target["name"]: target
               for target in json.loads(run(["meson", "introspect", build, "--targets"]))
               if target["type"] == "static library"}
    wanted = LIBRARIES + (("event_mbedtls",) if mbedtls else ())
    missing = [name for name in wanted if name not in targets]
    if missing:
        raise Broken(f"the build has no static library {', '.join(missing)}")
    # event_core is made of objects that Meson compiles for another target.
    compilers = [part["compiler"] for part in targets["event_core"]["target_sources"]]
    includes = [os.path.join(build, "include"), os.path.join(ROOT, "include")]
    archives = {name: targets[name]["filename"] for name in wanted}
    return c_driver(compilers), includes, archives


def c_driver(compilers):
    """The C compiler with its machine flags; the library itself is C++."""
    for compiler in compilers:
        if compiler:
            driver = compiler[0]
            return [driver.replace("g++", "gcc")] + compiler[1:]
    raise Broken("Meson names no compiler for event_core")


def link(compiler, sources, includes, archives, output, extra=()):
    run(compiler + C_ARGS + [f"-I{path}" for path in includes] + list(sources) + list(archives) +
        LINK_ARGS + list(extra) + [f"-Wl,-Map={output}.map", "-lpthread", "-o", output])


def measure_firmware(compiler, sources, includes, archives, output):
    """The members of the library that a firmware has linked."""
    link(compiler, sources, includes, archives, output)
    members = footprint.measure_file(output + ".map")
    if not members:
        raise Broken(f"{output}.map names no member of the library")
    return members


def measure_tls(compiler, includes, archives, mbedtls, prefix):
    """{key: bytes} and the members behind them, of the library of Mbed TLS."""
    compile_args, link_args = mbedtls_of(mbedtls)
    libraries = [file for name in ("event_mbedtls",) + LIBRARIES for file in archives[name]]
    figures, members = {}, {}
    for name, defines in TLS_FIRMWARES.items():
        output = f"{prefix}-{name}-firmware"
        link(compiler + compile_args + defines, [os.path.join(HERE, "tls_echo.c")], includes,
             libraries, output, link_args)
        members[name] = footprint.measure_file(output + ".map", TLS_LIBRARY)
        if not members[name]:
            raise Broken(f"{output}.map names no member of event_mbedtls")
        figures[f"{name}_text"] = footprint.total(members[name])["text"]
    return figures, members


def measure_heap(compiler, source, includes, archives, output):
    """{key: value} as a program that counts its heap prints them."""
    link(compiler, [os.path.join(HERE, source)], includes, archives, output, WRAP_ARGS)
    lines = run([os.path.join(ROOT, "toolchains", "run-qemu"), TRIPLE, output], 60).splitlines()
    return {key: int(value) for key, value in (line.split() for line in lines)}


def measure(compiler, includes, archives, prefix):
    """All figures of one library, and the members behind the text of each firmware."""
    figures, members = {}, {}
    for name, pattern in FIRMWARES.items():
        sources = sorted(glob.glob(pattern))
        if not sources:
            raise Broken(f"{pattern} matches no file")
        output = f"{prefix}-{name}-firmware"
        members[name] = measure_firmware(compiler, sources, includes, archives, output)
        total = footprint.total(members[name])
        for kind in ("text", "data", "bss"):
            figures[f"{name}_{kind}"] = total[kind]
        figures[f"{name}_file"] = os.path.getsize(output)
    for source in HEAP_PROGRAMS:
        output = f"{prefix}-{source[:-2].replace('_', '-')}"
        figures.update(measure_heap(compiler, source, includes, archives, output))
    return figures, members


def measure_peer(compiler, prefix, output):
    """libevent as its distributor built it, or None and why not."""
    directory = os.path.join(prefix, "usr", "lib", TRIPLE)
    libraries = [os.path.join(directory, f"lib{name}.a") for name in LIBRARIES]
    for library in libraries:
        if not os.path.exists(library):
            return None, f"no {os.path.basename(library)} for {TRIPLE} was given"
    headers = os.path.join(prefix, "usr", "include")
    includes = [os.path.join(headers, TRIPLE), headers]
    figures, _ = measure(compiler, includes, libraries, output)
    return figures, ""


def table(figures, peer, budgets):
    """Markdown, and the names of the budgets that do not hold."""
    rows = ["| what | libevent as packaged | Evlet | budget | |", "|---|---|---|---|---|"]
    over = []
    known = {budget["key"] for budget in budgets}
    for budget in budgets:
        key = budget["key"]
        if key not in figures:
            rows.append(f"| {budget['name']} | - | not measured | {budget['target']} | |")
            continue
        verdict = "ok" if figures[key] <= budget["target"] else "over target"
        share = budget.get("share_of_peer")
        if figures[key] > budget["limit"] or (share and key in peer and
                                              figures[key] > share * peer[key]):
            verdict = "OVER"
            over.append(budget["name"])
        rows.append(f"| {budget['name']} | {peer.get(key, '-')} | {figures[key]} "
                    f"| {budget['target']} | {verdict} |")
    for key in sorted(set(figures) - known):
        rows.append(f"| {key} | {peer.get(key, '-')} | {figures[key]} | | |")
    return "\n".join(rows), over


def main():
    parser = argparse.ArgumentParser(description="size budgets on ARM")
    parser.add_argument("build")
    parser.add_argument("--peer", metavar="PREFIX")
    parser.add_argument("--mbedtls", metavar="PREFIX")
    options = parser.parse_args()
    build = os.path.abspath(options.build)
    with open(os.path.join(HERE, "budgets.json"), encoding="utf-8") as file:
        budgets = json.load(file)
    try:
        mbedtls = os.path.abspath(options.mbedtls) if options.mbedtls else None
        compiler, includes, archives = build_evlet(build, mbedtls)
        plain = [file for name in LIBRARIES for file in archives[name]]
        output = os.path.join(build, "size")
        figures, members = measure(compiler, includes, plain, output)
        if mbedtls:
            tls_figures, tls_members = measure_tls(compiler, includes, archives, mbedtls, output)
            figures.update(tls_figures)
            members.update(tls_members)
        peer, why = None, "not asked for"
        if options.peer:
            peer, why = measure_peer(compiler, options.peer, os.path.join(build, "peer"))
    except Skipped as reason:
        print(reason, file=sys.stderr)
        return SKIPPED
    except (Broken, OSError, subprocess.TimeoutExpired) as error:
        print(f"size: {error}")
        return 1
    for name, linked in members.items():
        print(f"firmware {name}:\n{footprint.report(linked)}\n")
    text, over = table(figures, peer or {}, budgets)
    print(text)
    print("libevent: " + (f"no figures, {why}" if peer is None else
                          "the distribution's own archive, same programs and linker flags; it is "
                          "compiled for speed and with every option"))
    for name in over:
        print(f"over budget: {name}")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
