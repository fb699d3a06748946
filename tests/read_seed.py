#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An independent reader of the seed record, written from doc/seed-format.md alone.

    read_seed.py IMAGE           an ISO 9660 image (seedrive.bin and seedrive.json)
    read_seed.py --record FILE   the bare record
    read_seed.py --page PAGE.md  self-test: the vectors and refusals of the page

The fields go to stdout as JSON; of the seed itself only its SHA-256.
Exit status: 0 taken (or all checks passed), 1 refused (or a check failed), 2 usage.
"""

import hashlib
import json
import re
import stat
import struct
import sys
import uuid

SECTOR = 2048
LENGTHS = (2048, 4096, 6144)
HEADER = 128
LABELS = (b"config-2", b"CONFIG-2", b"cidata", b"CIDATA")
BIN, JSON = b"seedrive.bin", b"seedrive.json"
MODES = {BIN: 0o400, JSON: 0o444}
DIR_LIMIT = 1 << 24         # bytes of root directory this reader is willing to walk

# first byte, first byte after, name: the table of the page
FIELDS = (
    (0, 8, "magic"), (8, 10, "version"), (10, 12, "header length"),
    (12, 16, "seed length"), (16, 20, "credit bits"), (20, 24, "hardware bits"),
    (24, 32, "issued at"), (32, 36, "time to live"), (36, 52, "seed id"),
    (52, 68, "instance UUID"), (68, 96, "reserved"), (96, 128, "digest"),
)


class Refused(Exception):
    """What is broken (a field's name, or the like), and how."""

    def __init__(self, what, why):
        super().__init__("%s: %s" % (what, why))
        self.what = what


# ---------------------------------------------------------------- the record

def parse_record(data, length=None):
    """The fields of a record, or Refused. `length` is what the file is said to have."""
    length = len(data) if length is None else length
    if length not in LENGTHS:
        raise Refused("length", "%d bytes, not 2048, 4096 or 6144" % length)
    if len(data) != length:
        raise Refused("length", "%d of %d bytes could be read" % (len(data), length))

    (magic, version, header, n, credit, hardware, issued, ttl, seed_id, instance,
     reserved, digest) = struct.unpack_from("<8sHHIIIQI16s16s28s32s", data)

    if magic != b"SEEDRIVE":
        raise Refused("magic", "not SEEDRIVE")
    if version != 1:
        raise Refused("version", "%d, not 1" % version)
    if header != HEADER:
        raise Refused("header length", "%d, not 128" % header)
    if n % 64 or not 64 <= n <= 4096:
        raise Refused("seed length", "%d is not a multiple of 64 from 64 to 4096" % n)
    if HEADER + n > length:
        raise Refused("seed length", "%d does not fit a file of %d" % (n, length))
    if credit > 4 * n:
        raise Refused("credit bits", "%d, more than %d" % (credit, 4 * n))
    if hardware > 4 * n:
        raise Refused("hardware bits", "%d, more than %d" % (hardware, 4 * n))
    if any(reserved):
        raise Refused("reserved", "not all zero")
    if any(data[HEADER + n:]):
        raise Refused("padding", "not all zero")
    seed = data[HEADER:HEADER + n]
    if hashlib.sha256(data[:96] + seed).digest() != digest:
        raise Refused("digest", "differs")

    return {
        "file_length": length,
        "version": version,
        "header_length": header,
        "seed_length": n,
        "credit_bits": credit,
        "hardware_bits": hardware,
        "issued_at": issued,
        "time_to_live": ttl,
        "expires_at": issued + ttl if ttl else None,
        "seed_id": seed_id.hex(),
        "instance_uuid": str(uuid.UUID(bytes=instance)),
        "bound": any(instance),
        "digest": digest.hex(),
        "seed_sha256": hashlib.sha256(seed).hexdigest(),
    }


class Pairs(list):
    """A JSON object with its members in order and doubles kept."""


def parse_json(data, record):
    """The members of seedrive.json, which must not contradict the record."""
    if len(data) != SECTOR:
        raise Refused("seedrive.json", "%d bytes, not 2048" % len(data))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("seedrive.json", "not UTF-8") from None

    def no_constant(name):
        raise ValueError(name)

    decoder = json.JSONDecoder(object_pairs_hook=Pairs, parse_constant=no_constant)
    try:
        pairs, end = decoder.raw_decode(text)
    except (ValueError, RecursionError):
        raise Refused("seedrive.json", "not JSON") from None
    if not isinstance(pairs, Pairs):
        raise Refused("seedrive.json", "not an object")
    if text[end:].rstrip("\n") + "\n" != text[end:] or text[end:-1].strip(" "):
        raise Refused("seedrive.json", "not padded with spaces and one newline")

    found = {}
    for name, value in pairs:
        if name not in ("seedrive", "seed_id", "credit_bits", "hardware"):
            continue
        if name in found:
            raise Refused("seedrive.json", "%s twice" % name)
        found[name] = value
    for name, kind in (("seedrive", str), ("seed_id", str),
                       ("credit_bits", int), ("hardware", bool)):
        if name not in found:
            raise Refused("seedrive.json", "no %s" % name)
        if type(found[name]) is not kind:
            raise Refused("seedrive.json", "%s is of the wrong type" % name)
    if not re.fullmatch("[0-9A-Fa-f]{32}", found["seed_id"]):
        raise Refused("seedrive.json", "seed_id is not 32 hexadecimal digits")
    if found["seed_id"].lower() != record["seed_id"]:
        raise Refused("seedrive.json", "seed_id is not the record's")
    if found["credit_bits"] != record["credit_bits"]:
        raise Refused("seedrive.json", "credit_bits is not the record's")
    # The page does not say what "hardware" means: any hardware bits at all, or as many
    # as are credited. What fits neither is refused.
    hardware = record["hardware_bits"]
    if found["hardware"] not in (hardware > 0, hardware >= record["credit_bits"]):
        raise Refused("seedrive.json", "hardware contradicts the record")
    return found


# ---------------------------------------------------------------- the image

class Image:
    def __init__(self, file):
        self.file = file

    def read(self, offset, length, what):
        data = b""
        self.file.seek(offset)
        while len(data) < length:
            more = self.file.read(length - len(data))
            if not more:
                raise Refused(what, "%d of %d bytes could be read" % (len(data), length))
            data += more
        return data


def both(data, offset, size, what):
    """A number that ECMA-119 stores in both byte orders."""
    little = int.from_bytes(data[offset:offset + size], "little")
    if little != int.from_bytes(data[offset + size:offset + 2 * size], "big"):
        raise Refused(what, "the two byte orders differ")
    return little


def susp(image, area, strict):
    """The (signature, payload) entries of a system use area, continuations followed."""
    entries, seen = [], set()
    while True:
        onward, at = None, 0
        while at + 4 <= len(area):
            size = area[at + 2]
            if size == 0 and not any(area[at:]):
                break
            if size < 4 or at + size > len(area):
                if strict:
                    raise Refused("directory", "malformed system use entry")
                return entries
            sign, payload = area[at:at + 2], area[at + 4:at + size]
            at += size
            if sign == b"ST":
                break
            if sign == b"CE":
                if len(payload) != 24 or onward:
                    if strict:
                        raise Refused("directory", "malformed continuation")
                    return entries
                onward = payload
                continue
            entries.append((sign, payload))
        if onward is None:
            return entries
        place = tuple(both(onward, i, 4, "continuation") for i in (0, 8, 16))
        if place in seen or len(seen) >= 64 or place[1] + place[2] > SECTOR:
            raise Refused("directory", "continuations that loop or overrun")
        seen.add(place)
        area = image.read(place[0] * SECTOR + place[1], place[2], "continuation")


def root_records(image, root):
    """Every directory record of the root directory, raw."""
    size = both(root, 10, 4, "root directory")
    if size == 0 or size % SECTOR or size > DIR_LIMIT:
        raise Refused("root directory", "%d bytes long" % size)
    data = image.read((both(root, 2, 4, "root directory") + root[1]) * SECTOR, size,
                      "root directory")
    for start in range(0, size, SECTOR):
        sector, at = data[start:start + SECTOR], 0
        while at < SECTOR and sector[at]:
            record = sector[at:at + sector[at]]
            if len(record) < 34 or len(record) < sector[at] or 33 + record[32] > len(record):
                raise Refused("root directory", "malformed record")
            yield record
            at += len(record)


def find_files(image, root):
    """The two files: name -> (byte offset, length, mode or None)."""
    files, skip, first = {}, None, True
    for record in root_records(image, root):
        ident = record[33:33 + record[32]]
        area = record[33 + record[32] + (1 - record[32] % 2):]
        if first:
            first = False
            if ident != b"\0":
                raise Refused("root directory", "does not start with itself")
            for at in (0, 14):      # SUSP: at the start, or behind CD-ROM XA's 14 bytes
                if area[at:at + 2] == b"SP" and area[at + 2:at + 6] == b"\7\1\xbe\xef" \
                        and len(area) >= at + 7:
                    skip = area[at + 6]
                    break
            continue
        if ident in (b"\0", b"\1"):
            continue

        entries = susp(image, area[skip or 0:], skip is not None)
        names = [p for s, p in entries if s == b"NM"]
        if names and skip is None:
            raise Refused("directory", "NM entries without SP")
        if names:
            if any(not p or p[0] & ~1 for p in names) \
                    or [p[0] & 1 for p in names] != [1] * (len(names) - 1) + [0]:
                raise Refused("directory", "malformed NM entry")
            name = b"".join(p[1:] for p in names)
        else:
            name = re.sub(rb";[0-9]*\Z", b"", ident)
        name = name.lower()         # bytes: ASCII letters only
        if name not in MODES:
            continue

        what = name.decode()
        if name in files:
            raise Refused(what, "there twice")
        if record[25] & ~1:         # bit 0, hidden, changes nothing in what it is
            raise Refused(what, "not a regular file of one extent (flags %02x)" % record[25])
        if record[1] or record[26] or record[27]:
            raise Refused(what, "extended attribute record or interleaved")
        mode = None
        for sign, payload in entries if skip is not None else ():
            if sign in (b"SL", b"CL", b"PL", b"RE", b"PN", b"SF", b"ZF"):
                raise Refused(what, "not a plain file (%s)" % sign.decode())
            if sign == b"PX":
                if len(payload) < 32 or mode is not None:
                    raise Refused(what, "malformed PX entry")
                mode = both(payload, 0, 4, what)
        if mode is not None:
            if not stat.S_ISREG(mode):
                raise Refused(what, "not a regular file (mode %o)" % mode)
            mode = stat.S_IMODE(mode)
            if mode != MODES[name]:
                raise Refused(what, "mode %04o, not %04o" % (mode, MODES[name]))
        files[name] = (both(record, 2, 4, what) * SECTOR, both(record, 10, 4, what), mode)
    for name in MODES:
        if name not in files:
            raise Refused(name.decode(), "not in the root directory")
    return files


def parse_image(file):
    image = Image(file)
    pvd = image.read(16 * SECTOR, SECTOR, "primary volume descriptor")
    if pvd[:7] != b"\1CD001\1":
        raise Refused("primary volume descriptor", "none at sector 16")
    if both(pvd, 128, 2, "logical block size") != SECTOR:
        raise Refused("logical block size", "not 2048")
    label = pvd[40:72].rstrip(b" ")
    if label not in LABELS:
        raise Refused("volume label", ascii(label.decode("latin-1")))
    if not pvd[156 + 25] & 2:
        raise Refused("root directory", "not a directory")
    files = find_files(image, pvd[156:190])

    offset, length, mode = files[BIN]
    if length not in LENGTHS:       # before as much as a byte is read
        raise Refused("length", "%d bytes, not 2048, 4096 or 6144" % length)
    record = parse_record(image.read(offset, length, "seedrive.bin"))
    joffset, jlength, jmode = files[JSON]
    if jlength != SECTOR:
        raise Refused("seedrive.json", "%d bytes, not 2048" % jlength)
    record["json"] = parse_json(image.read(joffset, jlength, "seedrive.json"), record)
    record["drive"] = {
        "label": label.decode(),
        "bin_offset": offset,
        "bin_mode": None if mode is None else "%04o" % mode,
        "json_offset": joffset,
        "json_mode": None if jmode is None else "%04o" % jmode,
        "json_follows_bin": joffset == offset + length,
    }
    return record


# ---------------------------------------------------------------- the self-test

def seal(head, seed, length):
    """A file of `length` bytes from the 96 bytes of header and the seed."""
    data = head + hashlib.sha256(head + seed).digest() + seed
    return data + bytes(max(0, length - len(data)))


def reseal(data):
    """The same with a right digest and clean padding for its (broken) header, so that
    nothing but the rule in question is left to refuse it."""
    n = min(int.from_bytes(data[12:16], "little"), len(data) - HEADER)
    return seal(data[:96], data[HEADER:HEADER + n], len(data))


def patched(data, offset, value):
    return data[:offset] + value + data[offset + len(value):]


def field_at(offset, n):
    for start, end, name in FIELDS:
        if start <= offset < end:
            return name
    return "digest" if offset < HEADER + n else "padding"


class Checks:
    def __init__(self):
        self.count = self.failed = 0

    def check(self, good, text):
        self.count += 1
        self.failed += not good
        print("%s %d - %s" % ("ok" if good else "not ok", self.count, text))

    def equal(self, got, want, text):
        self.check(got == want, text if got == want
                   else "%s: %s, the page has %s" % (text, got, want))

    def taken(self, data, text):
        try:
            fields = parse_record(data)
        except Refused as e:
            self.check(False, "%s: refused, %s" % (text, e))
            return {}
        self.check(True, text)
        return fields

    def refused(self, read, what, text):
        """`what`: the field that must be blamed."""
        try:
            read()
        except Refused as e:
            self.check(what in (None, e.what), "%s: %s" % (text, e) if what in (None, e.what)
                       else "%s: blamed on %s" % (text, e))
        else:
            self.check(False, "%s: taken" % text)


def page_vectors(checks, page):
    """Every vector of the page, built from its row; letter -> file."""
    vectors = {}
    rows = re.findall(r"^\| ([A-Z]) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) "
                      r"\| `([0-9a-f-]{36})` \| (\d+) bytes \|$", page, re.M)
    table = re.search(r"^\| vector \|.*\n\|[-|]+\n((?:\|.*\n)+)", page, re.M)
    checks.check(rows and table and len(rows) == table[1].count("\n"),
                 "the page's table of vectors was understood (%d rows)" % len(rows))
    for letter, *numbers, identity, length in rows:
        n, credit, hardware, issued, ttl = map(int, numbers)
        length = int(length)
        head = (b"SEEDRIVE" + struct.pack("<HHIIIQI", 1, HEADER, n, credit, hardware,
                                          issued, ttl)
                + bytes(range(0xa0, 0xb0)) + bytes.fromhex(identity.replace("-", ""))
                + bytes(28))
        seed = bytes(i % 256 for i in range(n))
        data = vectors[letter] = seal(head, seed, length)
        name = "vector " + letter
        checks.equal(len(data), -(-(HEADER + n) // SECTOR) * SECTOR,
                     name + ": as short as whole sectors allow")

        block = re.search(r"^Vector %s, bytes 0 to 95:\n\n((?: {4}[0-9a-f]+\n)+)\n"
                          r".*:\n\n {4}([0-9a-f]{64})\n {4}([0-9a-f]{64})$" % letter,
                          page, re.M)
        if not block:
            checks.check(False, name + ": no hexadecimal block on the page")
            continue
        checks.equal(head.hex(), "".join(block[1].split()), name + ": bytes 0 to 95")
        checks.equal(data[96:128].hex(), block[2], name + ": digest")
        checks.equal(hashlib.sha256(data).hexdigest(), block[3], name + ": SHA-256 of the file")

        got = checks.taken(data, name + ": taken")
        want = {"file_length": length, "version": 1, "header_length": 128, "seed_length": n,
                "credit_bits": credit, "hardware_bits": hardware, "issued_at": issued,
                "time_to_live": ttl, "expires_at": issued + ttl if ttl else None,
                "seed_id": "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf", "instance_uuid": identity,
                "bound": identity.strip("0-") != "", "digest": block[2],
                "seed_sha256": hashlib.sha256(seed).hexdigest()}
        for key in want:
            checks.equal(got.get(key), want[key], "%s: %s" % (name, key))
    return vectors


def page_refusals(checks, page, vectors):
    """Every refusal the page names."""
    para = re.search(r"^To be refused, each made from vector ([A-Z]): (.*?)\.?\s*(?:\n\n|\Z)",
                     page, re.M | re.S)
    if not para or para[1] not in vectors:
        checks.check(False, "the page's refusals were not found")
        return
    base = vectors[para[1]]
    n = int.from_bytes(base[12:16], "little")
    for item in re.split(r";\s+", para[2]):
        item = " ".join(item.split())
        name = "refusal: " + item
        m = re.fullmatch(r"byte (\d+) (?:set to (?:`(.)`|(\d+))|inverted)(?: \((.*)\))?", item)
        if m and int(m[1]) < len(base):
            at = int(m[1])
            byte = ord(m[2]) if m[2] else int(m[3]) if m[3] else base[at] ^ 0xff
            data = patched(base, at, bytes((byte,)))
            checks.check(data != base, name + ": is a change")
            for pattern, value in ((r"([0-9a-f]+) hexadecimal", "%x" % byte),
                                   (r"(\d+) bits credited",
                                    str(int.from_bytes(data[16:20], "little")))):
                note = re.fullmatch(pattern, m[4] or "")
                if note:
                    checks.equal(value, note[1], name + ": its remark")
            what = field_at(at, n)
            checks.refused(lambda: parse_record(data), what, name)
            if at < 96:
                checks.refused(lambda: parse_record(reseal(data)), what,
                               name + ", digest made anew")
            continue
        m = re.fullmatch(r"the file cut to (\d+) bytes", item)
        if m:
            data = base[:int(m[1])]
            checks.check(len(data) < len(base), name + ": is a change")
            checks.refused(lambda: parse_record(data), "length", name)
            continue
        m = re.fullmatch(r"the file without its padding \((\d+) bytes\)", item)
        if m:
            data = base[:HEADER + n]
            checks.equal(len(data), int(m[1]), name + ": its length")
            checks.refused(lambda: parse_record(data), "length", name)
            continue
        checks.check(False, name + ": not understood")


def own_checks(checks, base, page):
    """What the rules of the page demand beyond the cases it names; `base` is vector A."""
    head, seed = base[:96], base[128:192]

    def made(offset, size, value, length=2048, n=64):
        new = patched(head, 12, n.to_bytes(4, "little"))
        new = patched(new, offset, value.to_bytes(size, "little"))
        return seal(new, bytes(i % 256 for i in range(n)), length)

    for length in (4096, 6144):
        checks.taken(base + bytes(length - len(base)), "rule: vector A in %d bytes" % length)
        checks.refused(lambda: parse_record(base + bytes(length - len(base) - 1) + b"\1"),
                       "padding", "rule: and its last byte set")
    checks.refused(lambda: parse_record(patched(base, 192, b"\1")), "padding",
                   "rule: first byte of the padding set")
    for length in (0, 1, 2049, 4095, 8192):
        checks.refused(lambda: parse_record((base + bytes(8192))[:length]), "length",
                       "rule: %d bytes" % length)
    checks.refused(lambda: parse_record(base[:2047], 2048), "length",
                   "rule: 2048 bytes said, 2047 read")

    for n, length in ((1920, 2048), (3968, 4096), (4096, 6144)):
        checks.taken(made(12, 4, n, length, n), "rule: seed of %d in %d" % (n, length))
    for n, length in ((0, 2048), (65, 2048), (4160, 6144), (1984, 2048), (4032, 4096),
                      (4096, 4096), (1 << 16 | 64, 2048), (0xffffffc0, 2048)):
        data = made(12, 4, n, length, min(n, length))[:length]
        data = patched(data, 12, n.to_bytes(4, "little"))
        checks.refused(lambda: parse_record(data), "seed length",
                       "rule: seed of %d in %d" % (n, length))
    for offset, name in ((16, "credit bits"), (20, "hardware bits")):
        for n, value in ((64, 0), (64, 1), (64, 256), (128, 512)):
            checks.taken(made(offset, 4, value, n=n), "rule: %s %d of %d" % (name, value, 4 * n))
        for n, value in ((64, 257), (128, 513), (64, 1 << 31), (64, 0xffffffff)):
            checks.refused(lambda: parse_record(made(offset, 4, value, n=n)), name,
                           "rule: %s %d of %d" % (name, value, 4 * n))
    checks.refused(lambda: parse_record(made(8, 2, 0x101)), "version", "rule: version 257")
    checks.refused(lambda: parse_record(made(8, 2, 0)), "version", "rule: version 0")
    checks.refused(lambda: parse_record(made(10, 2, 0x180)), "header length",
                   "rule: header length 384")
    for at in (69, 80, 95):
        checks.refused(lambda: parse_record(made(at, 1, 128)), "reserved",
                       "rule: reserved byte %d set" % at)
    got = checks.taken(made(24, 8, (1 << 64) - 1), "rule: latest time of issue")
    checks.equal(got.get("issued_at"), (1 << 64) - 1, "rule: and it is read whole")
    missed = 0
    for at in range(192):
        try:
            parse_record(patched(base, at, bytes((base[at] ^ 1,))))
            missed += 1
        except Refused:
            pass
    checks.equal(missed, 0, "rule: any one bit 0 of header and seed flipped, never taken")

    example = re.search(r'^ {4}(\{"seedrive":.*\})$', page, re.M)
    if not example:
        checks.check(False, "json: no example on the page")
        return
    record = parse_record(base)
    text = re.sub("<32 hexadecimal digits>", record["seed_id"], example[1])

    def padded(text):
        return text.encode().ljust(2047) + b"\n"

    try:
        parse_json(padded(text), record)
        checks.check(True, "json: the page's example, with vector A")
        parse_json(padded(text[:-1] + ',"more":[{"a":1,"a":2}]}'), record)
        checks.check(True, "json: a member added")
    except Refused as e:
        checks.check(False, "json: the page's example: %s" % e)
    for name, data in (
            ("one byte short", padded(text)[1:]),
            ("no newline", text.encode().ljust(2048)),
            ("padded with zeros", text.encode().ljust(2047, b"\0") + b"\n"),
            ("padded with newlines", text.encode().ljust(2048, b"\n")),
            ("not an object", padded("[%s]" % text)),
            ("not JSON", padded(text[:-1])),
            ("two objects", padded(text + text)),
            ("another seed's id", padded(text.replace("a0a1", "a0a2"))),
            ("other credit", padded(text.replace("256", "255"))),
            ("credit as text", padded(text.replace("256", '"256"'))),
            ("hardware denied", padded(text.replace("true", "false"))),
            ("no credit", padded(text.replace('"credit_bits"', '"x"'))),
            ("credit twice", padded(text[:-1] + ',"credit_bits":256}'))):
        checks.refused(lambda: parse_json(data, record), "seedrive.json", "json: " + name)


def self_test(page):
    checks = Checks()
    vectors = page_vectors(checks, page)
    page_refusals(checks, page, vectors)
    if "A" in vectors:
        own_checks(checks, vectors["A"], page)
    print("1..%d" % checks.count)
    print("# %d checks, %d failed" % (checks.count, checks.failed))
    return 1 if checks.failed or not vectors else 0


# ---------------------------------------------------------------- the command

def main(args):
    option = args.pop(0) if args and args[0] in ("--record", "--page") else None
    if len(args) != 1 or args[0].startswith("-"):
        print("usage: read_seed.py IMAGE | --record FILE | --page PAGE.md", file=sys.stderr)
        return 2
    try:
        if option == "--page":
            with open(args[0], encoding="utf-8") as file:
                page = file.read()
            return self_test(page)
        with open(args[0], "rb") as file:
            if option == "--record":
                fields = parse_record(file.read(LENGTHS[-1] + 1))
            else:
                fields = parse_image(file)
    except Refused as e:
        print("read_seed.py: refused: %s" % e, file=sys.stderr)
        return 1
    except (OSError, UnicodeDecodeError) as e:
        print("read_seed.py: cannot read: %s" % ascii(str(e)), file=sys.stderr)
        return 1
    print(json.dumps(fields, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
