#!/bin/sh
# SPDX-License-Identifier: MIT
# private.sh COMMAND...: runs a command with a network, a mount table and a bpf file system of its
# own, as root; unchanged where the caller is not root.
set -eu
[ "$(id -u)" = 0 ] || exec "$@"
exec unshare --mount --net --propagation private -- sh -c '
    mount -t bpf bpf /sys/fs/bpf && ip link set lo up || exit 70
    exec "$@"' sh "$@"
