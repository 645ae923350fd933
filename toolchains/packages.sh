# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# The one list of Debian packages that the scripts here need, and how they get installed. Sourced
# by check.sh and demo.sh:
#
#   need_packages GROUP...    installs what is missing of these groups, or says what to install
#
# Works as root or through sudo without a password. On a system without apt-get it only checks the
# programs it can name and leaves the rest to the person in front of it.

declare -A EVLET_PACKAGES=(
    [build]="gcc g++ make libc6-dev meson ninja-build pkg-config python3 binutils"
    [cache]="ccache"
    [test]="doctest-dev python3-websockets"
    [clang]="clang libclang-rt-dev llvm"
    [arm]="gcc-arm-linux-gnueabihf g++-arm-linux-gnueabihf libc6-dev-armhf-cross qemu-user"
    [armel]="gcc-arm-linux-gnueabi g++-arm-linux-gnueabi libc6-dev-armel-cross qemu-user"
    [aarch64]="gcc-aarch64-linux-gnu g++-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user"
    [riscv64]="gcc-riscv64-linux-gnu g++-riscv64-linux-gnu libc6-dev-riscv64-cross qemu-user"
    [s390x]="gcc-s390x-linux-gnu g++-s390x-linux-gnu libc6-dev-s390x-cross qemu-user"
    [arm-none]="gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib qemu-system-arm"
    [lwip]="liblwip-dev"
    [tls]="libssl-dev libmbedtls-dev openssl"
    [rpc-peers]="libevent-dev"
    [client]="socat curl"
    [http-peers]="nodejs nginx"
    [dns-peers]="unbound bind9-dnsutils"
    [browser]="chromium chromium-driver"
    [demo]="curl python3-websockets"
    [peers]="libevent-dev libev-dev libuv1-dev libc-ares-dev libbenchmark-dev strace wrk"
    [lint]="git"
)

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

apt_quietly() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 \
        -o DPkg::Lock::Timeout=300 "$@" </dev/null
}

# Installs, but starts nothing: a package with a daemon (nginx on port 80, unbound on port 53) would
# run it from now on. Whether it may is asked of policy-rc.d, which is ours meanwhile unless the
# system has one; where systemd runs, it is not started at boot either.
install_packages() (
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap 'as_root rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' | as_root install -m 755 /dev/stdin "$policy" || exit 1
    fi
    apt_quietly install --no-install-recommends -y "$@" >/dev/null || exit 1
    local daemon
    for daemon in nginx unbound; do
        if [[ " $* " == *" $daemon "* && -d /run/systemd/system ]]; then
            as_root systemctl --quiet disable "$daemon" ||
                echo "packages: $daemon will start at boot" >&2
        fi
    done
)

# Prints the packages of the given groups that are not installed.
missing_packages() {
    local group package
    for group in "$@"; do
        for package in ${EVLET_PACKAGES[$group]}; do
            if ! dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii'; then
                echo "$package"
            fi
        done
    done | sort -u
}

need_packages() {
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        echo "packages: this is not Debian; install by hand what is missing of:" \
            "$(for group in "$@"; do echo "${EVLET_PACKAGES[$group]}"; done | xargs)" >&2
        return 0
    fi
    local -a missing
    mapfile -t missing < <(missing_packages "$@")
    if [ ${#missing[@]} -eq 0 ]; then
        return 0
    fi
    if [ "$(id -u)" -ne 0 ] && ! sudo -n true 2>/dev/null; then
        echo "packages: missing, and neither root nor sudo to install them. Run:" \
            "apt-get install ${missing[*]}" >&2
        return 1
    fi
    echo "packages: installing ${missing[*]}"
    local attempt
    for attempt in 1 2 3; do
        if apt_quietly update >/dev/null && install_packages "${missing[@]}"; then
            return 0
        fi
        echo "packages: attempt $attempt failed" >&2
        sleep $((attempt * 5))
    done
    return 1
}

# fetch_foreign_package PACKAGE ARCHITECTURE DIRECTORY
# Unpacks a package of another architecture into DIRECTORY without installing it and without making
# the architecture known to this system. Fails where it cannot be had.
fetch_foreign_package() {
    local package=$1 architecture=$2 directory=$3
    if [ -e "$directory/.complete" ]; then
        return 0
    fi
    command -v apt-get >/dev/null || return 1
    rm -rf "$directory"
    mkdir -p "$directory/.apt/lists/partial" "$directory/.apt/cache/archives/partial"
    local apt
    apt=$(cd "$directory/.apt" && pwd)
    cp /var/lib/dpkg/status "$apt/status"
    local -a options=(-qq -o "APT::Architectures::=$architecture" -o "APT::Sandbox::User=root"
        -o "Acquire::Retries=3" -o "Dir::State::Lists=$apt/lists"
        -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt/cache")
    # One index of several may be missing for a foreign architecture; the download decides.
    local attempt
    for attempt in 1 2 3; do
        timeout 120 apt-get "${options[@]}" update >/dev/null 2>&1 </dev/null || true
        if (cd "$apt" && timeout 120 apt-get "${options[@]}" download "$package:$architecture" \
            >/dev/null 2>&1 </dev/null); then
            break
        elif [ "$attempt" -eq 3 ]; then
            return 1
        fi
        sleep $((attempt * 5))
    done
    dpkg-deb -x "$apt/$package"_*.deb "$directory" || return 1
    rm -rf "$directory/.apt"
    touch "$directory/.complete"
}
