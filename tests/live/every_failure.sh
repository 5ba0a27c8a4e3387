#!/bin/sh
# SPDX-License-Identifier: MIT
# every_failure.sh [TEST...]: lets each system call of each command fail with each of its errnos, where
# ctest takes one of them by turns, and prints the table of what that led to. Takes some five minutes. FWC
# names the command (build/cli/fwc) and BUILD the build folder. Needs root.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
export BUILD="${BUILD:-$top/build}" PYTHONPATH="$top/tests/cli" PYTHONDONTWRITEBYTECODE=1 FWC_REQUIRE_KERNEL=1
export FWC="${FWC:-$BUILD/cli/fwc}"
exec "$top/tests/cli/private.sh" python3 "$top/tests/live/injection_test.py" --every-errno --table \
    "${@:-Failing}"
