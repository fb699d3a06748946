/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DRIVE_DRIVE_H
#define DRIVE_DRIVE_H

#include "iso/tree.h"
#include "seed/draw.h"
#include "util/warning.h"

/* What is put on a seed drive in addition to the caller's tree. */
struct drive_request {
	const struct seed *seed;
	uint8_t uuid[UUID_SIZE]; /* the instance that the seed is bound to; all zero: none */
	uint32_t ttl;            /* seconds until the seed expires; 0: never */
	uint64_t now;            /* seconds since 1970 UTC */
	bool provenance; /* list the sources in seedrive.json, where tenants can read them */
};

/* How many meta_data.json files of a drive were mixed, and how many were not. */
struct drive_mixed {
	unsigned mixed; /* got a new random_seed */
	unsigned left;  /* were left unchanged, with a warning */
};

/* A drive that is being made. Its record is the file seedrive.bin, and its note is the file seedrive.json. */
struct drive {
	struct drive_secret *secret;
	char note[RECORD_NOTE_SIZE];
	bool has_record;
	struct drive_mixed files;
	const struct warning_sink *warn;
};

/**
 * drive_may_mix - can a tree made from @folder contain a random_seed?
 * Callers ask before they read the tree, so that no source is read for nothing.
 * Returns: false if there is certainly none; true if there may be one.
 */
bool drive_may_mix(const char *folder);

/** drive_default_label - the label that fits the tree's content; NULL: the user must choose one. */
const char *drive_default_label(const struct tree *t);

/**
 * drive_uuid - read the instance's UUID from openstack/latest/meta_data.json
 * Returns: 0; -ENOENT if the tree has none; -EINVAL or -EEXIST, after a warning, if it is malformed or occurs twice;
 * or another -errno.
 */
int drive_uuid(const struct tree *t, uint8_t ret_uuid[UUID_SIZE], const struct warning_sink *warn);

/** drive_drop_old - remove files with the name of a record or a note from the root of @t, with a warning. */
void drive_drop_old(struct tree *t, const struct warning_sink *warn);

/** drive_warn_leftovers - warn about each temporary file of another run that was left out of @t. */
void drive_warn_leftovers(const struct tree *t, const struct warning_sink *warn);

/**
 * drive_prepare - call drive_drop_old(), and add record and note to @t; drive_seed() fills in their content later
 * @d:      the caller's storage; the caller calls drive_clear() after tree_clear(), also after an error
 * @blocks: number of seed blocks in the record; 0: add neither record nor note
 *
 * Afterwards the image can be laid out, while the seed is still being drawn.
 * Returns: 0 or -errno with @f.
 */
int drive_prepare(struct drive *d, struct tree *t, size_t blocks, uint64_t now,
	const struct warning_sink *warn, struct fault *f);

/** drive_forget - undo drive_prepare(), because there is no seed: remove record and note from @t. */
void drive_forget(struct drive *d, struct tree *t);

/**
 * drive_seed - fill in the record and the note, if drive_prepare() added them, and mix every random_seed of @t
 * A file that cannot be mixed is left unchanged, with a warning. Returns: 0 or -errno with @f.
 */
int drive_seed(
	struct drive *d, const struct tree *t, const struct drive_request *req, struct fault *f);

/**
 * drive_count_mixed - count one meta_data.json in @c, and warn if it was left unchanged
 * @r:    what mix_size() or mix_metadata() returned; -ENOENT, a file without a random_seed, is not counted
 * @name: the file's name, for the warning
 */
void drive_count_mixed(
	struct drive_mixed *c, int r, const char *name, const struct warning_sink *warn);

/**
 * drive_note - write the content of seedrive.json: JSON that tenants may read, padded with spaces
 * @provenance: list the sources of this seed, block by block; NULL: list none. Details that do not fit are left out,
 *              with a warning; the number of sources left out is in the JSON.
 */
void drive_note(char out[RECORD_NOTE_SIZE], const struct record *rec, const struct seed *provenance,
	const struct warning_sink *warn);

/**
 * drive_note_text - the JSON of drive_note() with all sources, for the journal
 * Returns: a string that the caller frees; NULL: no memory.
 */
char *drive_note_text(const struct seed *s);

void drive_clear(struct drive *d);

#endif
