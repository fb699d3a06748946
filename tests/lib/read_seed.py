#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A second reader of seed drives, written from doc/seed-format.md alone. It shares no code with the tools.

    read_seed.py IMAGE           a seed drive, an ISO 9660 image
    read_seed.py --record FILE   the bare record, seedrive.bin
    read_seed.py --page PAGE.md  self-test: vectors and refusals of the page, and its rules

The fields go to stdout as JSON; of the seed itself only its SHA-256. For an image, "note" is what
seedrive.json says about the record: "agrees", "names another seed", "absent" or "malformed" (also if it
names this seed, but not the record's numbers). Its text does not change the verdict on the record.
"names_seed" is whether it names this seed, which is all that a reader of any writer's drive may require.
Exit status: 0 taken (or all checks passed), 1 refused or spent (or a check failed), 2 usage.
compare_readers.py uses it as a module: describe_image() also accepts other labels, and drives without a seed.
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
SEED_ID = bytes(range(160, 176))        # the seed id of the page's vectors


class Spent(Exception):
    """The record is a tombstone; its argument has the fields of the tombstone."""


class Refused(Exception):
    """A rule is violated; the text begins with the part that violates it, such as a field of the page's table."""


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
    if spent and any(seed):
        raise Refused("seed: not all zero in a tombstone")
    fields = dict(
        file_length=length, version=version, header_length=header, seed_length=n,
        credit_bits=credit, hardware_bits=hardware, issued_at=issued, time_to_live=ttl,
        seed_id=seed_id.hex(), instance_uuid=str(uuid.UUID(bytes=instance)),
        bound=any(instance), digest=digest.hex(), seed_sha256=sha256(seed).hex())
    if spent:
        raise Spent(fields)
    return fields


def parse_note(data, record):
    """Returns what seedrive.json says about the record."""
    try:
        text = data.decode("ascii")
        # Python accepts NaN and Infinity in JSON, but int() does not accept them.
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


def once(pairs):
    """Makes an object of the note; if a key occurs twice, its value is a list of two."""
    keys = [key for key, _ in pairs]
    return {key: value if keys.count(key) == 1 else [value, value] for key, value in pairs}


def nested(text):
    """Returns how deep brackets are nested in a JSON text."""
    depth = deepest = 0
    for bracket in re.findall(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text):
        depth += 1 if bracket in "[{" else -1 if bracket in "]}" else 0
        deepest = max(deepest, depth)
    return deepest


def names_seed(data, seed_id):
    """Does seedrive.json name the seed?"""
    try:
        text = data.decode("utf-8")
        # Python accepts NaN and Infinity in JSON, but int() does not accept them.
        note = json.loads(text, object_pairs_hook=once, parse_constant=int, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return False
    # The id must be between the quotes as it is, without escapes.
    return (len(data) == SECTOR and isinstance(note, dict) and note.get("seed_id") == seed_id
            and nested(text) <= 64 and '"%s"' % seed_id in text)


def read_at(file, offset, length):
    file.seek(offset)
    data = file.read(length)
    if len(data) != length:
        raise Refused("cut short: %d of %d bytes could be read" % (len(data), length))
    return data


def in_both_orders(data, offset, size, what):
    little, big = data[offset:offset + size], data[offset + size:offset + 2 * size]
    if little != big[::-1]:
        raise Refused("%s: the two orders differ" % what)
    return int.from_bytes(little, "little")


def blocks_of(length):
    return -(-length // SECTOR)


def extent(record, volume):
    """Returns the first block of the content, and its length in bytes; `volume` is the number of blocks of the
    volume."""
    start = in_both_orders(record, 2, 4, "extent") + record[1]
    length = in_both_orders(record, 10, 4, "data length")
    if record[26] or record[27]:
        raise Refused("interleaved: file unit size or gap size is not 0")
    if length and start + blocks_of(length) > volume:
        raise Refused("extent: beyond the end of the volume")
    return start, length


def rock_ridge_name(area):
    """Joins the name's pieces in the NM entries of a system use area; None if there is no piece."""
    name = None
    while len(area) >= 5 and 4 <= area[2] <= len(area):
        if area[:2] == b"NM" and area[3] == 1 and area[2] > 5:
            name = (name or b"") + area[5:area[2]]
            if not area[4] & 1:
                break
        area = area[area[2]:]
    return name


def plain_name(identifier):
    name = identifier.split(b";")[0]
    return name[:-1] if len(name) > 1 and name.endswith(b".") else name


def raw_records(file, start, size):
    """Yields the directory records, without reading their fields."""
    if size == 0 or size % SECTOR:
        raise Refused("root directory: not whole blocks")
    for block in range(start, start + size // SECTOR):
        rest = read_at(file, block * SECTOR, SECTOR)
        while rest and rest[0]:
            if not 34 <= rest[0] <= len(rest):
                raise Refused("root directory: malformed record")
            yield rest[:rest[0]]
            rest = rest[rest[0]:]


def parse_entry(record, volume):
    """Returns the name (None for the directory itself and the one above), the flags, the first block and the length."""
    size = record[32]
    if size == 0 or 33 + size > len(record):
        raise Refused("root directory: malformed record")
    start, length = extent(record, volume)
    identifier, area = record[33:33 + size], record[33 + (size | 1):]
    name = rock_ridge_name(area)
    if name is None:
        name = plain_name(identifier)
    if identifier in (b"\0", b"\1"):
        name = None
    return name if name is None else name.split(b"\0")[0], record[25], start, length


def whole_file(records, volume, name, start, length):
    """Adds the lengths of the file's further records; they follow a record whose bit 7 is set."""
    while True:
        record = next(records, None)
        if record is None:
            raise Refused("root directory: ends within a file")
        other, flags, block, more = parse_entry(record, volume)
        if other is None:           # here the name of "." or ".." is read as any other name
            other = (rock_ridge_name(record[33 + (record[32] | 1):]) or plain_name(record[33:34])).split(b"\0")[0]
        if other != name or length % SECTOR or block != start + length // SECTOR:
            raise Refused("root directory: the parts of a file are apart")
        length += more
        if not flags & 0x80:
            return length


def find(file, root, volume, wanted):
    """Returns (is it a directory, offset, length) of the first file with this name, or None."""
    records = raw_records(file, *root)
    for record in records:
        name, flags, start, length = parse_entry(record, volume)
        if name is None:
            continue
        if flags & 0x80:
            length = whole_file(records, volume, name, start, length)
        if name.lower() == wanted:
            return bool(flags & 2), start * SECTOR, length
    return None


def read_label(field):
    return field.rstrip(b" \0").split(b"\0")[0]


def parse_volume(file):
    """Returns the volume's label, the number of its blocks, and the extent of its root directory."""
    try:
        pvd = read_at(file, 16 * SECTOR, SECTOR)
    except Refused:
        pvd = b""
    if pvd[:7] != b"\1CD001\1":
        raise Refused("image: no primary volume descriptor")
    volume = in_both_orders(pvd, 80, 4, "volume space size")
    if in_both_orders(pvd, 128, 2, "logical block size") != SECTOR:
        raise Refused("logical block size: not 2048")
    root = pvd[156:190]
    if root[0] != 34 or not root[25] & 2:
        raise Refused("root directory: no record of a directory")
    return read_label(pvd[40:72]), volume, extent(root, volume)


def read_record(file, root, volume):
    """Returns the fields of the record or of the tombstone; if there is neither, only the state."""
    found = find(file, root, volume, b"seedrive.bin")
    if found is None:
        return dict(state="none")
    is_directory, offset, length = found
    if is_directory:
        raise Refused("seedrive.bin: a directory")
    try:
        fields = dict(state="record", **parse_record(read_at(file, offset, length) if length in LENGTHS else b""))
    except Spent as e:
        fields = dict(state="tombstone", **e.args[0])
    return dict(fields, bin_offset=offset)


def read_note(file, root, volume, record):
    """Returns what seedrive.json says, and its offset."""
    found = (find(file, root, volume, b"seedrive.json") or find(file, root, volume, b"seedrive.jso"))
    if found is None or record["state"] == "none":
        return dict(note="absent", json_offset=None, names_seed=False)
    is_directory, offset, length = found
    file.seek(offset)
    data = b"" if is_directory else file.read(min(length, SECTOR + 1))
    return dict(note=parse_note(data, record), json_offset=offset, names_seed=names_seed(data, record["seed_id"]))


def describe_image(file):
    """Returns what a tool for any drive reports: `state` is record, tombstone or none."""
    label, volume, root = parse_volume(file)
    if file.seek(0, io.SEEK_END) < volume * SECTOR:
        raise Refused("cut short: the volume has %d blocks" % volume)
    fields = read_record(file, root, volume)
    fields["label"] = bytes(label).decode("utf-8", "backslashreplace")
    return dict(fields, **read_note(file, root, volume, fields))


def guest_record(file):
    """Returns what a guest finds: `state` is other if it leaves the image alone. Reads no more than a guest needs."""
    try:
        label, volume, root = parse_volume(file)
    except Refused:
        label = None
    return read_record(file, root, volume) if label in LABELS else dict(state="other")


def parse_image(file):
    """Returns the fields of the record on a drive that has one of our labels."""
    label, volume, root = parse_volume(file)
    if label not in LABELS:
        raise Refused("volume identifier: %a" % label)
    fields = read_record(file, root, volume)
    if fields["state"] == "none":
        raise Refused("seedrive.bin: not in the root directory")
    if fields["state"] == "tombstone":
        raise Spent(fields)
    return dict(fields, label=label.decode(), **read_note(file, root, volume, fields))


results = []


def equal(text, got, want):
    results.append(got == want)
    print("ok - " + text if got == want else "not ok - %s: %r, not %r" % (text, got, want))


def outcome(data, parse=parse_record):
    """Returns `taken` or, for an image, what its note says; or `spent`; or the part of the file that breaks a rule."""
    try:
        return parse(data).get("note", "taken")
    except Spent:
        return "spent"
    except Refused as e:
        return str(e).split(":")[0]


def made(n, credit, hardware, issued=0, ttl=0, instance=str(uuid.UUID(int=0)), length=SECTOR):
    """Makes the file of a row of the page's table of vectors."""
    head = HEADER.pack(b"SEEDRIVE", 1, 128, n, credit, hardware, issued, ttl,
                       SEED_ID, uuid.UUID(instance).bytes, b"", b"")[:96]
    seed = bytes(i % 256 for i in range(n))
    return (head + sha256(head + seed) + seed).ljust(length, b"\0")


def patched(data, offset, *values):
    """Returns the file with other bytes at `offset`; if that is before byte 96, with the right digest."""
    data = data[:offset] + bytes(values) + data[offset + len(values):]
    if offset >= 96:
        return data
    return signed(data)


def signed(data):
    """Returns the file with the right digest. If the file is too short for the seed, the missing bytes count as
    zeros."""
    n = int.from_bytes(data[12:16], "little")
    return data[:96] + sha256(data[:96] + data[128:128 + n].ljust(n, b"\0")) + data[128:]


def clauses(page, words):
    """Returns the pieces of the sentence after these words, which are between semicolons; texts in brackets are left
    out."""
    text = " ".join(page.split())
    found = re.search(re.escape(words) + "([^.]*)", re.sub(r" \([^)]*\)", "", text))
    return [clause.strip() for clause in found.group(1).split(";")] if found else []


def changed(clause, data):
    """Changes the file as a clause says: "byte 7 set to 101 and byte 8 set to 2", "byte 96 inverted", "the file cut to
    2047 bytes"."""
    for one in clause.split(" and "):
        number = [int(n) for n in re.findall(r"\d+", one)]
        if re.fullmatch(r"byte \d+ set to \d+", one) and data[number[0]] != number[1]:
            data = data[:number[0]] + bytes(number[1:]) + data[number[0] + 1:]
        elif re.fullmatch(r"byte \d+ inverted", one):
            data = data[:number[0]] + bytes((data[number[0]] ^ 255,)) + data[number[0] + 1:]
        elif re.fullmatch(r"the (file|image) cut to \d+ bytes", one) and number[0] < len(data):
            data = data[:number[0]]
        elif re.fullmatch(r"the file followed by \d+ zero bytes", one):
            data += bytes(number[0])
        elif one != "no byte set":
            raise ValueError(one)
    return data


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


def page_cases(page, a, c):
    """Checks the lists of files on the page; the files of the first two lists are made from the page's words."""
    cases = clauses(page, "To be refused, each made from vector C, with its digest made anew:")
    equal("the page has three cases of vector C", len(cases), 3)
    for case in cases:
        data = signed(changed(case, c))
        equal("refused: vector C, " + case, outcome(data), "seed length")
    page = " ".join(page.split())
    refused = {
        "byte 7 set to 101": ("magic", patched(a, 7, 101)),
        "byte 8 set to 2": ("version", patched(a, 8, 2)),
        "byte 10 set to 129": ("header length", patched(a, 10, 129)),
        "byte 12 set to 63": ("seed length", patched(a, 12, 63)),
        "byte 12 set to 0": ("seed length", patched(a, 12, 0)),
        "byte 12 set to 192 and byte 13 set to 7 (*n* is 1984, 64 more than the file holds)": (
            "seed length", patched(a, 12, 192, 7)),
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
    """Checks the tombstone that the page's words define against the digest and the file on the page."""
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
    cases = clauses(page, "To be refused, each made from the tombstone of vector A, and, unless it is the digest that "
                    "changes, with its digest made anew:")
    equal("the page has 15 cases of the tombstone", len(cases), 15)
    for case in cases:
        data = changed(case, tomb)
        data = data if case == "byte 96 inverted" else signed(data)
        equal("refused: the tombstone of vector A, " + case, outcome(data) in ("taken", "spent"), False)
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
    # These changes are accepted: other seed lengths that fit, no credit, no hardware; any time, seed id and UUID.
    equal("any one bit before byte 96 inverted, digest made anew", [
        (at, bit) for at, bit in bits[:96 * 8]
        if outcome(patched(a, at, a[at] ^ 1 << bit)) == "taken"], [
            (12, 7), (13, 0), (13, 1), (13, 2), (17, 0), (21, 0), *bits[24 * 8:68 * 8]])


def image(entries, label):
    """Makes the parts of an image that are read; an entry is (identifier, content, flags, system use)."""
    def record(ident, block, length, flags=0, use=b""):
        body = ident + bytes(1 - len(ident) % 2) + use
        return struct.pack("<BxI", 33 + len(body), block) + struct.pack(">I", block) + struct.pack("<I", length) + struct.pack(
            ">I7xB6xB", length, flags, len(ident)) + body

    root, contents = record(b"\0", 17, SECTOR, 2), b""
    for ident, content, *more in entries:
        root += record(ident, 18 + len(contents) // SECTOR, len(content), *more)
        contents += content
    pvd = (b"\1CD001\1".ljust(40, b"\0") + label.ljust(32)).ljust(80, b"\0")
    volume = 18 + blocks_of(len(contents))
    pvd = (pvd + struct.pack("<I", volume) + struct.pack(">I", volume)).ljust(128, b"\0") + b"\0\10\10\0"
    pvd = pvd.ljust(156, b"\0") + record(b"\0", 17, SECTOR, 2)
    return bytes(16 * SECTOR) + pvd.ljust(SECTOR, b"\0") + root.ljust(SECTOR, b"\0") + contents


def image_rules(page, a):
    def check(text, want, *entries, label=b"config-2", end=None):
        equal("image: " + text, outcome(io.BytesIO(image(entries, label)[:end]), parse_image), want)

    def named(name):
        return b"NM" + bytes((5 + len(name), 1, 0)) + name

    def padded(text):
        return (text + "\n").encode("latin-1").ljust(2047) + b"\n"

    text = re.search(r'^ {4}(\{"seedrive":.*\})$', page, re.M).group(1)
    text = text.replace("<32 hexadecimal digits>", SEED_ID.hex())
    record, note = (b"SEEDRIVE.BIN;1", a), (b"seedrive.json;1", padded(text))
    taken = (b"config-2", b"CONFIG-2", b"cidata", b"CIDATA")
    for label in (*taken, b"config-2\0", b"Config-2", b" config-2", b"config-2\0x", b"config-2 \0x", b"config-20", b""):
        check("label %a" % label, "agrees" if label in (*taken, b"config-2\0", b"config-2\0x") else "volume identifier",
              record, note, label=label)
    check("no note", "absent", record)
    check("no note, no version, mixed case", "absent", (b"SeeDrive.Bin", a))
    check("note's name cut short", "agrees", record, (b"SEEDRIVE.JSO;1", note[1]))
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


def page_image(page, a):
    """Makes image I of the page."""
    data = bytearray(45056)
    note = re.search(r"begins with\n\n    (\{.*\})\n", page).group(1)
    data[38912:38912 + len(a)] = a
    data[40960:43008] = (note + "\n").encode().ljust(2047) + b"\n"
    for at, text in re.findall(r"^ {4}(\d+) ((?:[0-9a-f]{2})+)$", page, re.M):
        data[int(at):int(at) + len(text) // 2] = bytes.fromhex(text)
    return bytes(data)


def page_images(page):
    """Yields what the page says about each of its images: the words, the image, the result of a tool for any drive,
    that of a guest."""
    image = page_image(page, made(64, 256, 256, 1795435200))
    for words, tool, guest in (
            ("To be taken, with a `seedrive.json` that names the seed, each", "agrees", "record"),
            ("To be taken, with a `seedrive.json` that names another seed or none, each", "names another seed", "record"),
            ("To be known as without a seed, each", "none", "none"),
            ("To be refused, each", "refused", "refused"),
            ("To be refused for the volume descriptor, and left alone by a guest, each", "refused", "other"),
            ("To be left alone by a guest for its label,", "agrees", "other")):
        cases = clauses(page, words + " made from image I:")
        if not cases:
            raise ValueError(words)
        for case in cases:
            yield case, changed(case, image), tool, guest


def seen_by(reader, data):
    """Returns what a reader of images finds, in the words of page_images()."""
    try:
        found = reader(io.BytesIO(data))
    except Refused:
        return "refused"
    if found["state"] != "record" or "note" not in found:
        return found["state"]
    return "agrees" if found["names_seed"] else "names another seed"


def page_image_rules(page):
    whole = re.search("The SHA-256 of the image:\n\n {4}([0-9a-f]{64})\n", page)
    cases = list(page_images(page))
    equal("image I: SHA-256", sha256(cases[0][1]).hex(), whole and whole.group(1))
    equal("the page has images to be taken, without a seed, refused", [
        [case[2] for case in cases].count(state) for state in ("agrees", "names another seed", "none", "refused")],
        [10, 3, 5, 25])
    for case, data, tool, guest in cases:
        equal("image I: %s" % case, (seen_by(describe_image, data), seen_by(guest_record, data)), (tool, guest))


def self_test(page):
    vectors = page_vectors(page)
    a, c = vectors.get("A", made(64, 256, 256)), vectors.get("C", made(4096, 0, 0, length=6144))
    page_cases(page, a, c)
    page_image_rules(page)
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
        print("read_seed.py: spent: seed %s" % e.args[0]["seed_id"], file=sys.stderr)
        return 1
    except (Refused, OSError, UnicodeDecodeError) as e:
        print("read_seed.py: refused: %s" % e, file=sys.stderr)
        return 1
    print(json.dumps(fields, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
