# SPDX-License-Identifier: GPL-2.0-or-later
"""For gdb -x: stops a program twice, and each time has scan-memory search its memory for secrets.

WATCH_CALL  the system call at which the program has the secrets in memory: the first such call, or the Nth ("mlock 3")
WATCH_BUSY  the secrets to search for at that call; the result goes into `busy`, the memory's properties into `smaps`
WATCH_END   the secrets to search for just before the program ends; the result goes into `end`
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


# gdb starts the program through a shell, because it escapes the arguments with backslashes, which a shell removes.
os.environ["SHELL"] = "/bin/sh"
for setting in ("debuginfod enabled off", "pagination off"):
    gdb.execute("set " + setting)
call, _, number = os.environ["WATCH_CALL"].partition(" ")
gdb.execute("catch syscall " + call)
# gdb stops both when the call begins and when it returns.
gdb.execute(f"ignore $bpnum {2 * (int(number or 1) - 1)}")
gdb.execute("run")
busy = scan("busy", os.environ["WATCH_BUSY"])
shutil.copyfile(f"/proc/{busy}/smaps", "smaps")
gdb.execute("delete")
gdb.execute("catch syscall exit_group")
gdb.execute("continue")
scan("end", os.environ["WATCH_END"])
gdb.execute("continue")
