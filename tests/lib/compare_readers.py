#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Mutates seed drives, and compares readers that share no code: on one side `seedrive inspect --json` and
seedrive-guest, on the other read_seed.py, which was written from doc/seed-format.md alone.

    compare_readers.py [--images N] [--seed S] [--keep DIR] [--page PAGE.md] SEEDRIVE SEEDRIVE-GUEST [IMAGE...]

With --page, the images are the page's test vectors, and both programs must find in them what the page says. Otherwise
it makes N images (default 200): some from nothing, and some from each IMAGE, into which it puts another record. A
disagreement is an error of the page or of the code: the image is kept in DIR, and one line says what each reader found.
The last lines count the images by the result, so that a run in which nothing was compared is visible. The same N and S
make the same images. Exit status: 0 if the readers agree on every image.
"""

import argparse
import collections
import hashlib
import io
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import time

import read_seed

SECTOR = 2048
PVD = 16 * SECTOR
ROOT = 18
SECTORS = 40
UUIDS = (bytes(16), bytes.fromhex("b65cee2f8c694aebbe2ff79742548fc2"), b"\xff" * 16)
NOTE = '{"seedrive":"0.1.0","seed_id":"%s","credit_bits":%d,"hardware":%s}'


def both(number, size):
    return number.to_bytes(size, "little") + number.to_bytes(size, "big")


def digest(raw, n):
    """Sets the right digest. If the file is too short for the seed, the digest is for a seed that ends in zeros."""
    seed = raw[128:128 + n].ljust(n, b"\0")
    return raw[:96] + hashlib.sha256(raw[:96] + seed).digest() + raw[128:]


# --- the record ---

def record(r, n=64):
    head = struct.pack("<8sHHIIIQI16s16s28s32s", b"SEEDRIVE", 1, 128, n, r.randint(0, 4 * n),
                       r.randint(0, 4 * n), r.choice((0, 1795435200, 2 ** 63 - 1, 2 ** 63, 2 ** 64 - 1, r.getrandbits(64))),
                       r.choice((0, 1, 86400, 2 ** 32 - 1, r.getrandbits(32))), r.randbytes(16),
                       r.choice(UUIDS), b"", b"")
    size = -(-(128 + n) // SECTOR) * SECTOR + r.choice((0, 0, 0, SECTOR))
    return digest((head + r.randbytes(n)).ljust(min(size, 3 * SECTOR), b"\0"), n)


def tombstone(raw):
    n = struct.unpack_from("<I", raw, 12)[0]
    return digest(b"SEEDGONE" + raw[8:128] + bytes(len(raw) - 128), n)


def patched(raw, at, new):
    return raw[:at] + new + raw[at + len(new):]


FIELDS = ((0, 8), (8, 2), (10, 2), (12, 4), (16, 4), (20, 4), (24, 8), (32, 4), (36, 16), (52, 16), (68, 28))


def mutate_record(r, raw):
    kind = r.randrange(8)
    if kind == 0:
        return patched(raw, r.randrange(len(raw)), r.randbytes(1))
    if kind == 1:
        return raw[:r.choice((0, 1, 127, 128, 2047, 2048, 4096))]
    if kind == 2:
        return raw + bytes(r.choice((1, 2048, 4096, 6144)))
    at, size = r.choice(FIELDS)
    if kind == 3:
        new = r.randbytes(size)
    elif kind == 4:
        new = patched(raw[at:at + size], r.randrange(size), r.randbytes(1))
    elif kind == 5:
        at, new = 12, struct.pack("<I", r.choice((0, 63, 64, 128, 1920, 1984, 3968, 4032, 4096, 4160, 2 ** 32 - 64)))
    elif kind == 6:
        at, new = r.choice((16, 20)), struct.pack("<I", r.choice((0, 255, 256, 257, 512, 16384, 2 ** 31)))
    else:
        at, new = r.randrange(128, len(raw)), r.randbytes(1)
    raw = patched(raw, at, new)
    n = struct.unpack_from("<I", raw, 12)[0]
    return digest(raw, n) if n <= 4160 and r.random() < 0.8 else raw


def a_record(r):
    raw = record(r, r.choice((64, 64, 64, 128, 1920, 1984, 4096)))
    if r.random() < 0.2:
        raw = tombstone(raw)
    return mutate_record(r, raw) if r.random() < 0.35 else raw


# --- the note ---

def a_note(r, raw):
    seed_id = raw[36:52].ljust(16, b"\0").hex()
    text = NOTE % (seed_id, 256, "true")
    kind = r.randrange(14)
    if kind == 0:
        text = text.replace(seed_id, r.randbytes(16).hex())
    elif kind == 1:
        text = patched(text.encode(), r.randrange(len(text)), r.randbytes(1)).decode("latin-1")
    elif kind == 2:
        text = r.choice(("", "[]", "{}", "null", text[:-1], text + "x", " " + text, '{"a":' + text + "}",
                         text.replace(",", ", "), text.replace("seed_id", "seed\\u005fid"),
                         text.replace(seed_id, seed_id.upper()), text[:-1] + ',"seed_id":"x"}',
                         text[:-1] + ',"seed_id":"%s"}' % seed_id, text.replace('"' + seed_id + '"', "7"),
                         text[:-1] + ',"more":[{"a":1e9}]}', text[:-1] + ',"a":NaN}',
                         text.replace(seed_id, "\\u%04x" % ord(seed_id[0]) + seed_id[1:]),
                         text[:-1] + ',"a":"\x7f"}', text[:-1] + ',"a":"\t"}', text[:-1] + ',"a":"\\ud800"}',
                         '{"a":"\\"seed_id\\":\\"%s\\""}' % seed_id, text.replace("256", "0256"),
                         text[:-1] + ',"a":' + "[" * 70 + "]" * 70 + "}", text.replace("true", "false"),
                         text[:-1] + ',"a":"é"}', text[:-1] + ',"a":"ÿ"}'))
    data = (text + "\n").encode("utf-8" if r.random() < 0.5 else "latin-1").ljust(SECTOR - 1) + b"\n"
    if kind == 3:
        data = patched(data, r.randrange(SECTOR), r.randbytes(1))
    if kind == 4:
        data = data[:r.choice((0, len(text), SECTOR - 1))]
    if kind == 5:
        data += b" " * SECTOR
    if kind == 6:
        data = text.encode("latin-1").ljust(SECTOR, b"\0")
    return data


# --- the directory ---

def entry(name, block, length, flags=0, use=b"", xar=0):
    body = name + bytes(1 - len(name) % 2) + use
    body += bytes(len(body) % 2 == 0)
    return (bytes((33 + len(body), xar)) + both(block, 4) + both(length, 4) + bytes(7) + bytes((flags, 0, 0))
            + both(1, 2) + bytes((len(name),)) + body)


def susp(signature, data, version=1):
    return signature + bytes((4 + len(data), version)) + data


def name_entry(text, flags=0, version=1):
    return susp(b"NM", bytes((flags,)) + text, version)


def ridge(r, name):
    """Returns system use areas that have this name; some are malformed."""
    half = r.randrange(len(name) + 1)
    px, sp = susp(b"PX", bytes(36)), susp(b"SP", b"\xbe\xef" + r.choice((b"\0", b"\5")))
    whole = name_entry(name)
    return r.choice((
        whole, whole, px + whole, sp + whole, whole + px, px + susp(b"RR", b"\x89") + whole,
        name_entry(name[:half], 1) + name_entry(name[half:]), name_entry(name[:half], 1) + px + name_entry(name[half:]),
        name_entry(name[:half]) + name_entry(name[half:]), name_entry(b"") + whole, name_entry(b"", 2) + whole,
        name_entry(name, r.choice((2, 4, 8, 32, 128))), name_entry(name, 1), whole + name_entry(b"x"),
        name_entry(name, 0, 2), name_entry(name, 0, 0), susp(b"ST", b"") + whole, susp(b"CE", bytes(24)) + whole,
        b"\0\0\0\0" + whole, name_entry(name.upper()), name_entry(name + b"\0x"), name_entry(b"\0"), name_entry(name + b";1"),
        name_entry(name + b"."), whole[:2] + b"\xff" + whole[3:], whole[:2] + b"\0" + whole[3:], whole[:-1],
        whole[:2] + bytes((whole[2] - 1,)) + whole[3:], susp(b"SL", b"\0\0") + whole, b"\0" + whole, b""))


def plain(r, name):
    upper = name.upper()
    short = upper[:12] if name == b"seedrive.json" else upper
    return r.choice((upper + b";1", short + b";1", short + b";1", name, upper, upper + b";", short + b".;1", upper + b"\0;1",
                     upper + b" ", upper + b".", upper + b"..", b"_" + upper))


def named(r, name):
    """Returns an identifier and a system use area for the name."""
    kind = r.randrange(4)
    if kind == 0:
        return name.upper()[:12] + b";1", b""
    if kind == 1:
        return plain(r, name), b""
    if kind == 2:
        return name.upper()[:12] + b";1", name_entry(name)
    return r.choice((b"A.;1", name.upper()[:12] + b";1", b"AB")), ridge(r, name)


def mutate_entry(r, raw):
    kind = r.randrange(6)
    if kind == 0:
        return patched(raw, r.randrange(len(raw)), r.randbytes(1))
    if kind == 1:
        at, new = r.choice(((0, r.choice((b"\0", b"\x21", b"\xff"))), (1, r.choice((b"\1", b"\xff"))),
                            (25, bytes((r.choice((1, 2, 4, 8, 0x80, 0x82)),))), (26, b"\1"), (27, b"\1"), (32, b"\0"),
                            (32, b"\xff"), (32, bytes((raw[0] - 33,))), (32, bytes((raw[0] - 32,))), (28, b"\x07")))
        return patched(raw, at, new)
    at = r.choice((2, 10))
    number = int.from_bytes(raw[at:at + 4], "little")
    number = r.choice((number + 1, number - 1, number + 2, 0, SECTORS, 2048, 2047, 4096, 2 ** 32 - 1, r.getrandbits(32))) % 2 ** 32
    new = both(number, 4)
    if kind == 2:
        return patched(raw, at, new[:4])
    if kind == 3:
        return patched(raw, at + 4, new[4:])
    return patched(raw, at, new)


def entries_of(r, name, block, content):
    """Returns the directory records of one file: one, or several."""
    ident, use = named(r, name)
    one = entry(ident, block, len(content), 0, use)
    kind = r.randrange(24)
    if kind == 0:       # in two extents, in order or not
        first = r.choice((SECTOR, SECTOR, 1000, 0))
        second = block + r.choice((1, 1, 1, 0, 2))
        other = ident if r.random() < 0.8 else b"OTHER"
        return [entry(ident, block, first, 0x80, use),
                entry(other, second, max(0, len(content) - first), r.choice((0, 0, 0, 2, 0x80)), use)]
    if kind == 1:       # two files with the name
        return [one, entry(name.upper()[:12], block + 1, SECTOR)][::r.choice((1, -1))]
    if kind == 2:       # a file and a folder with the name
        return [one, entry(name.upper()[:12], ROOT, SECTOR, 2)][::r.choice((1, -1))]
    if kind == 3:       # after an extended attribute record
        return [entry(ident, block - 1, len(content), 0, use, 1)]
    return [one]


def padding(r):
    ident = b"X%d.;1" % r.randrange(100)
    return entry(ident, r.randrange(20, SECTORS), r.choice((0, 1, SECTOR)), r.choice((0, 0, 0, 2)), name_entry(b"x" * r.randrange(1, 150)))


def directory(r, records):
    """Puts directory records into sectors; no record goes across the end of a sector."""
    sectors, now = [], b""
    for one in records:
        if len(now) + len(one) > SECTOR:
            sectors.append(now.ljust(SECTOR, b"\0"))
            now = b""
        now += one
    return b"".join(sectors) + now.ljust(SECTOR, b"\0")


def made(r):
    """Makes an image without a base: the root directory is in sector 18, and at most two sectors long; the record is in
    sector 20, the note in 24."""
    raw = a_record(r)
    note = a_note(r, raw) if r.random() < 0.5 else (NOTE % (raw[36:52].hex(), 256, "true") + "\n").encode().ljust(2047) + b"\n"
    records = [entry(b"\0", ROOT, SECTOR, 2, susp(b"SP", b"\xbe\xef" + r.choice((b"\0", b"\0", b"\4")))), entry(b"\1", ROOT, SECTOR, 2)]
    files = [entries_of(r, b"seedrive.bin", 20, raw)]
    if r.random() < 0.9:
        files.append(entries_of(r, b"seedrive.json", 24, note))
    for _ in range(r.choice((0, 0, 1, 3, 18))):
        files.append([padding(r)])
    r.shuffle(files)
    records += [one for several in files for one in several]
    if r.random() < 0.4:
        at = r.randrange(len(records))
        records[at] = mutate_entry(r, records[at])
    root = directory(r, records)[:2 * SECTOR]
    if r.random() < 0.03:
        root = root[:SECTOR]
    if r.random() < 0.05:
        root = patched(root, r.randrange(len(root)), r.randbytes(1))
    pvd = bytearray(SECTOR)
    pvd[:7] = b"\1CD001\1"
    pvd[40:72] = r.choice((b"config-2", b"CONFIG-2", b"cidata", b"CIDATA", b"config-2\0", b"other", b"")).ljust(32, r.choice((b" ", b" ", b"\0")))
    pvd[80:88] = both(SECTORS, 4)
    pvd[128:132] = both(SECTOR, 2)
    pvd[156:190] = entry(b"\0", ROOT, len(root), 2)
    if r.random() < 0.2:
        at = r.choice((0, 5, 6, *range(40, 49), *range(80, 88), *range(128, 132), *range(156, 190)))
        pvd[at] = r.choice((0, 1, 2, pvd[at] ^ 1, r.randrange(256)))
    if r.random() < 0.05:
        at, size = r.choice(((80, 4), (128, 2), (158, 4), (166, 4)))
        pvd[at:at + 2 * size] = both(r.choice((0, 18, 19, 20, 21, 24, 25, 2048, 4096, 6144)), size)
    image = bytearray(SECTORS * SECTOR)
    for block, content in ((16, bytes(pvd)), (ROOT, root), (20, raw), (24, note)):
        image[block * SECTOR:block * SECTOR + len(content)] = content
    return bytes(image)


def cut(r, image):
    if r.random() < 0.95:
        return image
    return image[:r.choice((0, PVD, PVD + 2047, PVD + SECTOR, len(image) - 1, r.randrange(len(image))))]


# --- drives that a program has made ---

def remade(r, base):
    """Puts another record and note into a real drive, and changes some bytes that the readers use."""
    image, (at, note_at, root, length) = bytearray(base), places(base)
    raw = a_record(r)[:SECTOR].ljust(SECTOR, b"\0") if r.random() < 0.5 else record(r)[:SECTOR]
    image[at:at + SECTOR] = raw
    note = a_note(r, raw)[:SECTOR]
    image[note_at:note_at + len(note)] = note
    for _ in range(r.choice((0, 0, 1, 1, 2, 3))):
        where = r.choice((root + r.randrange(length), root + r.randrange(600), PVD + r.randrange(190), at + r.randrange(256)))
        image[where] = r.choice((0, 1, 2, 255, image[where] ^ 1 << r.randrange(8), r.randrange(256)))
    return bytes(image)


def places(base):
    found = read_seed.parse_image(io.BytesIO(base))
    block, length = struct.unpack_from("<I4xI", base, PVD + 158)
    return found["bin_offset"], found["json_offset"], block * SECTOR, length


# --- the two readers ---

def inspected(tool, path):
    """Returns the result of `seedrive inspect`; if it refuses the image, one word and the reason."""
    run = subprocess.run([tool, "inspect", "--json", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if run.returncode not in (0, 1) or bool(run.stdout) == bool(run.stderr):
        return "broken: status %d, %r" % (run.returncode, run.stderr), {}
    if run.returncode == 1:
        return "refused", run.stderr.decode("utf-8", "backslashreplace").strip()
    said = json.loads(run.stdout)
    state = "record" if said["record"] else "tombstone" if said["tombstone"] else "none"
    return state, said


def fields(found, now):
    """Returns the result of read_seed.py in the form of inspect's."""
    spent, ttl = found["state"] == "tombstone", found["time_to_live"]
    return {
        "label": found["label"], "seed_id": found["seed_id"], "spent": spent,
        "credit_bits": 0 if spent else found["credit_bits"], "hardware_bits": 0 if spent else found["hardware_bits"],
        "issued_at": found["issued_at"], "ttl": ttl, "expired": ttl != 0 and now - found["issued_at"] >= ttl,
        "bound_to": found["instance_uuid"] if found["bound"] else None, "note_agrees": found["names_seed"]}


def disagreement(tool, path, image):
    """Returns None if both readers agree, otherwise both results; and the outcome, which is counted."""
    state, said = inspected(tool, path)
    try:
        found = read_seed.describe_image(io.BytesIO(image))
    except read_seed.Refused as e:
        return (None, state) if state == "refused" else ("%s, not refused: %s" % (state, e), state)
    if state == "refused":
        # inspect also refuses a drive with a valid record if something is missing that each drive of ours has.
        if "missing beside the record" in said and found["state"] != "none" and found["note"] == "absent":
            return None, "without its note"
        if ": openstack: " in said:
            return None, "metadata cannot be read"
        return "%s, but %s by read_seed.py" % (said, found), state
    if state != found["state"]:
        return "%s, but %s by read_seed.py" % (state, found), state
    if state == "none":
        return (None, state) if said["label"] == found["label"] else ("label %s, not %s" % (said["label"], found["label"]), state)
    wanted = fields(found, int(time.time()))
    wrong = {key: (said[key], value) for key, value in wanted.items() if said[key] != value}
    return ("inspect and read_seed.py: %s" % wrong if wrong else None), state


def guest_disagreement(tool, path, image):
    """Returns None if the guest's program and read_seed.py agree, otherwise both results."""
    run = subprocess.run([tool, "--dry-run", "--no-efi-ledger", "--device", path], stderr=subprocess.PIPE, check=False)
    said = run.stderr.decode("utf-8", "backslashreplace").strip()
    try:
        found = read_seed.guest_record(io.BytesIO(image))
        seed = "seed=" + found.get("seed_id", "")
        agreed = {
            "other": said == "seedrive-guest: no seed drive",
            # If there is no record, the guest looks for the random_seed of an ordinary Nova.
            "none": said.endswith(": no seed record") or "reason=stock-seed" in said,
            "record": ": mixed " + seed in said and "stock-seed" not in said,
            "tombstone": ": spent " + seed in said and "reason=already-spent" in said,
        }[found["state"]] and run.returncode == 0
    except read_seed.Refused as e:
        found, agreed = e, run.returncode == 1 and "seed=" not in said
    return None if agreed else "%r, status %d, but %s by read_seed.py" % (said, run.returncode, found)


def page_disagreement(args, path, tool, guest):
    """Returns None if both programs find what the page says about one of its images."""
    state, said = inspected(args.tool, path)
    if state == "record":
        state = "agrees" if said["note_agrees"] else "names another seed"
    run = subprocess.run([args.guest, "--dry-run", "--no-efi-ledger", "--device", path], stderr=subprocess.PIPE, check=False)
    line = run.stderr.decode().strip()
    found = ("refused" if run.returncode else "other" if line == "seedrive-guest: no seed drive" else
             "none" if line.endswith(": no seed record") else "record" if ": mixed seed=" in line else line)
    return None if (state, found) == (tool, guest) else "%s (%s), %s (%s), but not %s, %s by the page" % (
        state, said, found, line, tool, guest)


def mutated(args):
    """Yields each image, with a function that describes a disagreement about it."""
    bases = [path.read_bytes() for path in args.image]
    for i in range(args.images):
        r = random.Random("%d/%d" % (args.seed, i))
        image = cut(r, remade(r, r.choice(bases)) if bases and i % 4 == 0 else made(r))

        def judge(path, image=image):
            words, outcome = disagreement(args.tool, path, image)
            return words or guest_disagreement(args.guest, path, image), outcome
        yield "image %d" % i, image, judge


def of_page(args):
    for case, image, tool, guest in read_seed.page_images(args.page.read_text()):
        def judge(path, tool=tool, guest=guest):
            return page_disagreement(args, path, tool, guest), tool
        yield case, image, judge


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--images", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", type=pathlib.Path)
    options.add_argument("--page", type=pathlib.Path)
    options.add_argument("tool")
    options.add_argument("guest")
    options.add_argument("image", nargs="*", type=pathlib.Path)
    args = options.parse_args()
    outcomes, faults = collections.Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "drive.iso")
        for name, image, judge in of_page(args) if args.page else mutated(args):
            pathlib.Path(path).write_bytes(image)
            words, outcome = judge(path)
            outcomes[outcome] += 1
            if words:
                faults += 1
                print("%s: %s" % (name, words))
                if args.keep:
                    args.keep.mkdir(parents=True, exist_ok=True)
                    (args.keep / (name.replace(" ", "-") + ".iso")).write_bytes(image)
    for outcome, count in sorted(outcomes.items()):
        print("%s: %d" % (outcome, count))
    print("%d images, %d disagreements" % (sum(outcomes.values()), faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
