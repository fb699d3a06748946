/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/inspect.h"
#include "seed/mix.h"
#include "util/json.h"
#include "util/secret.h"
#include "util/wire/note.h"

#include <errno.h>
#include <string.h>

static int look_at_metadata(struct inspect *in, const char *text, size_t len, bool latest)
{
	struct json_span span;
	int r = json_find_string(text, len, MIX_KEY, &span);

	if (r == 0)
		r = repeats_add(&in->values, text + span.at, span.len);
	else
		in->damaged += r != -ENOENT;
	if (latest && json_find_string(text, len, "uuid", &span) == 0)
		in->has_uuid = uuid_parse(text + span.at, span.len, in->uuid) == 0;
	return r == -ENOMEM ? r : 0;
}

static int read_file(struct inspect *in, const struct iso_entry *file, const char *path)
{
	char *text;
	int r = image_metadata_text(&in->image, file, &text);

	if (r == -EFBIG)
		in->damaged++;
	if (r < 0)
		return r == -EFBIG ? 0 : r;
	r = look_at_metadata(
		in, text, (size_t)file->len, strcmp(path, "openstack/latest/meta_data.json") == 0);
	secret_free(text);
	return r;
}

static int read_metadata(struct inspect *in, struct fault *f)
{
	char path[IMAGE_METADATA_PATH];
	struct iso_entry file;
	struct image_walk walk = { 0 };
	int r = 1;

	while (r > 0 && (r = image_metadata(&in->image, &walk, &file, path)) > 0) {
		const int e = read_file(in, &file, path);

		if (e < 0)
			r = e;
	}
	in->repeated = repeats_find(&in->values);
	return r < 0 ? image_fault(&in->image, r, "openstack", f) : 0;
}

static int check_note(struct inspect *in, struct fault *f)
{
	char note[RECORD_NOTE_SIZE];
	const struct image *im = &in->image;

	if (!im->has_note)
		return fault_set(f, -EBADMSG, "%s: %s: missing beside the record", im->path,
			RECORD_NOTE_NAME);
	in->note_agrees = !im->note_file.is_dir && im->note_file.len == sizeof(note) &&
		iso_read(&im->volume, &im->note_file, 0, note, sizeof(note)) == 0 &&
		note_has_seed_id(note, im->record.seed_id);
	return im->budget.exceeded ? image_fault(im, -EDQUOT, RECORD_NOTE_NAME, f) : 0;
}

int inspect_image(struct inspect *in, const char *path, int flags, uint64_t now, struct fault *f)
{
	const struct record *rec = &in->image.record;
	int r = image_open(&in->image, path, flags, f);

	if (r == 0)
		r = read_metadata(in, f);
	if (r == 0 && in->image.has_record)
		r = check_note(in, f);
	if (r == 0)
		in->expired = rec->ttl && now > rec->issued_at && now - rec->issued_at >= rec->ttl;
	return r;
}

void inspect_clear(struct inspect *in)
{
	if (!in)
		return;
	image_close(&in->image);
	repeats_clear(&in->values);
}
