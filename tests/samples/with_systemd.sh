#!/bin/sh
# SPDX-License-Identifier: MIT
# with_systemd.sh FILES SCRIPT: boots the machine's own systemd as process 1 of new namespaces, on an
# overlay of the root file system that is thrown away, with the unit files of the folder FILES, and
# runs SCRIPT there by sh, where FILES is /run/fwc/files. FWC_SYSTEMD_ROOT is the tree of another
# system to boot (tests/live/systemd_versions.sh makes some). Prints its output and gives its status,
# 125 where it takes a minute, before a test that waits so long would leave the cgroups. Needs root,
# cgroup2 and overlayfs.
set -eu
files=$(cd "$1" && pwd) script=$2 tree=${FWC_SYSTEMD_ROOT:-/}
base=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
work=$(mktemp -d)
cgroup=$base/fwc-systemd-$$
mkdir "$cgroup"
cleanup() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        find "$cgroup" -depth -type d -exec rmdir {} + 2> /dev/null || true
        [ -d "$cgroup" ] || break
        sleep 0.2
    done
    rm -rf "$work"
}
trap cleanup EXIT
cp "$script" "$work/script"
: > "$work/output"
: > "$work/status"

cat > "$work/boot" << 'BOOT'
set -eu
work=$1 files=$2 tree=$3 root=$work/mnt/root
mkdir "$work/mnt"
mount -t tmpfs tmpfs "$work/mnt"
mkdir "$work/mnt/upper" "$work/mnt/work" "$root"
mount -t overlay overlay -o "lowerdir=$tree,upperdir=$work/mnt/upper,workdir=$work/mnt/work" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t bpf bpf "$root/sys/fs/bpf"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
    : > "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/shm" "$root/dev/pts"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mkdir -p "$root/run/fwc" "$root/run/systemd/system"
cp -r "$files" "$root/run/fwc/files"
for unit in "$files"/*.service "$files"/*.socket; do
    [ ! -e "$unit" ] || cp "$unit" "$root/run/systemd/system/"
done
cp "$work/script" "$root/run/fwc/script"
for file in output status; do
    : > "$root/run/fwc/$file"
    mount --bind "$work/$file" "$root/run/fwc/$file"
done
cat > "$root/run/systemd/system/fwc-test.service" << 'UNIT'
[Unit]
DefaultDependencies=no
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'ip link set lo up; sh -eu /run/fwc/script; echo $? > /run/fwc/status'
StandardOutput=file:/run/fwc/output
StandardError=file:/run/fwc/output
UNIT
cd "$root"
mkdir -p run/fwc/old
pivot_root . run/fwc/old
umount -l /run/fwc/old
# Nothing of the machine starts by itself.
rm -rf /usr/lib/systemd/system/*.wants /etc/systemd/system/*.wants \
    /usr/lib/systemd/system-generators
exec env -i container=fwc PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system \
    --unit=fwc-test.service --show-status=0 --log-target=null
BOOT

sh -c 'echo $$ > "$1/cgroup.procs"; shift; exec "$@"' sh "$cgroup" \
    timeout -k 2 55 unshare --fork --kill-child --pid --mount --cgroup --uts --ipc --net \
    --propagation private sh "$work/boot" "$work" "$files" "$tree" < /dev/null > "$work/log" 2>&1 || true
cat "$work/output"
status=$(cat "$work/status")
[ -n "$status" ] || { cat "$work/log" >&2; status=125; }
exit "$status"
