/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a drive back with the guest's own parser; never prints the seed. */
#include "cli/cmd.h"
#include "drive/drive.h"
#include "cli/entropy.h"
#include "drive/image.h"
#include "cli/options.h"
#include "cli/repeats.h"
#include "seed/mix.h"
#include "util/json.h"
#include "util/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct inspect {
	struct image image;
	bool json, wants_bits;
	uint32_t min_bits;
	/* found */
	bool note_agrees, expired, has_uuid;
	uint8_t uuid[UUID_SIZE]; /* the instance's, by its metadata */
	unsigned damaged;
	struct repeats values; /* of random_seed */
	size_t repeated;
	struct fault fault;
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

static int read_metadata(struct inspect *in)
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
			return fault_errno(&in->fault, -ENOMEM, in->image.path);
		r = iso_read(&in->image.volume, &file, 0, text, (size_t)file.len);
		if (r == 0)
			r = look_at_metadata(in, text, (size_t)file.len,
				strcmp(path, "openstack/latest/meta_data.json") == 0);
		secret_free(text);
		if (r < 0)
			break;
	}
	in->repeated = repeats_find(&in->values);
	return r < 0 ? fault_set(&in->fault, r, "%s: openstack: %s", in->image.path, strerror(-r)) :
		       0;
}

static int check_note(struct inspect *in)
{
	char have[RECORD_NOTE_SIZE], want[2 * RECORD_ID_SIZE + sizeof("\"seed_id\":\"\"")];
	char id[2 * RECORD_ID_SIZE + 1];

	if (!in->image.has_note)
		return fault_set(&in->fault, -EBADMSG, "%s: %s: missing beside the record",
			in->image.path, RECORD_NOTE_NAME);
	hex_encode(in->image.record.seed_id, RECORD_ID_SIZE, id);
	snprintf(want, sizeof(want), "\"seed_id\":\"%s\"", id);
	in->note_agrees = in->image.note_file.len == sizeof(have) &&
		iso_read(&in->image.volume, &in->image.note_file, 0, have, sizeof(have)) == 0 &&
		memmem(have, sizeof(have), want, strlen(want)) != NULL;
	return 0;
}

static const char *time_text(uint64_t seconds, char *out, size_t size)
{
	const time_t t = (time_t)seconds;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(out, size, "%Y-%m-%d %H:%M:%S UTC", &tm))
		snprintf(out, size, "second %" PRIu64, seconds);
	return out;
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
	if (rec->ttl)
		printf("expires       %s%s\n",
			time_text(rec->issued_at + rec->ttl, when, sizeof(when)),
			in->expired ? " (has expired)" : "");
	else
		puts("expires       never");
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
	json_object_object_add(o, "seed_id", json_object_new_string(id));
	json_object_object_add(o, "spent", json_object_new_boolean(in->image.spent));
	json_object_object_add(
		o, "credit_bits", json_object_new_int64(bits_left(in, rec->credit_bits)));
	json_object_object_add(
		o, "hardware_bits", json_object_new_int64(bits_left(in, rec->hardware_bits)));
	json_object_object_add(o, "issued_at", json_object_new_int64((int64_t)rec->issued_at));
	json_object_object_add(o, "ttl", json_object_new_int64(rec->ttl));
	json_object_object_add(o, "expired", json_object_new_boolean(in->expired));
	json_object_object_add(
		o, "bound_to", record_bound(rec) ? json_object_new_string(uuid) : NULL);
	json_object_object_add(o, "note_agrees", json_object_new_boolean(in->note_agrees));
}

static void print_json(const struct inspect *in)
{
	json_object *o = json_object_new_object();

	json_object_object_add(o, "image", json_object_new_string(in->image.path));
	json_object_object_add(o, "size", json_object_new_int64((int64_t)in->image.size));
	json_object_object_add(o, "label", json_object_new_string(in->image.volume.label));
	json_object_object_add(o, "record", json_object_new_boolean(in->image.has_record));
	if (in->image.has_record)
		add_record_json(o, in);
	json_object_object_add(
		o, "random_seed_values", json_object_new_int64((int64_t)in->values.count));
	json_object_object_add(
		o, "random_seed_repeated", json_object_new_int64((int64_t)in->repeated));
	json_object_object_add(o, "random_seed_unreadable", json_object_new_int64(in->damaged));
	json_print(o, stdout);
}

static int parse(struct inspect *in, int argc, char **argv)
{
	int c;

	while ((c = option_next(argc, argv, ":", options)) >= 0) {
		if (c == OPT_JSON)
			in->json = true;
		else if (c != OPT_MIN_BITS)
			return EXIT_USAGE;
		else if (option_number("--min-bits", optarg, 0, RECORD_BITS_MAX, &in->min_bits) < 0)
			return EXIT_USAGE;
	}
	if (optind == argc)
		return report_usage("IMAGE is missing");
	if (argc - optind > 1)
		return report_usage("%s: one IMAGE is enough", argv[optind + 1]);
	return -1;
}

static int look(struct inspect *in, const char *path)
{
	const struct record *rec = &in->image.record;
	const uint64_t now = (uint64_t)time(NULL);

	if (image_open(&in->image, path, O_RDONLY, &in->fault) < 0 || read_metadata(in) < 0 ||
		(in->image.has_record && check_note(in) < 0))
		return report_failed(&in->fault);
	in->expired = rec->ttl && now > rec->issued_at && now - rec->issued_at >= rec->ttl;
	if (in->json)
		print_json(in);
	else
		print_text(in);
	if (bits_left(in, rec->credit_bits) < in->min_bits) {
		report_error("%s: %u bits, at least %u were asked for", path,
			bits_left(in, rec->credit_bits), in->min_bits);
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

static int run(int argc, char **argv)
{
	static struct inspect in = { .image = { .fd = -1 } };
	int status = parse(&in, argc, argv);

	if (status < 0)
		status = look(&in, argv[optind]);
	image_close(&in.image);
	repeats_clear(&in.values);
	secret_wipe_stack();
	return status;
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
