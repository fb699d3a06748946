#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""patterns.py PATH TOOL: feeds the tool, through a FIFO, with the bytes of faulty sources, each with another pattern,
and of good ones.

PATH is the part of the tool that tests the bytes: draw, second (a later draw in the same process), check, broker, fork
(two processes of a batch). Prints a line for each source that is misjudged, and exits with 1 if there is one. Run it in
an empty folder; it makes `tree` there.
"""
import os
import random
import subprocess
import sys
import threading
import time

LENGTH = 1 << 18
MISS = random.Random(4)


def lane(random_bytes, frame, at=0):
    """Frames with @random_bytes random bytes each; the other bytes are the same in each frame."""
    rest = MISS.randbytes(frame)
    raw = b"".join(rest[:at] + os.urandom(random_bytes) + rest[at + random_bytes:] for _ in range(LENGTH // frame))
    return raw


def counting(frame):
    """Frames of one random byte and counters, each with another step."""
    return b"".join(os.urandom(1) + bytes((n * k) & 255 for k in range(1, frame)) for n in range(LENGTH // frame))


def period(length):
    return os.urandom(length) * (LENGTH // length)


def mostly(value, share):
    return bytes(value if b < 256 * share else c for b, c in zip(os.urandom(LENGTH), os.urandom(LENGTH)))


def few(count):
    """Bytes with @count values, a power of two, which are all equally frequent."""
    values = MISS.sample(range(256), count)
    return bytes(values[b % count] for b in os.urandom(LENGTH))


def walk():
    at, out = 0, bytearray()
    for b in os.urandom(LENGTH):
        at = (at + (b & 1)) & 255
        out.append(at)
    return bytes(out)


def bursts(length, every):
    """Good bytes; at regular distances, @length of them are equal."""
    return b"".join(os.urandom(every - length) + os.urandom(1) * length for _ in range(LENGTH // every))


def echoes(length, every):
    """Good bytes; at regular distances, @length of them repeat earlier bytes."""
    out = b""
    while len(out) < LENGTH:
        new = os.urandom(every - length)
        out += new + new[:length]
    return out


# name; bytes; stated bits a byte; is the source good?; bits to claim, which decide how many bytes are drawn: enough to
# find the pattern
PATTERNS = [
    ("lane 1 of 8", lane(1, 8), 4, False, 512),
    ("lane 2 of 16, at 3", lane(2, 16, 3), 4, False, 512),
    ("lane 1 of 3", lane(1, 3), 4, False, 512),
    ("lane 20 of 61, at 40", lane(20, 61, 40), 8, False, 1024),
    ("lane 3 of 64, at 61", lane(3, 64, 61), 1, False, 512),
    ("a random byte and 7 counters", counting(8), 4, False, 512),
    ("period 17", period(17), 4, False, 512),
    ("period 513", period(513), 4, False, 4096),
    ("period 1000", period(1000), 4, False, 8192),
    ("period 1021", period(1021), 2, False, 8192),
    ("three quarters zero", mostly(0, .75), 4, False, 1024),
    ("a third 0xff", mostly(255, .34), 4, False, 1024),
    ("16 values as 8 bits", few(16), 8, False, 1024),
    ("4 values as 4 bits", few(4), 4, False, 1024),
    ("a walk of 0 or 1", walk(), 4, False, 512),
    ("bursts of 16 in 256", bursts(16, 256), 4, False, 512),
    ("echoes of 48 in 700", echoes(48, 700), 4, False, 1024),
    ("honest, 8 bits", os.urandom(LENGTH), 8, True, 1024),
    ("honest, 4 bits", os.urandom(LENGTH), 4, True, 1024),
    ("2 values as 1 bit", few(2), 1, True, 256),
    ("16 values as 4 bits", few(16), 4, True, 512),
]


class Source:
    """Writes the prefix and then the pattern to `fifo`, until all of it is written or the test is over."""

    def __init__(self, prefix, raw):
        if os.path.exists("fifo"):
            os.unlink("fifo")
        os.mkfifo("fifo")
        self.fd = os.open("fifo", os.O_RDWR)
        self.raw = prefix + raw
        self.going = True
        os.set_blocking(self.fd, False)
        self.thread = threading.Thread(target=self.feed, daemon=True)
        self.thread.start()

    def feed(self):
        at = 0
        while self.going and at < len(self.raw):
            try:
                at += os.write(self.fd, self.raw[at:at + 4096])
            except BlockingIOError:
                time.sleep(0.002)

    def end(self):
        self.going = False
        self.thread.join()
        os.close(self.fd)


def run(tool, *arguments):
    return subprocess.run([tool, *arguments], capture_output=True, text=True, timeout=900)


def source(bits):
    return "file:fifo,bits=%d,deadline=300s" % bits


def direct(tool, bits, claim):
    return run(tool, "draw", "-q", "--bits", str(claim), "--source", source(bits), "--require", "hardware", "-o", "out")


def second(tool, bits, claim):
    return run(tool, "draw", "-q", "-n", "8192", "--source", source(bits), "--require", "hardware", "-o", "out")


def first_draw(bits):
    """Returns how many bytes the first of two draws takes, for 64 blocks: the start-up samples, and 320 bits for each
    further block."""
    share = (-(-320 // bits) + 7) // 8 * 8
    return max(1024, share) + 63 * share


def checked(tool, bits, claim):
    return run(tool, "check", "-n", "8192", "file:fifo,bits=%d" % bits)


def forked(tool, bits, claim):
    """The two processes read the FIFO in turn, so that each gets only pieces of the bytes: it draws eight times as many, to
    have both halves of an echo."""
    with open("list", "w") as f:
        f.write("1.iso\ttree\n2.iso\ttree\n")
    return run(tool, "build", "-q", "--jobs", "2", "--bits", str(min(8 * claim, 16384)), "--source", source(bits),
               "--require", "hardware", "--batch", "list")


def brokered(tool, bits, claim, honest):
    """Does the daemon give the blocks of a good source, and none of a faulty one once the fault has been detected?"""
    os.makedirs("run", mode=0o755, exist_ok=True)
    with open("log", "w") as log:
        daemon = subprocess.Popen([tool, "serve", "--socket", "run/sock", "--source", source(bits), "--reservoir", "16"],
                                  stderr=log)
    try:
        end = time.monotonic() + 600
        while time.monotonic() < end:
            done = run(tool, "draw", "-q", "--bits", "256", "--source", "broker:run/sock,deadline=300s", "--require", "hardware",
                       "-o", "out")
            found = " counts for nothing until it passes again" in open("log").read()
            if found if not honest else done.returncode == 0:
                break
            if honest and found:
                break
            time.sleep(0.02)
        return run(tool, "draw", "-q", "--bits", "256", "--source", "broker:run/sock,deadline=300s", "--require", "hardware", "-o", "out")
    finally:
        daemon.kill()
        daemon.wait()


def judge(path, tool, name, raw, bits, honest, claim):
    feed = Source(os.urandom(first_draw(bits)) if path == "second" else b"", raw)
    for left in ("out", "1.iso", "2.iso"):
        if os.path.exists(left):
            os.unlink(left)
    if path == "broker":
        done = brokered(tool, bits, claim, honest)
    else:
        done = {"draw": direct, "second": second, "check": checked, "fork": forked}[path](tool, bits, claim)
    feed.end()
    want = 0 if honest else {"fork": 1}.get(path, 3)
    made = [left for left in ("out", "1.iso", "2.iso") if os.path.exists(left)] if not honest and path != "broker" else []
    if done.returncode == want and not made:
        return True
    print("%s: %s: status %d, wanted %d %s: %s" % (path, name, done.returncode, want, made, done.stderr.strip()[:200]))
    return False


def main(argv):
    path, tool = argv[1:3]
    os.makedirs("tree/openstack/latest", exist_ok=True)
    with open("tree/openstack/latest/user_data", "w") as f:
        f.write("x")
    judged = [judge(path, tool, *pattern[:2], *pattern[2:]) for pattern in PATTERNS]
    print("%d of %d are misjudged" % (judged.count(False), len(judged)))
    return not all(judged)


sys.exit(main(sys.argv))
