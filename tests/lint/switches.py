# SPDX-License-Identifier: BSD-3-Clause
"""Preprocessor switches. Our own are always defined, as 0 or 1, and tested with #if, so that a
misspelt one is an error (-Wundef) and not a silent "no". The platform's are looked at in ports/ and
src/backends/ alone; what is missing elsewhere is a file that Meson chooses."""

import re
import sys

import lintlib

CONDITION = re.compile(r"^#(?P<kind>ifdef|ifndef|if|elif|elifdef|elifndef)\b\s*(?P<rest>.*)$")
OWN = re.compile(r"\bEVLET_[A-Z0-9_]+\b")
DEFINED_OWN = re.compile(r"\bdefined\s*\(?\s*(EVLET_[A-Z0-9_]+)")
# "#ifndef X" is fine where one of the next directives defines X: a guard, or a default that a port
# may override.
DEFAULT_WITHIN = 3
PLATFORM = re.compile(
    r"\b(_WIN32|_WIN64|WIN32|__CYGWIN__|__MINGW32__|_MSC_VER|__linux__|__linux|linux|__ANDROID__"
    r"|__APPLE__|__MACH__|__FreeBSD__|__NetBSD__|__OpenBSD__|__DragonFly__|__sun|__unix__|__unix"
    r"|_AIX|__hpux|__HAIKU__|__QNX__|__VXWORKS__|__ZEPHYR__|FREERTOS\w*|LWIP\w*|ESP_PLATFORM"
    r"|__arm__|__aarch64__|__thumb__|__x86_64__|__i386__|__riscv|__s390x__|__mips__|__powerpc__"
    r"|__NEWLIB__|__GLIBC__|__UCLIBC__)\b")
# `struct`-level differences of the public API on Windows are part of that API.
WINDOWS_IN_API = {"_WIN32"}
# Given on the command line while the library itself is compiled. A public header has to ask whether
# it is there at all; everybody else's programs do not define it.
BUILD_FLAG = "EVLET_BUILD"


def own_names(root):
    """Names that something defines: a #define of ours, or a key that Meson puts in the config."""
    names = set()
    for path in lintlib.project_files(root):
        text = lintlib.read_text(root, path)
        if text is None:
            continue
        if path.endswith(lintlib.SOURCE_SUFFIXES + (".h.in",)):
            for _, directive in lintlib.directives(text):
                match = re.match(r"#(?:define|mesondefine)\s+(EVLET_\w+)", directive)
                if match:
                    names.add(match.group(1))
        elif path.endswith("meson.build"):
            names.update(re.findall(r"'(?:-D)?(EVLET_[A-Z0-9_]+)", text))
            for prefix, key in re.findall(r"'(EVLET_)'\s*\+\s*(\w+)", text):
                names.add(prefix)
                names.update(keys_added(text, key))
    return names


def keys_added(text, variable):
    """The words a `foreach` over literals gives to `variable`, in the spelling of a macro."""
    for loop in re.finditer(r"foreach\s+%s\b[^:]*:\s*([\[{].*?[\]}])" % variable, text, re.DOTALL):
        for word in re.findall(r"'([\w-]+)'", loop.group(1)):
            yield "EVLET_" + word.upper().replace("-", "_")


def platform_allowed(path, name):
    if path.startswith(("ports/", "src/backends/", "tests/", "examples/")):
        return True
    return path.startswith("include/") and name in WINDOWS_IN_API


def gives_default(name, following):
    return any(re.match(r"#define\s+%s\b" % name, line) for line in following)


def check_directive(where, kind, rest, known):
    """Yields what is wrong with our own switches in one condition."""
    if kind in ("ifdef", "ifndef", "elifdef", "elifndef"):
        for name in OWN.findall(rest):
            yield f"{where}: #{kind} {name}: write #if"
    for name in DEFINED_OWN.findall(rest):
        yield f"{where}: defined({name}): it always is; write #if"
    if kind in ("if", "elif"):
        for name in OWN.findall(rest):
            if name not in known:
                yield f"{where}: {name}: nothing defines this switch"


def check_file(path, text, known):
    found = list(lintlib.directives(text))
    for index, (number, directive) in enumerate(found):
        match = CONDITION.match(directive)
        if not match:
            continue
        kind, rest, where = match["kind"], match["rest"], f"{path}:{number}"
        following = [line for _, line in found[index + 1:index + 1 + DEFAULT_WITHIN]]
        own = re.sub(r"\b%s\b" % BUILD_FLAG, "", rest) if path.startswith("include/") else rest
        if not (kind == "ifndef" and gives_default(rest.strip(), following)):
            yield from check_directive(where, kind, own, known)
        for name in PLATFORM.findall(rest):
            if not platform_allowed(path, name):
                yield f"{where}: {name}: platform switch outside ports/ and src/backends/"


def check(root):
    known = own_names(root)
    findings = []
    for path, text in lintlib.sources(root, "src", "include", "ports", "examples", "tests"):
        findings.extend(check_file(path, text, known))
    return findings


CONFIG = {"meson.build": "conf.set10('EVLET_THREADS', true)\n"}
SAMPLES = (
    ("good", {**CONFIG, "src/loop/a.cpp": "#if EVLET_THREADS && EVLET_SIZE > 3\n#endif\n",
              "src/loop/a.h": "#ifndef EVLET_A_H\n#define EVLET_A_H\n#define EVLET_SIZE 3\n"},
     None),
    ("loop in meson", {"meson.build": "foreach name : ['no-debug']\n  c.set10('EVLET_' + name)\n",
                       "src/loop/a.cpp": "#if EVLET_NO_DEBUG\n#endif\n"}, None),
    ("ifdef", {**CONFIG, "src/loop/a.cpp": "#ifdef EVLET_THREADS\n#endif\n"}, "write #if"),
    ("ifndef", {**CONFIG, "src/loop/a.cpp": "# ifndef EVLET_THREADS\n#endif\n"}, "write #if"),
    ("defined", {**CONFIG, "src/loop/a.cpp": "#if 1 && \\\n  defined(EVLET_THREADS)\n#endif\n"},
     "it always is"),
    ("misspelt", {**CONFIG, "src/loop/a.cpp": "#if EVLET_THREDS\n#endif\n"}, "nothing defines"),
    ("platform", {"src/loop/a.cpp": "#ifdef __linux__\n#endif\n"}, "platform switch"),
    ("platform, elif", {"src/net/a.cpp": "#if 0\n#elif defined(__APPLE__)\n#endif\n"},
     "platform switch"),
    ("machine", {"src/base/a.h": "#if defined(__arm__)\n#endif\n"}, "platform switch"),
    ("platform in its place", {"ports/posix/a.c": "#ifdef __linux__\n#endif\n",
                               "src/backends/a.cpp": "#ifdef __linux__\n#endif\n",
                               "include/event2/util.h": "#ifdef _WIN32\n#endif\n"}, None),
    ("platform in API", {"include/event2/util.h": "#ifdef __linux__\n#endif\n"},
     "platform switch"),
    ("default", {"ports/posix/a.h": "#ifndef EVLET_X\n#if 1\n#define EVLET_X 1\n#endif\n#endif\n"},
     None),
    ("build flag in API", {"include/event2/a.h": "#if defined(EVLET_BUILD)\n#endif\n"}, None),
    ("build flag elsewhere", {"src/base/a.h": "#if defined(EVLET_BUILD)\n#endif\n"},
     "it always is"),
    ("comment", {"src/loop/a.cpp": "/*\n#ifdef __linux__\n*/ // #ifdef EVLET_X\n"}, None),
)

if __name__ == "__main__":
    sys.exit(lintlib.main(check, SAMPLES))
