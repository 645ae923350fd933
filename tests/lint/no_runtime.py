# SPDX-License-Identifier: BSD-3-Clause
"""C++ without its runtime: no object of a library may need anything of libstdc++ or libsupc++.

    no_runtime.py --nm NM [NM ARGUMENT...] -- ARCHIVE...
    no_runtime.py --self-test --nm NM [NM ARGUMENT...] -- BAD_ARCHIVE
        tries the rule on symbols, and wants findings in an archive that uses the runtime

Reads the undefined symbols of every member with nm. What an archive defines itself, an inline
template for instance, is no need."""

import re
import subprocess
import sys

FORBIDDEN = re.compile(
    r"^(?:DW\.ref\.)?(?:"
    r"__cxa_\w+"                    # exceptions, guards, pure virtual calls, static destructors
    r"|__gxx_personality\w*|_Unwind_\w+"
    r"|__dynamic_cast"
    r"|_Zn[wa]\w*|_Zd[la]\w*"       # operator new and delete
    r"|_ZSt\w*|_ZNK?St\w*|_ZNK?S[absiod]\w*|_ZT[VIS]N?S[tabsiod]\w*"     # std:: functions, tables
    r"|_ZTVN10__cxxabiv\w*|_ZN10__cxxabiv\w*|_ZNK?9__gnu_cxx\w*"
    r"|_ZGVNSt\w*"
    r")$")


def undefined_symbols(nm, archive):
    """Yields (member, symbol). `nm -A -u` prints "archive:member:        U symbol"."""
    result = subprocess.run(nm + ["-A", "-u", archive], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, check=False, text=True)
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(nm)} failed on {archive}: {result.stderr.strip()}")
    for line in result.stdout.splitlines():
        match = re.match(r"^(?P<where>.*?):\s*(?:[0-9a-fA-F]+)?\s*[UwvW]\s+(?P<name>\S+)$", line)
        if match:
            yield match["where"].rsplit("/", 1)[-1], match["name"].split("@")[0]


def check(nm, archives):
    findings, seen = [], 0
    for archive in archives:
        for where, symbol in undefined_symbols(nm, archive):
            seen += 1
            if FORBIDDEN.match(symbol):
                findings.append(f"{where}: needs {symbol} of the C++ runtime")
    if seen == 0:
        findings.append("nm named no undefined symbol at all: wrong archive or wrong nm?")
    return findings


BAD = ("__cxa_guard_acquire", "__cxa_pure_virtual", "__cxa_atexit", "_Znwm", "_Znwj", "_ZdlPv",
       "_ZdaPvm", "__gxx_personality_v0", "DW.ref.__gxx_personality_v0", "_ZSt9terminatev",
       "_ZNSt6thread4joinEv", "_ZNKSt9exception4whatEv", "_ZNSs6appendEPKc", "_Unwind_Resume",
       "_ZTVN10__cxxabiv117__class_type_infoE", "_ZTISt9exception", "_ZSt4cout")
GOOD = ("malloc", "memcpy", "_ZN5evlet4loop3runEv", "_ZN5evlet4wireESt4pairIiiE", "event_add",
        "__aeabi_unwind_cpp_pr0", "__aeabi_ldivmod", "_ZTVN5evlet4BaseE", "__stack_chk_fail")


def self_test(nm, bad_archives):
    wrong = [f"misjudges {name}" for name in BAD if not FORBIDDEN.match(name)]
    wrong += [f"misjudges {name}" for name in GOOD if FORBIDDEN.match(name)]
    for archive in bad_archives:
        if not any("_Zn" in finding for finding in check(nm, [archive])):
            wrong.append(f"misses operator new in {archive}")
    for problem in wrong:
        print(f"self-test: {problem}")
    print(f"self-test: {len(BAD) + len(GOOD) + len(bad_archives)} samples, {len(wrong)} wrong")
    return 1 if wrong else 0


def main():
    arguments = sys.argv[1:]
    testing = arguments[:1] == ["--self-test"]
    if testing:
        arguments = arguments[1:]
    if len(arguments) < 4 or arguments[0] != "--nm" or "--" not in arguments:
        print("usage: no_runtime.py [--self-test] --nm NM... -- ARCHIVE...")
        return 2
    split = arguments.index("--")
    nm, archives = arguments[1:split], arguments[split + 1:]
    if testing:
        return self_test(nm, archives)
    findings = check(nm, archives)
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
