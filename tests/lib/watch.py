# SPDX-License-Identifier: GPL-2.0-or-later
"""For gdb -x: stops a program twice, and has scan-memory look for secrets each time.

WATCH_CALL  a system call: its first one, or the how-many-eth ("mlock 3"), is when the program is busy
            with the secrets
WATCH_BUSY  what to look for then; the answer, and how the memory is kept, go into `busy` and `smaps`
WATCH_END   what to look for when it is about to end; the answer goes into `end`
"""

import os
import shutil
import subprocess

import gdb

SCAN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scan-memory")


def scan(answer, secrets):
    pid = gdb.selected_inferior().pid
    with open(answer, "w") as out:
        done = subprocess.run([SCAN, *secrets.split(), "--", f"pid:{pid}"], stdout=out, stderr=out)
        print(f"status {done.returncode}", file=out)
    return pid


# By a shell, as gdb puts backslashes into the arguments that nothing else would take out.
os.environ["SHELL"] = "/bin/sh"
for setting in ("debuginfod enabled off", "pagination off"):
    gdb.execute("set " + setting)
call, _, number = os.environ["WATCH_CALL"].partition(" ")
gdb.execute("catch syscall " + call)
# It is caught as it begins and as it returns.
gdb.execute(f"ignore $bpnum {2 * (int(number or 1) - 1)}")
gdb.execute("run")
busy = scan("busy", os.environ["WATCH_BUSY"])
shutil.copyfile(f"/proc/{busy}/smaps", "smaps")
gdb.execute("delete")
gdb.execute("catch syscall exit_group")
gdb.execute("continue")
scan("end", os.environ["WATCH_END"])
gdb.execute("continue")
