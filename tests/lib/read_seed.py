#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An independent reader of the seed record, written from doc/seed-format.md alone.

    read_seed.py IMAGE           a seed drive, an ISO 9660 image
    read_seed.py --record FILE   the bare record, seedrive.bin
    read_seed.py --page PAGE.md  self-test: vectors and refusals of the page, and its rules

The fields go to stdout as JSON; of the seed itself only its SHA-256. For an image, "note" is
what seedrive.json says of the record, which it never touches: "agrees", "names another seed",
"absent" or "malformed" (also: this seed, but not the record's numbers).
Exit status: 0 taken (or all checks passed), 1 refused or spent (or a check failed), 2 usage.
"""

import hashlib
import io
import json
import re
import struct
import sys
import uuid

SECTOR = 2048
LENGTHS = (2048, 4096, 6144)
HEADER = struct.Struct("<8sHHIIIQI16s16s28s32s")
LABELS = (b"config-2", b"CONFIG-2", b"cidata", b"CIDATA")
SEED_ID = bytes(range(160, 176))        # of the page's vectors


class Spent(Exception):
    """The id of a seed whose tombstone stands in the record's place."""


class Refused(Exception):
    """The text begins with what breaks the rule: a field of the page's table, or the like."""


def sha256(data):
    return hashlib.sha256(data).digest()


def parse_record(data):
    length = len(data)
    if length not in LENGTHS:
        raise Refused("length: not 2048, 4096 or 6144 bytes")
    (magic, version, header, n, credit, hardware, issued, ttl, seed_id, instance,
     reserved, digest) = HEADER.unpack_from(data)
    seed = data[128:128 + n]
    spent = magic == b"SEEDGONE"
    for broken, what in (
            (magic != b"SEEDRIVE" and not spent, "magic: not SEEDRIVE"),
            (version != 1, "version: %d, not 1" % version),
            (header != 128, "header length: %d, not 128" % header),
            (n % 64 or not 64 <= n <= min(4096, length - 128), "seed length: %d" % n),
            (credit > 4 * n, "credit bits: %d, more than %d" % (credit, 4 * n)),
            (hardware > 4 * n, "hardware bits: %d, more than %d" % (hardware, 4 * n)),
            (any(reserved), "reserved: not all zero"),
            (any(data[128 + n:]), "padding: not all zero"),
            (sha256(data[:96] + seed) != digest, "digest: differs")):
        if broken:
            raise Refused(what)
    if spent:
        if any(seed):
            raise Refused("seed: not all zero in a tombstone")
        raise Spent(seed_id.hex())
    return dict(
        file_length=length, version=version, header_length=header, seed_length=n,
        credit_bits=credit, hardware_bits=hardware, issued_at=issued, time_to_live=ttl,
        seed_id=seed_id.hex(), instance_uuid=str(uuid.UUID(bytes=instance)),
        bound=any(instance), digest=digest.hex(), seed_sha256=sha256(seed).hex())


def parse_note(data, record):
    """What seedrive.json says of the record."""
    try:
        text = data.decode("ascii")
        # Python takes NaN and Infinity for JSON; int() does not.
        note, end = json.JSONDecoder(parse_constant=int).raw_decode(text)
    except (ValueError, RecursionError):
        return "malformed"
    names = ("seedrive", "seed_id", "credit_bits", "hardware")
    if not (len(data) == SECTOR and re.fullmatch("\n *\n", text[end:]) and isinstance(note, dict)
            and [type(note.get(name)) for name in names] == [str, str, int, bool]
            and re.fullmatch("[0-9a-f]{32}", note["seed_id"])):
        return "malformed"
    if note["seed_id"] != record["seed_id"]:
        return "names another seed"
    numbers = (record["credit_bits"], record["hardware_bits"] != 0)
    return "agrees" if (note["credit_bits"], note["hardware"]) == numbers else "malformed"


def read_at(file, offset, length):
    file.seek(offset)
    data = file.read(length)
    if len(data) != length:
        raise Refused("cut short: %d of %d bytes could be read" % (len(data), length))
    return data


def extent(record):
    """Offset and length of what a directory record stands for."""
    block, length = struct.unpack_from("<I4xI", record, 2)
    return block * SECTOR, length


def rock_ridge_name(area):
    """The NM entries of a system use area. Continuation areas are left out: the names of the
    two files need none."""
    name = b""
    while len(area) >= 4 and 4 <= area[2] <= len(area):
        if area[:2] == b"NM":
            name += area[5:area[2]]
        area = area[area[2]:]
    return name


def root_files(file, root):
    """The files of the root directory: name in lower case -> [(offset, length)]."""
    files = {}
    start, size = extent(root)
    for at in range(0, size, SECTOR):
        sector = read_at(file, start + at, SECTOR)
        while sector and sector[0]:
            record, sector = sector[:sector[0]], sector[sector[0]:]
            if len(record) < max(34, record[0]) or len(record) < 33 + record[32]:
                raise Refused("root directory: malformed record")
            name = (rock_ridge_name(record[33 + (record[32] | 1):])
                    or record[33:33 + record[32]].split(b";")[0])
            if not record[25] & 2:      # no directory
                files.setdefault(name.lower(), []).append(extent(record))
    return files


def parse_image(file):
    pvd = read_at(file, 16 * SECTOR, SECTOR)
    if pvd[:7] != b"\1CD001\1" or pvd[128:130] != b"\0\10":
        raise Refused("image: no primary volume descriptor for blocks of 2048 bytes at sector 16")
    label = pvd[40:72].rstrip(b" ")
    if label not in LABELS:
        raise Refused("volume identifier: %a" % label)
    files = root_files(file, pvd[156:190])
    records, notes = files.get(b"seedrive.bin", []), files.get(b"seedrive.json", [])
    if len(records) != 1:
        raise Refused("seedrive.bin: there are %d in the root directory" % len(records))
    offset, length = records[0]
    fields = parse_record(read_at(file, offset, length) if length in LENGTHS else b"")
    fields.update(label=label.decode(), bin_offset=offset, json_offset=None, note="absent")
    if notes:
        fields["json_offset"], length = notes[0]
        file.seek(fields["json_offset"])
        fields["note"] = parse_note(file.read(min(length, SECTOR + 1)), fields)
    return fields


results = []


def equal(text, got, want):
    results.append(got == want)
    print("ok - " + text if got == want else "not ok - %s: %r, not %r" % (text, got, want))


def outcome(data, parse=parse_record):
    """`taken`, for an image what its note says, `spent`, or what broke the rule."""
    try:
        return parse(data).get("note", "taken")
    except Spent:
        return "spent"
    except Refused as e:
        return str(e).split(":")[0]


def made(n, credit, hardware, issued=0, ttl=0, instance=str(uuid.UUID(int=0)), length=SECTOR):
    """A file from a row of the page's table of vectors."""
    head = HEADER.pack(b"SEEDRIVE", 1, 128, n, credit, hardware, issued, ttl,
                       SEED_ID, uuid.UUID(instance).bytes, b"", b"")[:96]
    seed = bytes(i % 256 for i in range(n))
    return (head + sha256(head + seed) + seed).ljust(length, b"\0")


def patched(data, offset, *values):
    """With other bytes at `offset`; if that is before byte 96, with the digest made anew."""
    data = data[:offset] + bytes(values) + data[offset + len(values):]
    if offset >= 96:
        return data
    n = int.from_bytes(data[12:16], "little")
    return data[:96] + sha256(data[:96] + data[128:128 + n]) + data[128:]


def page_vectors(page):
    vectors = {}
    for letter, row, instance, length in re.findall(
            r"^\| ([A-Z]) \| ([\d |]+) \| `(.{36})` \| (\d+) bytes \|$", page, re.M):
        numbers = [int(number) for number in row.split(" | ")]
        data = vectors[letter] = made(*numbers, instance, int(length))
        hexes = re.search("^Vector %s, bytes 0 to 95:\n\n((?: {4}[0-9a-f]{64}\n){3})\n"
                          ".*:\n\n {4}([0-9a-f]{64})\n {4}([0-9a-f]{64})\n" % letter, page, re.M)
        head, digest, whole = hexes.groups() if hexes else ("", "", "")
        equal("vector %s: bytes 0 to 127, SHA-256 of the file" % letter,
              (data[:128].hex(), sha256(data).hex()), ("".join(head.split()) + digest, whole))
        equal("vector %s: fields" % letter, list(parse_record(data).values()), [
            int(length), 1, 128, *numbers, SEED_ID.hex(), instance, instance.strip("0-") != "",
            digest, sha256(data[128:128 + numbers[0]]).hex()])
    equal("the page has the vectors", "".join(vectors), "ABC")
    return vectors


def page_cases(page, a):
    """The two lists at the end of the page, word by word."""
    page = " ".join(page.split())
    refused = {
        "byte 7 set to 101": ("magic", patched(a, 7, 101)),
        "byte 8 set to 2": ("version", patched(a, 8, 2)),
        "byte 10 set to 129": ("header length", patched(a, 10, 129)),
        "byte 12 set to 63": ("seed length", patched(a, 12, 63)),
        "byte 12 set to 0": ("seed length", patched(a, 12, 0)),
        "byte 17 set to 2 (512 bits credited)": ("credit bits", patched(a, 17, 2)),
        "byte 21 set to 2 (512 bits from hardware)": ("hardware bits", patched(a, 21, 2)),
        "byte 68 set to 1": ("reserved", patched(a, 68, 1)),
        "byte 96 inverted": ("digest", patched(a, 96, a[96] ^ 255)),
        "byte 128 inverted": ("digest", patched(a, 128, a[128] ^ 255)),
        "byte 192 set to 1": ("padding", patched(a, 192, 1)),
        "byte 2047 set to 1": ("padding", patched(a, 2047, 1)),
        "the file cut to 2047 bytes": ("length", a[:2047]),
        "the file without its padding (192 bytes)": ("length", a[:192]),
        "an empty file": ("length", b""),
        "the file followed by 6144 zero bytes": ("length", a + bytes(6144)),
    }
    equal("the page has the cases to be refused", "To be refused, each made from vector A, and, "
          "where a byte before byte 96 changes, with its digest made anew: %s." %
          "; ".join(refused) in page, True)
    for text, (rule, data) in refused.items():
        equal("refused: " + text, outcome(data), rule)
    equal("the page has the cases to be taken", "To be taken: vector A followed by 2048 or 4096 "
          "zero bytes; vector A with bytes 16 and 17 zero (no credit), its digest made anew."
          in page, True)
    for data in (a + bytes(2048), a + bytes(4096), patched(a, 16, 0, 0)):
        equal("taken: %d bytes, credit %d" % (len(data), data[17] * 256), outcome(data), "taken")


def tombstone_rules(page, a):
    """From the words of the page; digest and file are given there."""
    head, zeros = b"SEEDGONE" + a[8:96], bytes(64)
    tomb = (head + sha256(head + zeros)).ljust(SECTOR, b"\0")
    digest, whole = re.search(r"^The tombstone of vector A .*\n\n {4}([0-9a-f]{64})\n\n.*\n\n"
                              r" {4}([0-9a-f]{64})\n", page, re.M).groups()
    equal("tombstone: digest, SHA-256 of the file", (tomb[96:128].hex(), sha256(tomb).hex()),
          (digest, whole))
    equal("the page has the cases that are spent", "To be known as spent: the tombstone of vector A; "
          "the same followed by 4096 zero bytes." in " ".join(page.split()), True)
    for data in (tomb, tomb + bytes(4096)):
        equal("tombstone of %d bytes" % len(data), outcome(data), "spent")
    equal("a seed behind a tombstone", outcome(patched(
        tomb[:96] + sha256(tomb[:96] + b"\1" + bytes(63)) + tomb[128:], 128, 1)), "seed")
    equal("any one bit of a tombstone inverted", [
        (at, bit) for at in range(SECTOR) for bit in range(8)
        if outcome(tomb[:at] + bytes((tomb[at] ^ 1 << bit,)) + tomb[at + 1:])
        in ("spent", "taken")], [])


def record_rules(a):
    fit = ((64, 6144), (1920, 2048), (3968, 4096), (4096, 6144))
    for n, length in (*fit, (65, 2048), (1984, 2048), (4032, 4096), (4160, 6144)):
        equal("seed of %d in %d" % (n, length), outcome(made(n, 0, 0, length=length)[:length]),
              "taken" if (n, length) in fit else "seed length")
    for n, bits, taken in ((64, 0, True), (64, 257, False), (128, 512, True), (128, 513, False)):
        for rule, data in (("credit bits", made(n, bits, 0)), ("hardware bits", made(n, 0, bits))):
            equal("%d %s of %d" % (bits, rule, 4 * n), outcome(data), "taken" if taken else rule)
    for length in (1, 2049, 4095, 6145, 8192):
        equal("%d bytes" % length, outcome((a + bytes(8192))[:length]), "length")
    equal("last byte of 6144 set", outcome(a.ljust(6143, b"\0") + b"\1"), "padding")

    bits = [(at, bit) for at in range(SECTOR) for bit in range(8)]
    equal("any one bit inverted", [(at, bit) for at, bit in bits if outcome(
        a[:at] + bytes((a[at] ^ 1 << bit,)) + a[at + 1:]) == "taken"], [])
    # Taken: other seed lengths that fit, no credit, no hardware; any time, seed id and UUID.
    equal("any one bit before byte 96 inverted, digest made anew", [
        (at, bit) for at, bit in bits[:96 * 8]
        if outcome(patched(a, at, a[at] ^ 1 << bit)) == "taken"], [
            (12, 7), (13, 0), (13, 1), (13, 2), (17, 0), (21, 0), *bits[24 * 8:68 * 8]])


def image(entries, label):
    """No more of an image than is read; entries: identifier, content, flags, system use."""
    def record(ident, block, length, flags=0, use=b""):
        body = ident + bytes(1 - len(ident) % 2) + use
        return struct.pack("<BxI4xI11xB6xB", 33 + len(body), block, length, flags,
                           len(ident)) + body

    root, contents = record(b"\0", 17, SECTOR, 2), b""
    for ident, content, *more in entries:
        root += record(ident, 18 + len(contents) // SECTOR, len(content), *more)
        contents += content
    pvd = (b"\1CD001\1".ljust(40, b"\0") + label.ljust(32)).ljust(128, b"\0") + b"\0\10"
    pvd = pvd.ljust(156, b"\0") + record(b"\0", 17, SECTOR, 2)
    return bytes(16 * SECTOR) + pvd.ljust(SECTOR, b"\0") + root.ljust(SECTOR, b"\0") + contents


def image_rules(page, a):
    def check(text, want, *entries, label=b"config-2", end=None):
        equal("image: " + text, outcome(io.BytesIO(image(entries, label)[:end]), parse_image), want)

    def named(name):
        return b"NM" + bytes((5 + len(name), 1, 0)) + name

    def padded(text):
        return (text + "\n").encode("latin-1").ljust(2047) + b"\n"

    text = "".join(re.findall(r'^ {4}(\{"seedrive":.*\})$', page, re.M))
    text = text.replace("<32 hexadecimal digits>", SEED_ID.hex())
    record, note = (b"SEEDRIVE.BIN;1", a), (b"seedrive.json;1", padded(text))
    taken = (b"config-2", b"CONFIG-2", b"cidata", b"CIDATA")
    for label in (*taken, b"Config-2", b"config-2\0", b" config-2", b""):
        check("label %a" % label, "agrees" if label in taken else "volume identifier",
              record, note, label=label)
    check("no note", "absent", record)
    check("no note, no version, mixed case", "absent", (b"SeeDrive.Bin", a))
    check("note's name cut short", "absent", record, (b"SEEDRIVE.JSO;1", note[1]))
    check("no record", "seedrive.bin", note)
    check("Rock Ridge names", "agrees", (b"A;1", a, 0, named(b"SEEDRIVE.bin")),
          (b"BC;1", note[1], 0, named(b"seedrive.json")))
    check("another Rock Ridge name", "seedrive.bin", (*record, 0, named(b"seedrive.bin;1")))
    check("a directory", "seedrive.bin", (*record, 2))
    check("three sectors", "agrees", (record[0], a + bytes(4096)), note)
    check("2047 bytes", "length", note, (record[0], a[:2047]))
    check("ends in the record", "cut short", note, record, end=-1)
    check("ends in the note", "malformed", record, note, end=-1)
    for case, want, data in (
            ("a member added", "agrees", padded(text[:-1] + ',"more":[{"a":1}]}')),
            ("other seed", "names another seed", padded(text.replace("a0a1", "a0a2"))),
            ("other credit", "malformed", padded(text.replace("256", "255"))),
            ("no hardware", "malformed", padded(text.replace("true", "false"))),
            ("upper case", "malformed", padded(text.replace("aaab", "AAAB"))),
            ("member missing", "malformed", padded(text.replace('"credit_bits"', '"x"'))),
            ("a space first", "malformed", padded(" " + text)),
            ("no newline after it", "malformed", text.encode().ljust(2047) + b"\n"),
            ("2047 bytes", "malformed", padded(text)[:-2] + b"\n"),
            ("not ASCII", "malformed", padded(text[:-1] + ',"\xe9":1}')),
            ("not an object", "malformed", padded("[]")),
            ("empty", "malformed", b"")):
        check("note: " + case, want, record, (note[0], data))


def self_test(page):
    a = page_vectors(page).get("A", made(64, 256, 256))
    page_cases(page, a)
    tombstone_rules(page, a)
    record_rules(a)
    image_rules(page, a)
    print("%d checks, %d failed" % (len(results), results.count(False)))
    return 0 if all(results) else 1


def main(args):
    option = args.pop(0) if args and args[0] in ("--record", "--page") else None
    if len(args) != 1 or args[0].startswith("-"):
        print("usage: read_seed.py IMAGE | --record FILE | --page PAGE.md", file=sys.stderr)
        return 2
    try:
        with open(args[0], "rb") as file:
            if option == "--page":
                return self_test(file.read().decode())
            if option == "--record":
                fields = parse_record(file.read(LENGTHS[-1] + 1))
            else:
                fields = parse_image(file)
    except Spent as e:
        print("read_seed.py: spent: seed %s" % e, file=sys.stderr)
        return 1
    except (Refused, OSError, UnicodeDecodeError) as e:
        print("read_seed.py: refused: %s" % e, file=sys.stderr)
        return 1
    print(json.dumps(fields, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
