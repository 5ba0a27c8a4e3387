#!/bin/bash
# SPDX-License-Identifier: MIT
# Shows a filter at work. As root: on a real cgroup, in network and mount namespaces of its own, so
# that nothing of the machine is touched. Else: on the packets of a capture file.
# demo.sh [FWC]
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
fwc=$(command -v "${1:-fwc}")
filter='icmp || (udp && dst_port == 53)'

show() {
    printf '\n$ %s\n' "$*"
}

on_capture() {
    show "fwc '$filter' -o prog.o"
    "$fwc" "$filter" -o "$work/prog.o"
    ls -l "$work/prog.o" | awk '{ print $5, "bytes" }'
    show "samples/demo-capture | fwc test '$filter' -"
    "$here/demo-capture" | "$fwc" test "$filter" -
}

# One UDP datagram from inside the cgroup; a filter that drops it makes the send fail.
send_udp() {
    if (echo "$BASHPID" > "$cgroup/cgroup.procs"; echo hello > "/dev/udp/127.0.0.1/$1") 2> /dev/null; then
        echo "UDP to port $1: sent"
    else
        echo "UDP to port $1: dropped"
    fi
}

on_cgroup() {
    mount -t bpf bpf /sys/fs/bpf
    ip link set lo up
    cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
    if [ -z "$cgroups" ]; then
        cgroups=/mnt
        mount -t cgroup2 cgroup2 "$cgroups"
    fi
    cgroup=$cgroups/fwc-demo-$$
    mkdir "$cgroup"
    trap 'rmdir "$cgroup"' EXIT

    show "fwc '$filter' --counters --load /sys/fs/bpf/demo --attach CGROUP --egress"
    "$fwc" "$filter" --counters --load /sys/fs/bpf/demo --attach "$cgroup" --egress
    show "# what a process in that cgroup sends"
    send_udp 53
    send_udp 54
    send_udp 53
    show "fwc stats /sys/fs/bpf/demo"
    "$fwc" stats /sys/fs/bpf/demo
    show "fwc list"
    "$fwc" list
    show "fwc detach CGROUP; fwc remove /sys/fs/bpf/demo"
    "$fwc" detach "$cgroup"
    "$fwc" remove /sys/fs/bpf/demo
    send_udp 54
}

case ${2:-} in
--inside)
    on_cgroup
    ;;
*)
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    on_capture
    if [ "$(id -u)" != 0 ]; then
        show "# as root this goes on: the filter on a real cgroup, with real packets"
    elif ! unshare --mount --net --propagation private -- true 2> /dev/null; then
        show "# this root may not make namespaces, as in most containers, so no filter is loaded"
    else
        unshare --mount --net --propagation private -- "$0" "$fwc" --inside
    fi
    ;;
esac
