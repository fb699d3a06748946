/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An input is a command line, in which a zero ends each word; its first letter says which. `b`: that of seedrive build.
 * `e`: the options that all commands with a draw have in common. `g`: that of seedrive-guest. If it is refused, there
 * must be one line with the reason and exit status 2 or 3; values that are accepted must be within their limits; and
 * the words' bytes must not be changed.
 *
 * The Makefile lists the files that it is linked with.
 */
#include "cli/build.h"
#include "cli/configure.h"
#include "guest/options.h"
#include "util/wire/record.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 48

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* No configuration file is read here, because fuzz_config has those. */
int configure(struct config *c, const char *file, enum config_part part, struct settings *ret,
	struct fault *f)
{
	(void)file, (void)f;
	config_settle(c, part, ret);
	return 0;
}

const char *compose_clock(struct compose *c)
{
	(void)c;
	return NULL;
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

static void check_entropy(const struct entropy_options *o)
{
	assert(o->asked.bits >= 1 && o->asked.bits <= RECORD_BITS_MAX);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text, *word[WORDS_MAX + 1];
	int n;

	if (size < 2)
		return 0;
	text = malloc(size);
	assert(text);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	n = split(text, size - 1, word);
	optind = 0;
	if (data[0] == 'b')
		build_words(n, word);
	else if (data[0] == 'g')
		guest_words(n, word);
	else
		entropy_words(n, word);
	assert(memcmp(text, data + 1, size - 1) == 0);
	free(text);
	return 0;
}
