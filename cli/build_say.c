/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `seedrive build` has done. */
#include "cli/build.h"

#include <inttypes.h>
#include <string.h>

static enum config_seed seed_mode(const struct build *b)
{
	return b->make.seed_mode;
}

static void print_record(const struct build *b, FILE *to)
{
	char id[2 * RECORD_ID_SIZE + 1], uuid[UUID_STRLEN + 1];
	static const uint8_t unbound[UUID_SIZE];

	hex_encode(b->make.seed.id, RECORD_ID_SIZE, id);
	uuid_format(b->make.request.uuid, uuid);
	fprintf(to, "bound to %s\n",
		memcmp(b->make.request.uuid, unbound, UUID_SIZE) ? uuid : "no instance");
	fprintf(to, "  seed %s: %u bits, %u of them from hardware\n", id,
		b->make.seed.claim.credit_bits,
		b->make.seed.claim.hardware_bits < b->make.seed.claim.credit_bits ?
			b->make.seed.claim.hardware_bits :
			b->make.seed.claim.credit_bits);
}

static void print_result(const struct build *b)
{
	FILE *to = b->to_stdout ? stderr : stdout;
	char text[PATH_MAX + 32];

	fprintf(to, "%s: %" PRIu64 " KiB, label %s, ", b->to_stdout ? "standard output" : b->out,
		b->make.layout.size / 1024, b->label);
	if (seed_mode(b) == CONFIG_SEED_ON)
		print_record(b, to);
	else
		fprintf(to, "without a seed: %s\n",
			entropy_options_switch(&b->entropy, text, sizeof(text)));
	if (seed_mode(b) == CONFIG_SEED_OFF)
		return;
	fprintf(to, "  random_seed: %u mixed, %u left as they were\n", b->make.drive.files.mixed,
		b->make.drive.files.left);
	if (b->entropy.verbose)
		entropy_print(&b->make.seed, to);
}

static void add_record_json(json_object *o, const struct build *b)
{
	char uuid[UUID_STRLEN + 1];
	static const uint8_t unbound[UUID_SIZE];

	uuid_format(b->make.request.uuid, uuid);
	json_object_object_add(o, "bound_to",
		memcmp(b->make.request.uuid, unbound, UUID_SIZE) ? json_object_new_string(uuid) :
								   NULL);
	json_object_object_add(o, "issued_at", json_object_new_int64(b->make.now));
	json_object_object_add(o, "ttl", json_object_new_int64(b->make.request.ttl));
}

static void print_json(const struct build *b)
{
	json_object *o = seed_mode(b) == CONFIG_SEED_ON ? entropy_json(&b->make.seed, &b->entropy) :
							  json_object_new_object();

	json_object_object_add(o, "output", json_object_new_string(b->out));
	json_object_object_add(o, "size", json_object_new_int64((int64_t)b->make.layout.size));
	json_object_object_add(o, "label", json_object_new_string(b->label));
	json_object_object_add(o, "seed", json_object_new_string(config_seed_word(seed_mode(b))));
	if (seed_mode(b) == CONFIG_SEED_ON)
		add_record_json(o, b);
	json_object_object_add(
		o, "random_seed_mixed", json_object_new_int64(b->make.drive.files.mixed));
	json_object_object_add(
		o, "random_seed_left", json_object_new_int64(b->make.drive.files.left));
	json_print(o, stdout);
}

void build_say(const struct build *b)
{
	if (b->entropy.json)
		print_json(b);
	else if (!b->entropy.quiet)
		print_result(b);
}
