/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/drive.h"
#include "seed/mix.h"
#include "util/json.h"
#include "util/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define METADATA "meta_data.json"

struct drive_secret {
	uint8_t record[RECORD_SIZE_MAX];
	char metadata[]; /* the contents of the mixed meta_data.json files, one after the other */
};

bool drive_may_mix(const char *folder)
{
	char path[PATH_MAX];

	/* After any other error, such as that of a seccomp filter, it is unknown whether the path exists: say yes. */
	return snprintf(path, sizeof(path), "%s/openstack", folder) >= (int)sizeof(path) ||
		faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
		(errno != ENOENT && errno != ENOTDIR);
}

const char *drive_default_label(const struct tree *t)
{
	const struct tree_node *node = tree_find(t, "openstack");

	if (node && node->kind == TREE_DIR)
		return "config-2";
	return tree_find(t, "meta-data") ? "cidata" : NULL;
}

/* --- the metadata in the tree --- */

/* The next openstack/VERSION/meta_data.json; NULL after the last. */
static struct tree_node *next_metadata(const struct tree *t, size_t *at)
{
	const struct tree_node *openstack = tree_find(t, "openstack");
	char path[PATH_MAX];

	while (openstack && *at < openstack->children) {
		const struct tree_node *dir = openstack->child[(*at)++];
		struct tree_node *file;

		if (dir->kind != TREE_DIR)
			continue;
		snprintf(path, sizeof(path), "openstack/%s/%s", dir->name, METADATA);
		file = tree_find(t, path);
		if (file && file->kind == TREE_FILE)
			return file;
	}
	return NULL;
}

void drive_count_mixed(
	struct drive_mixed *c, int r, const char *name, const struct warning_sink *warn)
{
	if (r == 0) {
		c->mixed++;
	} else if (r != -ENOENT) {
		c->left++;
		warning_send(warn, "%s: %s: left as it was", name, mix_why(r));
	}
}

/* Reserves space for one more file after @used bytes of other files. Returns: 0; or an error for mix_why(). */
static int take_room(const struct tree_node *node, size_t *used)
{
	int r = mix_size(node->size);

	if (r == 0 && node->size > MIX_ALL_MAX - *used)
		r = -EDQUOT;
	if (r == 0)
		*used += (size_t)node->size;
	return r;
}

static int mix_one(struct drive *d, const struct tree *t, struct tree_node *node, size_t *used,
	struct mixer *m, struct fault *f)
{
	char path[PATH_MAX], *text = d->secret->metadata + *used;
	int e = 0, r = take_room(node, used);

	if (r == 0)
		e = tree_read(t, node, text, f);
	if (e < 0)
		return e;
	if (r == 0) {
		snprintf(path, sizeof(path), "openstack/%s/%s", node->parent->name, METADATA);
		r = mix_metadata(m, text, (size_t)node->size, path);
	}
	if (r == 0)
		node->bytes = (const uint8_t *)text;
	drive_count_mixed(&d->files, r, tree_name(t, node, path), d->warn);
	return 0;
}

static int mix_all(struct drive *d, const struct tree *t, const struct seed *seed, struct fault *f)
{
	const uint8_t *key = seed_mix_key(seed);
	struct tree_node *node;
	struct mixer *m;
	size_t at = 0, used = 0;
	int r = 0;

	if (!key && next_metadata(t, &at))
		return fault_set(f, -ESTALE, "openstack/: appeared while the drive was made");
	if (!key)
		return 0;
	m = mixer_new(key);
	if (!m)
		return fault_errno(f, -ENOMEM, "seed");
	while (r == 0 && (node = next_metadata(t, &at)))
		r = mix_one(d, t, node, &used, m, f);
	mixer_free(m);
	return r;
}

static size_t metadata_size(const struct tree *t)
{
	const struct tree_node *node;
	size_t at = 0, used = 0;

	while ((node = next_metadata(t, &at)))
		(void)take_room(node, &used);
	return used;
}

static int parse_uuid(const char *text, size_t len, uint8_t ret_uuid[UUID_SIZE])
{
	struct json_span span;
	int r = json_find_string(text, len, "uuid", &span);

	if (r == -EBADMSG || r == -ELOOP)
		return -ENOENT; /* mix_all() warns about this */
	return r < 0 ? r : uuid_parse(text + span.at, span.len, ret_uuid);
}

int drive_uuid(const struct tree *t, uint8_t ret_uuid[UUID_SIZE], const struct warning_sink *warn)
{
	const struct tree_node *node = tree_find(t, "openstack/latest/" METADATA);
	char path[PATH_MAX];
	struct fault f;
	char *text;
	int r;

	if (!node || node->kind != TREE_FILE || mix_size(node->size) < 0)
		return -ENOENT;
	text = secret_new((size_t)node->size + 1);
	if (!text)
		return -ENOMEM;
	r = tree_read(t, node, text, &f);
	if (r == 0)
		r = parse_uuid(text, (size_t)node->size, ret_uuid);
	secret_free(text);
	if (r == -EINVAL || r == -EEXIST)
		warning_send(warn,
			"%s: uuid is malformed or occurs twice; the drive is left unbound",
			tree_name(t, node, path));
	return r;
}

/* --- the record --- */

/* Files with our names belong to an older drive, whose seed must not be used again. */
void drive_drop_old(struct tree *t, const struct warning_sink *warn)
{
	size_t i = 0;

	while (i < t->root->children) {
		struct tree_node *node = t->root->child[i];
		char path[PATH_MAX];

		if (strcasecmp(node->name, RECORD_NAME) != 0 &&
			strcasecmp(node->name, RECORD_NOTE_NAME) != 0) {
			i++;
			continue;
		}
		warning_send(warn, "%s: left out: it belongs to an older drive",
			tree_name(t, node, path));
		tree_drop(node);
	}
}

void drive_warn_leftovers(const struct tree *t, const struct warning_sink *warn)
{
	size_t i;

	for (i = 0; i < t->leftovers; i++)
		warning_send(warn, "%s: left out: a temporary file of another run", t->leftover[i]);
}

int drive_prepare(struct drive *d, struct tree *t, size_t blocks, uint64_t now,
	const struct warning_sink *warn, struct fault *f)
{
	int r;

	*d = (struct drive){ .has_record = blocks > 0, .warn = warn };
	drive_drop_old(t, warn);
	d->secret = secret_new(sizeof(*d->secret) + metadata_size(t));
	if (!d->secret)
		return fault_errno(f, -ENOMEM, "seed");
	if (!d->has_record)
		return 0;
	r = tree_add_bytes(t, RECORD_NAME, d->secret->record, record_size(blocks * RECORD_BLOCK),
		0400, (time_t)now, f);
	if (r == 0)
		r = tree_add_bytes(
			t, RECORD_NOTE_NAME, d->note, sizeof(d->note), 0444, (time_t)now, f);
	return r;
}

void drive_forget(struct drive *d, struct tree *t)
{
	struct tree_node *record = d->has_record ? tree_find(t, RECORD_NAME) : NULL;
	struct tree_node *note;

	if (record)
		tree_drop(record);
	note = d->has_record ? tree_find(t, RECORD_NOTE_NAME) : NULL;
	if (note)
		tree_drop(note);
	drive_clear(d);
	*d = (struct drive){ 0 };
}

static int make_record(struct drive *d, const struct drive_request *req, struct fault *f)
{
	struct record rec = {
		.credit_bits = req->seed->claim.credit_bits,
		.hardware_bits = req->seed->claim.hardware_bits,
		.issued_at = req->now,
		.ttl = req->ttl,
	};
	int r;

	memcpy(rec.seed_id, req->seed->id, RECORD_ID_SIZE);
	memcpy(rec.uuid, req->uuid, UUID_SIZE);
	rec.seed = seed_bytes(req->seed, &rec.seed_len);
	r = record_encode(&rec, d->secret->record, record_size(rec.seed_len));
	if (r < 0)
		return fault_set(
			f, r, "%s: the record cannot be encoded: %s", RECORD_NAME, strerror(-r));
	drive_note(d->note, &rec, req->provenance ? req->seed : NULL, d->warn);
	return 0;
}

int drive_seed(
	struct drive *d, const struct tree *t, const struct drive_request *req, struct fault *f)
{
	int r = d->has_record ? make_record(d, req, f) : 0;

	return r < 0 ? r : mix_all(d, t, req->seed, f);
}

void drive_clear(struct drive *d)
{
	if (!d)
		return;
	secret_free(d->secret);
	d->secret = NULL;
}
