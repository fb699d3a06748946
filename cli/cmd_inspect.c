/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a drive back with the guest's own parser; never prints the seed. */
#include "cli/cmd.h"
#include "drive/image.h"
#include "cli/options.h"
#include "cli/repeats.h"
#include "seed/mix.h"
#include "util/json.h"
#include "cli/json_print.h"
#include "util/json_build.h"
#include "util/secret.h"
#include "util/wire/note.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct inspect {
	struct image image;
	bool json;
	uint32_t min_bits;
	/* found */
	bool note_agrees, expired, has_uuid;
	uint8_t uuid[UUID_SIZE]; /* the instance's, by its metadata */
	unsigned damaged;
	struct repeats values; /* of random_seed */
	size_t repeated;
};

enum { OPT_MIN_BITS = OPT_OWN };

static const struct option options[] = {
	{ "json", no_argument, NULL, OPT_JSON },
	{ "min-bits", required_argument, NULL, OPT_MIN_BITS },
	{ 0 },
};

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

static int read_metadata(struct inspect *in, struct fault *f)
{
	char path[IMAGE_METADATA_PATH];
	struct iso_entry file;
	struct image_walk walk = { 0 };
	int r;

	while ((r = image_metadata(&in->image, &walk, &file, path)) > 0) {
		char *text;

		if (mix_size(file.len) < 0) {
			in->damaged++;
			continue;
		}
		text = secret_new((size_t)file.len);
		if (!text)
			return fault_errno(f, -ENOMEM, in->image.path);
		r = iso_read(&in->image.volume, &file, 0, text, (size_t)file.len);
		if (r == 0)
			r = look_at_metadata(in, text, (size_t)file.len,
				strcmp(path, "openstack/latest/meta_data.json") == 0);
		secret_free(text);
		if (r < 0)
			break;
	}
	in->repeated = repeats_find(&in->values);
	return r < 0 ? fault_set(f, r, "%s: openstack: %s", in->image.path, strerror(-r)) : 0;
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
		note_names(note, im->record.seed_id);
	return 0;
}

/* A time on the drive is any unsigned number, and time_t is signed. */
static const char *time_text(uint64_t seconds, char *out, size_t size)
{
	const time_t t = (time_t)seconds;
	struct tm tm;

	if (seconds > INT64_MAX || !gmtime_r(&t, &tm) ||
		!strftime(out, size, "%Y-%m-%d %H:%M:%S UTC", &tm))
		snprintf(out, size, "%" PRIu64 " seconds after 1970-01-01 00:00:00 UTC", seconds);
	return out;
}

static void print_expiry(const struct inspect *in)
{
	const struct record *rec = &in->image.record;
	char when[64];

	if (rec->ttl == 0)
		puts("expires       never");
	else if (rec->issued_at > UINT64_MAX - rec->ttl)
		printf("expires       %" PRIu32 " seconds after it was issued\n", rec->ttl);
	else
		printf("expires       %s%s\n",
			time_text(rec->issued_at + rec->ttl, when, sizeof(when)),
			in->expired ? " (has expired)" : "");
}

/* Of a seed that is spent nothing is left. */
static uint32_t bits_left(const struct inspect *in, uint32_t bits)
{
	return in->image.spent ? 0 : bits;
}

static void print_record(const struct inspect *in)
{
	const struct record *rec = &in->image.record;
	char id[2 * RECORD_ID_SIZE + 1], uuid[UUID_STRLEN + 1], when[64];

	hex_encode(rec->seed_id, RECORD_ID_SIZE, id);
	printf("seed          %s\n", id);
	if (in->image.spent)
		puts("bits          0: spent, a tombstone stands in the record's place");
	else
		printf("bits          %u, %u assessed to hardware; digest right\n",
			rec->credit_bits, rec->hardware_bits);
	printf("issued        %s\n", time_text(rec->issued_at, when, sizeof(when)));
	print_expiry(in);
	uuid_format(rec->uuid, uuid);
	printf("bound to      %s%s\n", record_bound(rec) ? uuid : "no instance",
		!record_bound(rec) || !in->has_uuid ? "" :
			memcmp(rec->uuid, in->uuid, UUID_SIZE) == 0 ?
						      ", the instance of the metadata" :
						      ", not the instance of the metadata");
	printf("%s %s\n", RECORD_NOTE_NAME,
		in->note_agrees ? "names the same seed" : "names another seed");
}

static void print_text(const struct inspect *in)
{
	printf("image         %s, %" PRIu64 " KiB, label %s\n", in->image.path,
		in->image.size / 1024, in->image.volume.label);
	if (in->image.has_record)
		print_record(in);
	else
		puts("seed          none");
	printf("random_seed   %zu values", in->values.count);
	if (in->values.count > 1)
		printf(", %s", in->repeated ? "some of them alike" : "all different");
	if (in->damaged)
		printf(", %u files not readable", in->damaged);
	putchar('\n');
}

static void add_record_json(json_object *o, const struct inspect *in)
{
	const struct record *rec = &in->image.record;
	char id[2 * RECORD_ID_SIZE + 1], uuid[UUID_STRLEN + 1];

	hex_encode(rec->seed_id, RECORD_ID_SIZE, id);
	uuid_format(rec->uuid, uuid);
	json_add_text(o, "seed_id", id);
	json_add_bool(o, "spent", in->image.spent);
	json_add_number(o, "credit_bits", bits_left(in, rec->credit_bits));
	json_add_number(o, "hardware_bits", bits_left(in, rec->hardware_bits));
	json_add_number(o, "issued_at", rec->issued_at);
	json_add_number(o, "ttl", rec->ttl);
	json_add_bool(o, "expired", in->expired);
	json_add_text(o, "bound_to", record_bound(rec) ? uuid : NULL);
	json_add_bool(o, "note_agrees", in->note_agrees);
}

static void print_json(const struct inspect *in)
{
	json_object *o = json_object_new_object();

	json_add_text(o, "image", in->image.path);
	json_add_number(o, "size", in->image.size);
	json_add_text(o, "label", in->image.volume.label);
	json_add_bool(o, "record", in->image.has_record && !in->image.spent);
	json_add_bool(o, "tombstone", in->image.spent);
	if (in->image.has_record)
		add_record_json(o, in);
	json_add_number(o, "random_seed_values", in->values.count);
	json_add_number(o, "random_seed_repeated", in->repeated);
	json_add_number(o, "random_seed_unreadable", in->damaged);
	json_print(o, stdout);
}

static int parse(struct inspect *in, int argc, char **argv, struct fault *f)
{
	int c, r = 0;

	while (r == 0 && (c = option_next(argc, argv, ":", options, f)) >= 0) {
		if (c == OPT_JSON)
			in->json = true;
		else if (c == OPT_MIN_BITS)
			r = option_number(
				"--min-bits", optarg, 0, RECORD_BITS_MAX, &in->min_bits, f);
		else
			r = -EINVAL;
	}
	if (r < 0)
		return r;
	if (optind == argc)
		return fault_usage(f, "IMAGE is missing");
	if (argc - optind > 1)
		return fault_usage(f, "%s: one IMAGE is enough", argv[optind + 1]);
	return 0;
}

static int look(struct inspect *in, const char *path, struct fault *f)
{
	const struct record *rec = &in->image.record;
	const uint64_t now = (uint64_t)time(NULL);
	int r = image_open(&in->image, path, O_RDONLY, f);

	if (r == 0)
		r = read_metadata(in, f);
	if (r == 0 && in->image.has_record)
		r = check_note(in, f);
	if (r < 0)
		return r;
	in->expired = rec->ttl && now > rec->issued_at && now - rec->issued_at >= rec->ttl;
	if (in->json)
		print_json(in);
	else
		print_text(in);
	if (bits_left(in, rec->credit_bits) < in->min_bits)
		return fault_refused(f, "%s: %u bits, at least %u were asked for", path,
			bits_left(in, rec->credit_bits), in->min_bits);
	return 0;
}

static int run(int argc, char **argv, struct fault *f)
{
	static struct inspect in = { .image = { .fd = -1 } };
	int r = parse(&in, argc, argv, f);

	if (r == 0)
		r = look(&in, argv[optind], f);
	image_close(&in.image);
	secret_wipe_stack();
	repeats_clear(&in.values);
	return r;
}

const struct command cmd_inspect = {
	.name = "inspect",
	.summary = "verify and describe a drive; never prints the seed",
	.usage = "inspect [OPTION...] IMAGE\n"
		 "\n"
		 "  --min-bits N  exit with 3 unless the seed claims at least so many\n"
		 "  --json        in JSON\n",
	.run = run,
};
