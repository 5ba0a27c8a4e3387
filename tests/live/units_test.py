#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Units behind filters under a real systemd: `fwc enable` and the other ways to put a filter on a
unit, what keeps a unit from starting, and that no packet passes while units, pins and the manager
change.
"""
import os
import re
import shutil
import unittest

from support import FWC, ROOT, Scratch, cgroup2_mount, check_json, require_kernel, run

WITH_SYSTEMD = ROOT / "tests/samples/with_systemd.sh"

# Sends to two ports without end.
SENDER = """[Service]
ExecStart=/usr/bin/python3 /run/fwc/files/send.py {allowed} {forbidden}
User=nobody
RestrictAddressFamilies=AF_INET
{lines}
"""

SEND = """
import socket, sys, time
ports = [int(word) for word in sys.argv[1:]]
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True:
    for port in ports:
        try:
            s.sendto(b"x", ("127.0.0.1", port))
        except PermissionError:
            pass
    time.sleep(0.0002)
"""

# Counts what arrives at ports; a line on stdin asks for the counts since the last one.
COUNT = """
import os, select, socket, sys
ports = [int(word) for word in sys.argv[1:]]
sockets = {}
for port in ports:
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("127.0.0.1", port))
    sockets[s] = 0
while True:
    for s in select.select([sys.stdin, *sockets], [], [])[0]:
        if s is not sys.stdin:
            s.recv(10)
            sockets[s] += 1
            continue
        commands = os.read(0, 999).split()
        if not commands:
            sys.exit()
        if b"count" in commands:
            with open("/run/fwc/counts.new", "w") as f:
                f.write(" ".join(str(n) for n in sockets.values()))
            os.rename("/run/fwc/counts.new", "/run/fwc/counts")
        for each in sockets:  # with what waits to be read, which came before
            while select.select([each], [], [], 0)[0]:
                each.recv(10)
            sockets[each] = 0
        break  # the rest of the list may be read now
"""

# An echo service of one connection that systemd listens for.
ECHO = """
import socket
s = socket.fromfd(3, socket.AF_INET, socket.SOCK_STREAM)
while True:
    c, _ = s.accept()
    c.sendall(b"hello")
    c.close()
"""

# Says over and over what comes unasked, whether a question is answered, and how a connect ends.
ASK = """
import errno, os, socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 5600))
s.settimeout(0.2)
def received():
    try:
        return s.recv(20).decode()
    except socket.timeout:
        return "silence"
while True:
    words = [received()]
    s.sendto(b"question", ("127.0.0.1", 55))
    words.append(next(word for word in iter(received, None) if word != "stranger"))
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as c:
        c.settimeout(0.2)
        words.append(errno.errorcode[c.connect_ex(("127.0.0.1", 9))])
    with open("/run/fwc/asked.new", "w") as f:
        f.write(" ".join(words) + chr(10))
    os.rename("/run/fwc/asked.new", "/run/fwc/asked")
"""

# Answers, and sends what nobody asked for.
ANSWER = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 55))
s.settimeout(0.02)
stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True:
    stranger.sendto(b"stranger", ("127.0.0.1", 5600))
    try:
        s.sendto(b"answer", s.recvfrom(20)[1])
    except socket.timeout:
        pass
"""

HELPERS = """
cp /run/fwc/files/fwc /usr/bin/fwc
# Paths of cgroups and ids of programs are this run's own.
plain() { sed -E 's|program [0-9]+|program N|; s|(to\\|from\\|on) /sys/fs/cgroup/|\\1 |'; }
say() { "$@" 2>&1 | plain; }
code() { if "$@" > /dev/null 2>&1; then echo "$1 $2: 0"; else echo "$1 $2: $?"; fi; }
start() { if systemctl start $1 2> /dev/null; then echo "$1 started"; else echo "$1 refused"; fi; }
result() { systemctl show $1 | grep -o "ExecStartPre=.*status=[0-9]*" | grep -o 'status=.*' || echo none; }
mkfifo /run/fwc/counter
listen() { python3 /run/fwc/files/count.py "$@" < /run/fwc/counter & exec 9> /run/fwc/counter; sleep 0.3; }
reset() { echo reset >&9; sleep 0.05; }
counts() {
    sleep 0.15; rm -f /run/fwc/counts; echo count >&9
    while [ ! -e /run/fwc/counts ]; do sleep 0.02; done
    for n in $(cat /run/fwc/counts); do if [ $n = 0 ]; then echo none; else echo some; fi; done | xargs
}
"""

# A pin that systemd attaches is taken off and put on by it at a reload, which is a gap of 252.
KEEPS = """
listen 53 54
systemctl start sender
reset; counts
fwc enable sender --egress 'udp && dst_port == 53' > /dev/null
systemctl daemon-reload
systemctl restart sender
reset; counts
for i in 1 2 3 4 5; do systemctl daemon-reload; done
fwc 'udp && dst_port == 53 || icmp' --attach sender.service --egress > /dev/null
fwc replace sender.service 'udp && dst_port == 53' > /dev/null
systemctl daemon-reload
systemctl restart sender
systemctl stop sender
systemctl start sender
counts
systemctl stop sender
"""

PINNED = """
listen 53 54
fwc 'udp && dst_port == 53' --load /sys/fs/bpf/sender > /dev/null
systemctl start pinned
reset; counts
systemctl daemon-reload
reset; counts
fwc 'udp && dst_port == 53 || icmp' --load /sys/fs/bpf/sender > /dev/null
counts
fwc 'udp && dst_port == 54' --load /sys/fs/bpf/sender > /dev/null
reset; counts
fwc replace /sys/fs/bpf/sender 'udp && dst_port == 53' > /dev/null
reset; counts
systemctl daemon-reload
reset; counts
systemctl restart pinned
reset; counts
"""

ENABLE = """
systemctl start sender
pid=$(systemctl show -P MainPID sender)
say fwc enable sender --egress 'udp && dst_port == 53' --now
[ "$pid" = "$(systemctl show -P MainPID sender)" ] && echo "same process"
say fwc status
echo tcp > /etc/fwc/sender.service.egress
say fwc status sender
code fwc status sender
fwc enable sender --egress 'udp && dst_port == 53' --ingress icmp --now > /dev/null
code fwc status sender
code fwc status sender --ingress
fwc detach sender.service --ingress > /dev/null
code fwc status sender
systemctl restart sender
code fwc status sender
# Of a long list the program reads a table, and only that differs.
fwc enable sender --egress "udp && dst_port in {53, $(seq -s , 1000 7 9000)}" --now > /dev/null
code fwc status sender
sed -i 's/1007/1008/' /etc/fwc/sender.service.egress
code fwc status sender
fwc enable sender --egress 'udp && dst_port == 53' --ingress icmp --counters --now > /dev/null
code fwc status sender
code fwc stats sender.service --egress
kept=$(ls /var/cache/fwc)
systemctl restart sender
[ "$kept" = "$(ls /var/cache/fwc)" ] && echo "from the cache"
systemctl stop sender
code fwc status sender
code fwc status sender --egress
systemctl start sender
say fwc disable sender --now
say fwc status sender
code fwc status sender --egress
systemctl restart sender
fwc list sender.service | wc -l
"""

ENABLED = """wrote /etc/fwc/sender.service.egress
wrote /etc/systemd/system/sender.service.d/50-fwc.conf
reloaded systemd
attached egress to system.slice/sender.service
same process
sender.service
  egress   in force, program N, on system.slice/sender.service
           written in /etc/fwc/sender.service.egress
sender.service
  egress   another filter is attached, program N, on system.slice/sender.service
           written in /etc/fwc/sender.service.egress
fwc status: 69
fwc status: 0
fwc status: 0
fwc status: 69
fwc status: 0
fwc status: 0
fwc status: 69
fwc status: 0
fwc stats: 0
from the cache
fwc status: 0
fwc status: 69
removed /etc/systemd/system/sender.service.d/50-fwc.conf
removed /etc/fwc/sender.service.ingress
removed /etc/fwc/sender.service.egress
reloaded systemd
detached ingress from system.slice/sender.service
detached egress from system.slice/sender.service
sender.service
  no filter
fwc status: 69
0
"""

FLOWS = """
chmod 777 /run/fwc
python3 /run/fwc/files/answer.py &
# What came before a change may still be queued in the second round.
asked() {
    for i in 1 2 3; do
        rm -f /run/fwc/asked
        for j in $(seq 500); do [ -e /run/fwc/asked ] || sleep 0.02; done
    done
    cat /run/fwc/asked
}
systemctl start asker
asked
fwc enable asker --egress 'udp && dst_port == 55' --ingress reply --refuse --log drop --now > /dev/null
asked
code fwc status asker
fwc list asker.service | grep -c 'refuses calls'
fwc log asker.service --ingress --count 9 > /run/fwc/log
grep -om 1 'drop ingress asker.service udp' /run/fwc/log
systemctl restart asker
asked
code fwc status asker
fwc enable asker --egress 'established || dst_port == 55' --ingress reply --now > /dev/null
asked
fwc list asker.service | grep -c 'refuses calls' || true
fwc disable asker --now > /dev/null
asked
"""

WITH_FLOWS = """stranger answer ECONNREFUSED
silence answer EPERM
fwc status: 0
1
drop ingress asker.service udp
silence answer EPERM
fwc status: 0
silence answer EAGAIN
0
stranger answer ECONNREFUSED
"""

SOCKETS = """
connect() { timeout 0.5 python3 -c '
import socket
s = socket.create_connection(("127.0.0.1", 8007))
print(s.recv(9).decode())' 2> /dev/null || echo "no connection"; }
systemctl start echo.socket
connect
say fwc enable echo --ingress 'tcp && dst_port != 8007' --now
connect
say fwc status echo
systemctl stop echo.socket echo.service 2> /dev/null
systemctl start echo.socket
connect
fwc list echo.socket | grep -c ingress
rm /etc/systemd/system/echo.socket.d/50-fwc.conf
systemctl daemon-reload
systemctl restart echo.socket
fwc status echo | grep -c 'the sockets of `echo.socket` have no filter'
connect
"""

WITH_SOCKET = """hello
wrote /etc/fwc/echo.service.ingress
wrote /etc/systemd/system/echo.service.d/50-fwc.conf
wrote /etc/systemd/system/echo.socket.d/50-fwc.conf
reloaded systemd
attached ingress to system.slice/echo.service
attached ingress to system.slice/echo.socket
no connection
echo.service
  ingress  in force, program N, on system.slice/echo.service
           written in /etc/fwc/echo.service.ingress
echo.socket
  ingress  in force, program N, on system.slice/echo.socket
           written in /etc/fwc/echo.service.ingress
no connection
1
1
hello
"""

TEMPLATE = """
systemctl start many@a many@b
say fwc enable many@.service --egress udp --now
systemctl start many@c
say fwc status many@.service
say fwc disable many@.service --now
fwc enable many@.service --egress udp | tail -1
"""

INSTANCES = """wrote /etc/fwc/many@.service.egress
wrote /etc/systemd/system/many@.service.d/50-fwc.conf
reloaded systemd
attached egress to system.slice/system-many.slice/many@a.service
attached egress to system.slice/system-many.slice/many@b.service
many@.service
""" + "".join(f"""  egress   in force, program N, on system.slice/system-many.slice/many@{name}.service
           written in /etc/fwc/many@.service.egress
""" for name in "abc") + """removed /etc/systemd/system/many@.service.d/50-fwc.conf
removed /etc/fwc/many@.service.egress
reloaded systemd
""" + "".join(f"detached egress from system.slice/system-many.slice/many@{name}.service\n" for name in "abc") + (
    "in force after `systemctl daemon-reload` and `systemctl restart 'many@*.service'`\n")

# A user's manager without the help of logind.
USERS = """
useradd -m -u 4711 somebody
mkdir -p /run/systemd/system/user@.service.d /home/somebody/.config/systemd/user
cat > /run/systemd/system/user@.service.d/test.conf << 'END'
[Service]
PAMName=
Environment=XDG_RUNTIME_DIR=/run/user/%i
ExecStartPre=+/bin/sh -c 'mkdir -p -m 700 /run/user/%i; chown %i /run/user/%i'
END
printf '[Unit]\\nDefaultDependencies=no\\n[Service]\\nType=oneshot\\nRemainAfterExit=yes\\nExecStart=/bin/true\\n' \\
    > /run/systemd/system/user-runtime-dir@.service
cp /run/fwc/files/sender.service /home/somebody/.config/systemd/user/
sed -i /User=/d /home/somebody/.config/systemd/user/sender.service
chown -R somebody /home/somebody
systemctl daemon-reload
systemctl start user@4711.service
listen 53 54
XDG_RUNTIME_DIR=/run/user/4711 setpriv --reuid 4711 --regid 4711 --clear-groups systemctl --user start sender
reset; counts
fwc enable sender --egress udp > /dev/null
fwc status sender | grep -c "a user's units are held by a filter on .user@.service."
fwc enable user@.service --egress 'udp && dst_port == 53' --now 2> /dev/null | grep attached | plain
reset; counts
"""

USERS_HELD = """some some
1
attached egress to user.slice/user-4711.slice/user@4711.service
some none
"""

REFUSED = """
fwc 'udp' --ingress -o /run/ingress.o
fwc enable sender --egress udp > /dev/null
cp /bin/true /run/foreign.o
systemctl daemon-reload
for text in 'udp && dst_prt == 53' ''; do
    echo "$text" > /etc/fwc/sender.service.egress
    start sender; result sender
    code fwc status sender
done
rm /etc/fwc/sender.service.egress
start sender; result sender
fwc disable sender > /dev/null
systemctl daemon-reload
start sender
mkdir -p /opt/open; cp /usr/bin/fwc /opt/open/; chmod 777 /opt/open
for path in /opt/open/fwc /usr/bin/fwc; do code $path enable sender --egress udp --dry-run; done
for unit in wrong-object foreign no-pin; do start $unit; result $unit; done
fwc 'udp' --egress --load /sys/fs/bpf/sender > /dev/null
start guarded; result guarded
fwc 'udp' --egress --load /sys/fs/bpf/other > /dev/null
start misplaced; result misplaced
"""

# 64, 65, 66: of fwc; systemd itself runs nothing where a pin is missing.
NOT_STARTED = """sender refused
status=65
fwc status: 69
sender refused
status=65
fwc status: 69
sender refused
status=66
sender started
/opt/open/fwc enable: 77
/usr/bin/fwc enable: 0
wrong-object refused
status=64
foreign refused
status=65
no-pin refused
none
guarded started
status=0
misplaced refused
status=69
"""

JSON = """
{
    fwc enable sender --egress udp --ingress udp
    fwc enable echo --ingress tcp
    systemctl daemon-reload
    systemctl start sender echo.socket
} > /dev/null
fwc enable many@.service --egress tcp --audit > /dev/null
fwc status --json
"""

UNITS = {
    "sender.service": SENDER.format(allowed=53, forbidden=54, lines=""),
    "pinned.service": SENDER.format(allowed=53, forbidden=54,
                                    lines="IPEgressFilterPath=/sys/fs/bpf/sender"),
    "asker.service": "[Service]\nExecStart=/usr/bin/python3 /run/fwc/files/ask.py\nUser=nobody\n"
                     "RestrictAddressFamilies=AF_INET\n",
    "echo.service": """[Service]
ExecStart=/usr/bin/python3 /run/fwc/files/echo.py
RestrictAddressFamilies=AF_INET
User=nobody
""",
    "many@.service": "[Service]\nExecStart=/bin/sleep 9\nDynamicUser=yes\n"
                     "RestrictAddressFamilies=AF_INET\n",
    "echo.socket": "[Socket]\nListenStream=127.0.0.1:8007\n",
    "wrong-object.service": "[Service]\nExecStart=/bin/sleep 9\n"
                            "ExecStartPre=+/usr/bin/fwc attach --self --egress /run/ingress.o\n",
    "foreign.service": "[Service]\nExecStart=/bin/sleep 9\n"
                       "ExecStartPre=+/usr/bin/fwc attach --self --egress /run/foreign.o\n",
    "no-pin.service": "[Service]\nExecStart=/bin/sleep 9\n"
                      "IPEgressFilterPath=/sys/fs/bpf/nothing\n",
    "guarded.service": "[Service]\nExecStart=/bin/sleep 9\n"
                       "ExecStartPre=+/usr/bin/fwc status self --egress\n"
                       "IPEgressFilterPath=/sys/fs/bpf/sender\n",
    "misplaced.service": "[Service]\nExecStart=/bin/sleep 9\n"
                         "ExecStartPre=+/usr/bin/fwc status self --ingress\n"
                         "IPIngressFilterPath=/sys/fs/bpf/other\n",
}


DOCUMENT = ROOT / "docs/systemd.md"
# Ids of programs differ from run to run.
SESSION_UNIT = """[Service]
ExecStart=/usr/bin/python3 -m http.server 80
User=nobody
AmbientCapabilities=CAP_NET_BIND_SERVICE
RestrictAddressFamilies=AF_INET AF_INET6
"""


def without_ids(text):
    return re.sub(r"program \d+", "program N", text)


class Units(Scratch):
    def setUp(self):
        super().setUp()
        if os.geteuid() != 0 or not os.path.exists("/lib/systemd/systemd") or not cgroup2_mount():
            require_kernel("a systemd of one's own needs root, systemd and cgroup2")
        self.files = self.folder / "files"
        self.files.mkdir()
        shutil.copy(FWC, self.files / "fwc")
        for name, text in (("send.py", SEND), ("count.py", COUNT), ("echo.py", ECHO),
                           ("ask.py", ASK), ("answer.py", ANSWER), *UNITS.items()):
            (self.files / name).write_text(text)

    def boot(self, script):
        (self.folder / "script").write_text(HELPERS + script)
        return run(self.files, self.folder / "script", program=WITH_SYSTEMD)

    def test_no_packet_passes_while_the_unit_and_the_manager_change(self):
        self.check(self.boot(KEEPS), 0, "some some\nsome none\nsome none\n")

    def test_a_pin_that_systemd_attaches(self):
        self.check(self.boot(PINNED), 0,
                   "some none\n" * 3 + "none some\n" + "some none\n" * 3)

    def test_enable_now_and_status(self):
        self.check(self.boot(ENABLE), 0, ENABLED)

    def test_flows_log_and_refused_calls(self):
        self.check(self.boot(FLOWS), 0, WITH_FLOWS)

    def test_sockets_that_systemd_opens(self):
        self.check(self.boot(SOCKETS), 0, WITH_SOCKET)

    def test_instances_of_a_template(self):
        self.check(self.boot(TEMPLATE), 0, INSTANCES)

    def test_units_of_a_users_manager(self):
        self.check(self.boot(USERS), 0, USERS_HELD)

    def test_what_keeps_a_unit_from_starting(self):
        self.check(self.boot(REFUSED), 0, NOT_STARTED)

    def test_status_as_json(self):
        out = self.check(self.boot(JSON), 0).out
        value = check_json("status", out)
        states = {unit["name"]: [f["state"] for f in unit["filters"]] for unit in value["units"]}
        self.assertEqual(states, {"echo.service": ["not running"], "echo.socket": ["in force"],
                                  "many@.service": ["not running"],
                                  "sender.service": ["in force", "in force"]})
        codes = {unit["name"]: [gap["code"] for gap in unit["not_covered"]]
                 for unit in value["units"]}
        self.assertEqual(codes, {"echo.service": [], "echo.socket": [],
                                 "many@.service": ["audit"], "sender.service": []})

    def test_the_session_of_the_document(self):
        (session,) = re.findall(r"^```text\n(# fwc enable .*?)^```$", DOCUMENT.read_text(), re.M | re.S)
        (self.files / "web.service").write_text(SESSION_UNIT)
        commands = re.findall(r"^# ((?:fwc|cat) .*)$", session, re.M)
        self.assertEqual(len(commands), 4)
        script = "cp /run/fwc/files/fwc /usr/bin/fwc\nsystemctl start web\n"
        for command in commands:
            script += f"cat << 'END'\n# {command}\nEND\n{command} 2>&1\n"
        (self.folder / "script").write_text(script)
        result = self.check(run(self.files, self.folder / "script", program=WITH_SYSTEMD), 0)
        self.assertEqual(without_ids(result.out), without_ids(session))


if __name__ == "__main__":
    unittest.main()
