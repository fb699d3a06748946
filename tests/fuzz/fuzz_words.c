/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An input is a command line, in which a zero ends each word; its first letter says which. `b`: that of seedrive build.
 * `e`: the options that all commands with a draw have in common. `g`: that of seedrive-guest. If it is refused, there
 * must be one line with the reason and exit status 2 or 3; values that are accepted must be within their limits; and
 * the words' bytes must not be changed. Each source that is accepted is then opened, in the world of words_world.h.
 *
 * `B` and `E`: the same as `b` and `e`, but the first words may be settings of that world, such as "STDOUT=terminal".
 *
 * The Makefile lists the files that it is linked with, and the functions that the world replaces.
 */
#include "cli/build.h"
#include "cli/configure.h"
#include "guest/options.h"
#include "tests/fuzz/words_world.h"
#include "util/clock.h"
#include "util/wire/record.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 80

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The only configuration is the world's. */
int configure(struct config *c, const char *file, enum config_part part, struct settings *ret,
	struct fault *f)
{
	(void)file;
	if (words_world.config)
		assert(config_read(c, words_world_config()) == 0);
	config_settle(c, part, ret);
	return c->faults ? fault_usage(f, "%s", c->fault[c->faults - 1]) : 0;
}

const char *compose_clock(struct compose *c)
{
	const char *epoch = words_world.epoch;

	(void)c;
	return epoch && epoch[strspn(epoch, "0123456789")] ? epoch : NULL;
}

static int split(char *text, size_t size, char *word[WORDS_MAX + 1])
{
	char *end = text + size;
	int n = 0;

	word[n++] = "seedrive";
	while (text < end && n < WORDS_MAX) {
		word[n++] = text;
		text += strlen(text) + 1;
	}
	word[n] = NULL;
	return n;
}

static void check_refused(int r, const struct fault *f)
{
	assert(r < 0 && f->text[0]);
	assert(f->status == EXIT_USAGE || f->status == EXIT_REFUSED);
}

static void check_row(const struct source_spec *spec)
{
	const struct source *row;
	bool found = false;
	size_t i;

	for (i = 0; (row = source_row(i)); i++)
		found |= row == spec->src;
	assert(found && source_test_mbit(spec) <= SOURCE_MBIT_MAX);
}

/* A source never gets a higher assessment than its row has, or the user states where that is allowed. */
static void check_assessment(const struct source_spec *spec, const struct source_handle *h)
{
	const struct source *src = h->src;
	const bool may = src->may_state || src->may_state_emulated;

	assert(h->per_bytes > 0 && h->assessed_bits <= 8 * h->per_bytes);
	assert(!source_is_abundant(h) || h->assessed_bits < h->per_bytes);
	if (!spec->stated || !may)
		assert(h->assessed_bits * src->per_bytes <= src->assessed_bits * h->per_bytes);
	assert(may || h->test_mbit == src->test_mbit);
}

/* A device that a source knows belongs to that source. */
static void check_owner(const struct source_handle *h)
{
	const struct source *knows = NULL;
	struct stat st;

	if (h->fd >= 0 && fstat(h->fd, &st) == 0)
		knows = source_by_device(&st);
	assert(!knows || knows == h->src);
}

static void check_sources(const struct source_list *list)
{
	struct source_handle h;
	size_t i;

	assert(list->count > 0 && list->count <= SOURCES_MAX);
	for (i = 0; i < list->count; i++) {
		const struct source_spec *spec = list->spec + i;
		const unsigned ms = source_timeout_ms(list, spec);
		int r;

		check_row(spec);
		assert(ms >= 1 && ms <= SOURCE_DEADLINE_MAX_MS);
		r = source_open(spec, &h, clock_ms() + ms);
		assert(r <= 0);
		check_assessment(spec, &h);
		if (r == 0) {
			check_owner(&h);
			h.src->close(&h);
		}
		words_world_check_closed();
	}
}

static void check_entropy(const struct entropy_options *o)
{
	assert(o->asked.bits >= 1 && o->asked.bits <= RECORD_BITS_MAX);
	check_sources(&o->asked.sources);
}

static void build_words(int argc, char **argv)
{
	struct build b = { 0 };
	struct fault f = { 0 };
	const int r = build_parse(&b, argc, argv, &f);

	if (r < 0) {
		check_refused(r, &f);
	} else {
		check_entropy(&b.entropy);
		assert(b.batch ||
			(b.out && !b.dir != !(b.user_data || b.meta_data || b.network_config)));
		assert(!b.batch || (!b.out && !b.dir && !b.entropy.json));
		assert(!b.label || (*b.label && strlen(b.label) <= 32));
		assert(!b.publisher || strlen(b.publisher) <= 128);
	}
	entropy_options_clear(&b.entropy);
}

static void entropy_words(int argc, char **argv)
{
	static const struct option options[] = { OPTIONS_ENTROPY, { 0 } };
	struct entropy_options o = { 0 };
	struct fault f = { 0 };
	int r = entropy_options_configure(&o, argc, argv, ":qv", options, &f), c;

	while (r == 0 && (c = option_next(argc, argv, ":qv", options, &f)) >= 0)
		r = entropy_option(&o, c, &f);
	if (r == 0)
		check_entropy(&o);
	else
		assert(f.text[0] && f.status == EXIT_USAGE);
	entropy_options_clear(&o);
}

static void guest_words(int argc, char **argv)
{
	struct options o = { .wait_ms = 1 };
	struct options_fault f = { 0 };

	if (options_parse(argc, argv, &o, &f) < 0) {
		assert(f.word && f.why && o.wait_ms == 1);
		return;
	}
	assert(!f.why && o.wait_ms >= 1000 && o.wait_ms <= 600000);
	assert(o.device_count <= OPTIONS_DEVICES_MAX && !o.devices[o.device_count]);
	assert(!o.save_carry_over || (!o.ledger && !o.device && !o.dry_run && !o.mix_only));
}

/* Takes the settings of the world from the words. Returns: how many of them there are. */
static int take_world(int argc, char **argv)
{
	int n = 0;

	while (1 + n < argc && words_world_set(argv[1 + n]))
		n++;
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text, *word[WORDS_MAX + 1], **argv = word;
	int n, settings;

	if (size < 2)
		return 0;
	text = malloc(size);
	assert(text);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	n = split(text, size - 1, word);
	optind = 0;
	words_world_begin();
	if (data[0] == 'B' || data[0] == 'E') {
		settings = take_world(n, word);
		n -= settings;
		argv += settings;
		argv[0] = word[0];
	}
	if (data[0] == 'b' || data[0] == 'B')
		build_words(n, argv);
	else if (data[0] == 'g')
		guest_words(n, argv);
	else
		entropy_words(n, argv);
	words_world_end();
	assert(memcmp(text, data + 1, size - 1) == 0);
	free(text);
	return 0;
}
