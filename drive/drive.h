/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DRIVE_DRIVE_H
#define DRIVE_DRIVE_H

#include "iso/tree.h"
#include "seed/draw.h"
#include "util/warning.h"

/* What goes onto a seed drive besides the caller's tree. */
struct drive_request {
	const struct seed *seed;
	uint8_t uuid[UUID_SIZE]; /* zero: unbound */
	uint32_t ttl;
	uint64_t now;
	bool provenance; /* tenants may know the sources */
};

/* What became of the meta_data.json files of a drive. */
struct drive_mixed {
	unsigned mixed; /* have a new random_seed */
	unsigned left;  /* were left as they were, with a warning */
};

struct drive {
	struct drive_secret *secret;
	char note[RECORD_NOTE_SIZE];
	bool has_record;
	struct drive_mixed files;
	const struct warning_sink *warn;
};

/**
 * drive_may_mix - may @folder, or what is grafted from it into a root, hold a random_seed? Asked before there is a tree,
 * so that nothing is drawn in vain.
 */
bool drive_may_mix(const char *folder);

/** drive_default_label - by what the tree holds; NULL: it must be said. */
const char *drive_default_label(const struct tree *t);

/**
 * drive_uuid - the instance's UUID from openstack/latest/meta_data.json
 * Returns: 0; -ENOENT when the tree does not tell; -EINVAL, warned of, when it is none.
 */
int drive_uuid(const struct tree *t, uint8_t ret_uuid[UUID_SIZE], const struct warning_sink *warn);

/** drive_drop_old - take out what lies in @t under the names of record and note, with a warning. */
void drive_drop_old(struct tree *t, const struct warning_sink *warn);

/** drive_tell_leftovers - warn of each temporary file of another run that was left out of @t. */
void drive_tell_leftovers(const struct tree *t, const struct warning_sink *warn);

/**
 * drive_prepare - drive_drop_old(), and make room for record and note in @t; their content comes with drive_seed()
 * @d:      the caller's storage; needs drive_clear() after the tree is cleared, also after an error
 * @blocks: of the record; 0: there is to be neither record nor note
 *
 * From here on the image can be laid out, while the seed is still being drawn.
 * Returns: 0 or -errno with @f.
 */
int drive_prepare(struct drive *d, struct tree *t, size_t blocks, uint64_t now,
	const struct warning_sink *warn, struct fault *f);

/** drive_forget - take record and note out of @t again: there is no seed. As before drive_prepare(). */
void drive_forget(struct drive *d, struct tree *t);

/**
 * drive_seed - fill in record and note, if there are to be any, and mix every random_seed of @t
 * A file that cannot be mixed is left as it was, with a warning. Returns: 0 or -errno with @f.
 */
int drive_seed(
	struct drive *d, const struct tree *t, const struct drive_request *req, struct fault *f);

/**
 * drive_count_mixed - count what became of one meta_data.json, and warn if it is left as it was
 * @r:    what mix_size() or mix_metadata() returned; -ENOENT, a file without a random_seed, counts for nothing
 * @name: of the file, for the warning
 */
void drive_count_mixed(
	struct drive_mixed *c, int r, const char *name, const struct warning_sink *warn);

/**
 * drive_note - what tenants may know, RECORD_NOTE_SIZE bytes of JSON and spaces
 * @provenance: the seed of which the sources are listed, block by block; NULL: none. What has no room is left out and warned of,
 *              sources are counted there.
 */
void drive_note(char out[RECORD_NOTE_SIZE], const struct record *rec, const struct seed *provenance,
	const struct warning_sink *warn);

/** drive_note_text - the JSON of such a note, with all of the sources, for the journal. NULL: no memory; else the caller's to free. */
char *drive_note_text(const struct seed *s);

void drive_clear(struct drive *d);

#endif
