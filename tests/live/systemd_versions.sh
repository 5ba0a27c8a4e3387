#!/bin/sh
# SPDX-License-Identifier: MIT
# systemd_versions.sh [SUITE...]: runs tests/live/units_test.py under the systemd of other releases of
# Debian (bullseye: 247, trixie: 257), on this kernel. The trees are made by debootstrap once and kept in
# FWC_TREES (build/trees). FWC names the command (build/cli/fwc); where a tree's C library is older than
# this machine's, the command gets ours along, which needs patchelf. Needs root, debootstrap and the mirror
# that apt uses.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
trees=${FWC_TREES:-$top/build/trees}
export FWC="${FWC:-$top/build/cli/fwc}" PYTHONPATH="$top/tests/cli" PYTHONDONTWRITEBYTECODE=1 FWC_REQUIRE_KERNEL=1
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m 1 '/debian/*$')
mkdir -p "$trees"
[ $# -gt 0 ] || set -- bullseye trixie
ours=$FWC
for suite in "$@"; do
    tree=$trees/$suite
    if [ ! -e "$tree.ready" ]; then
        rm -rf "$tree"
        debootstrap --variant=minbase --include=systemd,systemd-sysv,iproute2,procps,python3-minimal,libpython3-stdlib \
            "$suite" "$tree" "$mirror" > "$tree.log"
        : > "$tree/etc/machine-id"
        : > "$tree.ready"
    fi
    echo "$suite: systemd $(chroot "$tree" /usr/bin/systemctl --version | sed -n '1s/systemd \([^ ]*\).*/\1/p')"
    FWC=$ours
    cp "$ours" "$tree/fwc"
    if ! chroot "$tree" /fwc --version > /dev/null 2>&1; then
        mkdir -p "$tree/opt/libc"
        for library in $(ldd "$ours" | grep -o '/[^ ]*'); do cp -L "$library" "$tree/opt/libc/"; done
        FWC=$tree.fwc
        cp "$ours" "$FWC"
        patchelf --set-interpreter "/opt/libc/$(basename "$(patchelf --print-interpreter "$FWC")")" \
            --set-rpath /opt/libc "$FWC"
    fi
    rm "$tree/fwc"
    FWC_SYSTEMD_ROOT=$tree "$top/tests/cli/private.sh" python3 "$top/tests/live/units_test.py"
done
