/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The output of `seedrive build`. */
#include "cli/build.h"
#include "cli/print.h"
#include "cli/entropy.h"
#include "cli/json_print.h"
#include "util/json_build.h"

#include <inttypes.h>
#include <string.h>

static enum drive_mode seed_mode(const struct build *b)
{
	return b->compose.mode;
}

static void print_record(const struct build *b, FILE *to)
{
	char id[2 * RECORD_ID_SIZE + 1], uuid[UUID_STRLEN + 1];
	static const uint8_t unbound[UUID_SIZE];

	hex_encode(b->compose.seed.id, RECORD_ID_SIZE, id);
	uuid_format(b->compose.request.uuid, uuid);
	print_line(to, "bound to %s",
		memcmp(b->compose.request.uuid, unbound, UUID_SIZE) ? uuid : "no instance");
	print_line(to, "  seed %s: %u bits, %u of them from hardware", id,
		b->compose.seed.claim.credit_bits, b->compose.seed.claim.hardware_bits);
}

static void print_result(const struct build *b)
{
	FILE *to = b->to_stdout ? stderr : stdout;
	char text[PATH_MAX + 32];

	print_part(to, "%s: %" PRIu64 " KiB, label %s, ", output_name(&b->output),
		b->compose.layout.size / 1024, b->label);
	if (seed_mode(b) == DRIVE_SEED_ON)
		print_record(b, to);
	else
		print_line(to, "without a seed: %s",
			entropy_options_seed_origin(&b->entropy, text, sizeof(text)));
	if (seed_mode(b) == DRIVE_SEED_OFF)
		return;
	print_line(to, "  random_seed: %u mixed with fresh entropy, %u left as they were",
		b->compose.drive.files.mixed, b->compose.drive.files.left);
	if (b->entropy.verbose)
		entropy_print(&b->compose.seed, to);
}

static void add_record_json(json_object *o, const struct build *b)
{
	char uuid[UUID_STRLEN + 1];
	static const uint8_t unbound[UUID_SIZE];

	uuid_format(b->compose.request.uuid, uuid);
	json_add_text(
		o, "bound_to", memcmp(b->compose.request.uuid, unbound, UUID_SIZE) ? uuid : NULL);
	json_add_number(o, "issued_at", b->compose.now);
	json_add_number(o, "ttl", b->compose.request.ttl);
}

static void print_json(const struct build *b)
{
	const uint32_t asked_bits = b->entropy.asked.bits;
	json_object *o = seed_mode(b) == DRIVE_SEED_ON ?
		entropy_json(&b->compose.seed, asked_bits) :
		seed_mode(b) == DRIVE_SEED_MIX ? entropy_drawn_json(&b->compose.seed, asked_bits) :
						 json_object_new_object();

	json_add_text(o, "output", b->out);
	json_add_number(o, "size", b->compose.layout.size);
	json_add_text(o, "label", b->label);
	json_add_text(o, "seed", config_seed_word(seed_mode(b)));
	if (seed_mode(b) == DRIVE_SEED_ON)
		add_record_json(o, b);
	json_add_number(o, "random_seed_mixed", b->compose.drive.files.mixed);
	json_add_number(o, "random_seed_left", b->compose.drive.files.left);
	json_print(o, stdout);
}

void build_print(const struct build *b)
{
	if (b->entropy.json)
		print_json(b);
	else if (!b->entropy.quiet)
		print_result(b);
}
