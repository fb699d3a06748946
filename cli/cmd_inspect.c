/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `seedrive inspect`: reads a drive with the parser that the guest uses. Never prints the seed. */
#include "cli/cmd.h"
#include "cli/print.h"
#include "drive/inspect.h"
#include "cli/options.h"
#include "cli/json_print.h"
#include "util/confine.h"
#include "util/json_build.h"
#include "util/secret.h"
#include "util/wire/note.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct inspect_command {
	struct inspect found;
	bool json, no_links;
	uint32_t min_bits;
};

enum { OPT_MIN_BITS = OPT_OWN, OPT_NO_LINKS };

static const struct option options[] = {
	{ "json", no_argument, NULL, OPT_JSON },
	{ "min-bits", required_argument, NULL, OPT_MIN_BITS },
	{ "no-links", no_argument, NULL, OPT_NO_LINKS },
	{ 0 },
};

/* Times on the drive are unsigned 64-bit numbers; time_t is signed. */
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
		print_line(stdout, "expires       never");
	else if (rec->issued_at > UINT64_MAX - rec->ttl)
		print_line(
			stdout, "expires       %" PRIu32 " seconds after it was issued", rec->ttl);
	else
		print_line(stdout, "expires       %s%s",
			time_text(rec->issued_at + rec->ttl, when, sizeof(when)),
			in->expired ? " (has expired)" : "");
}

/* A spent record has no seed left. */
static uint32_t bits_left(const struct inspect *in, uint32_t bits)
{
	return in->image.spent ? 0 : bits;
}

static void print_record(const struct inspect *in)
{
	const struct record *rec = &in->image.record;
	char id[2 * RECORD_ID_SIZE + 1], uuid[UUID_STRLEN + 1], when[64];

	hex_encode(rec->seed_id, RECORD_ID_SIZE, id);
	print_line(stdout, "seed          %s", id);
	if (in->image.spent)
		print_line(
			stdout, "bits          0: spent, a tombstone stands in the record's place");
	else
		print_line(stdout, "bits          %u, %u of them from hardware; digest right",
			rec->credit_bits, rec->hardware_bits);
	print_line(stdout, "issued        %s", time_text(rec->issued_at, when, sizeof(when)));
	print_expiry(in);
	uuid_format(rec->uuid, uuid);
	print_line(stdout, "bound to      %s%s", record_bound(rec) ? uuid : "no instance",
		!record_bound(rec) || !in->has_uuid ? "" :
			memcmp(rec->uuid, in->uuid, UUID_SIZE) == 0 ?
						      ", the instance of the metadata" :
						      ", not the instance of the metadata");
	print_line(stdout, "%s %s", RECORD_NOTE_NAME,
		in->note_agrees ? "names the same seed" : "names another seed");
}

static void print_text(const struct inspect *in)
{
	print_line(stdout, "image         %s, %" PRIu64 " KiB, label %s", in->image.path,
		in->image.size / 1024, in->image.volume.label);
	if (in->image.has_record)
		print_record(in);
	else
		print_line(stdout, "seed          none");
	print_part(stdout, "random_seed   %zu values", in->values.count);
	if (in->values.count > 1)
		print_part(stdout, ", %s", in->repeated ? "some of them alike" : "all different");
	if (in->damaged)
		print_part(stdout, ", %u files not readable", in->damaged);
	print_line(stdout, "%s", "");
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

static int take_option(struct inspect_command *c, int option, struct fault *f)
{
	switch (option) {
	case OPT_JSON:
		c->json = true;
		return 0;
	case OPT_NO_LINKS:
		c->no_links = true;
		return 0;
	case OPT_MIN_BITS:
		return option_number("--min-bits", optarg, 0, RECORD_BITS_MAX, &c->min_bits, f);
	default:
		return -EINVAL;
	}
}

static int parse(struct inspect_command *c, int argc, char **argv, struct fault *f)
{
	int option, r = 0;

	while (r == 0 && (option = option_next(argc, argv, ":", options, f)) >= 0)
		r = take_option(c, option, f);
	if (r < 0)
		return r;
	if (optind == argc)
		return fault_usage(f, "IMAGE is missing");
	if (argc - optind > 1)
		return fault_usage(f, "%s: one IMAGE is enough", argv[optind + 1]);
	return 0;
}

static int look(struct inspect_command *c, const char *path, struct fault *f)
{
	struct inspect *in = &c->found;
	const int flags = O_RDONLY | (c->no_links ? O_NOFOLLOW : 0);
	uint32_t bits;
	int r;

	confine(NULL, 0);
	r = inspect_image(in, path, flags, (uint64_t)time(NULL), f);
	if (r < 0)
		return r;
	if (c->json)
		print_json(in);
	else
		print_text(in);
	bits = bits_left(in, in->image.record.credit_bits);
	if (bits < c->min_bits)
		return fault_refused(
			f, "%s: %u bits, at least %u were asked for", path, bits, c->min_bits);
	return 0;
}

static int run(int argc, char **argv, struct fault *f)
{
	static struct inspect_command c = { .found.image.fd = -1 };
	int r = parse(&c, argc, argv, f);

	if (r == 0)
		r = look(&c, argv[optind], f);
	inspect_clear(&c.found);
	secret_wipe_stack();
	return r;
}

const struct command cmd_inspect = {
	.name = "inspect",
	.summary = "verify and describe a drive; never prints the seed",
	.usage = "inspect [OPTION...] IMAGE\n"
		 "\n"
		 "  --min-bits N  exit with 3 unless the seed claims at least N bits\n"
		 "  --no-links    refuse an IMAGE with a symbolic link in its path\n"
		 "  --json        in JSON\n"
		 "  -h, --help    print this help, and exit\n",
	.run = run,
};
