# SPDX-License-Identifier: GPL-2.0-or-later
"""Sections of results. Each is a JSON file in bench/results, and the names of the files give the order of the sections.

A section has a title; the date, commit and machine of its results; and blocks, each of which is a text, or a table of
columns and rows. Figures that are in no table are in `figures`, with the words of the text that state them.
"""
import json
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(ROOT, "bench", "results")
TEXT = os.path.join(ROOT, "bench", "RESULTS.md")


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def write(path, value):
    """Replaces the file in one step, so that a run that is stopped leaves either the old file or the new one."""
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)
        file.write("\n")
    os.replace(path + ".new", path)


def stored():
    """All sections that are committed."""
    return [read(os.path.join(FOLDER, name)) for name in sorted(os.listdir(FOLDER)) if name.endswith(".json")]


def cells(line):
    """The cells of a line of a Markdown table; `\\|` does not end a cell."""
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]


def is_rule(line):
    return bool(re.fullmatch(r"\|(\s*:?-+:?\s*\|)+", line.strip()))


def blocks(text):
    """Texts and tables of a piece of Markdown, in order."""
    found = []
    for piece in re.split(r"\n\s*\n", text.strip("\n")):
        lines = piece.splitlines()
        while lines:
            at = next((i for i in range(len(lines) - 1) if lines[i].startswith("|") and is_rule(lines[i + 1])), None)
            if at is None:
                found.append({"text": "\n".join(lines)})
                break
            if at > 0:
                found.append({"text": "\n".join(lines[:at])})
            end = next((i for i in range(at, len(lines)) if not lines[i].startswith("|")), len(lines))
            found.append({"columns": cells(lines[at]), "rows": [cells(line) for line in lines[at + 2:end]]})
            lines = lines[end:]
    return [block for block in found if block.get("text", "x").strip()]


def line_of(row):
    return "".join("| " + cell.replace("|", "\\|") + " " for cell in row).replace("|  ", "| ") + "|"


def markdown(block):
    if "text" in block:
        return block["text"]
    return "\n".join([line_of(block["columns"]), "|" + "---|" * len(block["columns"])] + [line_of(row) for row in block["rows"]])


def whole_text(sections):
    """bench/RESULTS.md, from the sections."""
    pieces = ["# Results"]
    for section in sections:
        if section.get("title"):
            pieces.append("## " + section["title"])
        pieces += [markdown(block) for block in section["blocks"]]
    return "\n\n".join(pieces) + "\n"


# --- sections that somebody has written into bench/RESULTS.md ---

def names():
    return sorted(name for name in os.listdir(FOLDER) if name.endswith(".json"))


def numbered(before, after):
    """The number, 000 to 999, for the name of a file between two others; the numbers of older files have gaps."""
    low, high = int(before[:3]) if before else 0, int(after[:3]) if after else 999
    return f"{(low + high) // 2:03}"


def of_title(title):
    """Date, commit and machine of a section, as far as its title has them."""
    date = re.search(r"\d{4}-\d\d-\d\d", title)
    commit = re.search(r"commit ([0-9a-f]{7,})", title)
    machine = re.search(r"(\d+ cores.*)", title)
    return {"date": date.group(0) if date else "", "commit": commit.group(1) if commit else "", "machine": machine.group(1) if machine else "not noted"}


def take(text):
    """Stores what somebody has written into the text of bench/RESULTS.md: new sections, and changes in stored sections.

    Returns: the titles of the new and of the changed sections.
    """
    old = {read(os.path.join(FOLDER, name))["title"]: name for name in names()}
    taken, last = [], ""
    for piece in re.split(r"^## ", text.split("\n", 1)[1], flags=re.M):
        title, body = ("", piece) if not last and not taken and piece.startswith("\n") else piece.split("\n", 1)
        if title in old:
            last = old[title]
            section = read(os.path.join(FOLDER, last))
            if section["blocks"] == blocks(body):
                continue
            section["blocks"] = blocks(body)
        else:
            word = re.sub(r"[^a-z]+", "-", title.split(":")[0].lower()).strip("-")[:24]
            section = {"part": word, "title": title, **of_title(title), "blocks": blocks(body), "figures": []}
            after = next((name for name in names() if name > last), "")
            last = f"{numbered(last, after)}-{word}.json"
        write(os.path.join(FOLDER, last), section)
        taken.append(title or "the beginning")
    return taken
