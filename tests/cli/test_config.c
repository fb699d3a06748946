/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/config/config.h"
#include "cli/config/file.h"
#include "cli/config/key.h"
#include "cli/configure.h"
#include "cli/report.h"
#include "cli/options.h"
#include "tests/lib/unit.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

/* --- helpers --- */

static void write_text(const char *path, const char *text)
{
	file_write(path, text, strlen(text));
}

/* Reads a file with this text, and determines the settings of the interactive tools. */
static void read_text(struct config *c, const char *text, struct settings *s)
{
	memset(c, 0, sizeof(*c));
	write_text("c", text);
	assert_int_equal(config_read(c, "c"), 0);
	config_settle(c, CONFIG_TOOLS, s);
}

static void assert_faults(const struct config *c, const char *const want[])
{
	size_t i;

	for (i = 0; want[i]; i++) {
		if (i >= c->faults)
			fail_msg("missing: %s", want[i]);
		assert_string_equal(c->fault[i], want[i]);
	}
	if (i < c->faults)
		fail_msg("besides: %s", c->fault[i]);
}

#define FAULTS(...) ((const char *const[]){ __VA_ARGS__ NULL })

/* --- the form --- */

struct form {
	const char *text, *fault; /* NULL: there is no fault */
	uint32_t bits;            /* the value of "bits" that then applies */
};

static void test_form(void **state)
{
	static const struct form row[] = {
		/* These are accepted. */
		{ "", NULL, 256 },
		{ "\n\n \t\n", NULL, 256 },
		{ "bits=512", NULL, 512 },
		{ "bits = 512\n", NULL, 512 },
		{ "bits =\t 512 \t \n", NULL, 512 },
		{ "bits = 512\r\nttl = 1d\r\n", NULL, 512 },
		{ "\xef\xbb\xbf"
		  "bits = 512\n",
			NULL, 512 },
		{ "# bits = 300\n; bits = 300\n  # bits = 300\n\t; bits = 300\nbits = 512\n", NULL,
			512 },
		{ "#\n;\n#=\n# [x]\nbits = 512\n", NULL, 512 },
		{ "[mkisofs]\nbits = 300\n", NULL, 256 },
		{ "bits = 512\n[mkisofs] \t\r\nbits = 300\n", NULL, 512 },
		{ "bits = 512\n[mkisofs]\nttl = 2w\n[mkisofs]\nbits = 300\n", NULL, 512 },
		/* These lines have not the form of a configuration. */
		{ "bits\n", "c:1: not KEY = VALUE", 256 },
		{ "bits 512\n", "c:1: not KEY = VALUE", 256 },
		{ "bits: 512\n", "c:1: not KEY = VALUE", 256 },
		{ "bits: 300 = 512\n", "c:1: not KEY = VALUE", 256 },
		{ "= 512\n", "c:1: not KEY = VALUE", 256 },
		{ "ttl = 1d\n\nbits\n", "c:3: not KEY = VALUE", 256 },
		{ "bits =\n", "c:1: bits: a value is missing", 256 },
		{ "bits = \t\n", "c:1: bits: a value is missing", 256 },
		{ "ttl = 1d\n512\n", "c:2: not KEY = VALUE", 256 },
		/* inih would join these lines to the line before. */
		{ "bits = 512\n 300\n",
			"c:2: begins with white space: a value cannot continue on another line",
			512 },
		{ "bits = 512\n\tttl = 1d\n",
			"c:2: begins with white space: a value cannot continue on another line",
			512 },
		{ " bits = 512\n",
			"c:1: begins with white space: a value cannot continue on another line",
			256 },
		/* inih would drop a part of each of these lines. */
		{ "bits = 512 ; strong\n", "c:1: a comment needs a line of its own", 256 },
		{ "bits = 512 # strong\n", "c:1: a comment needs a line of its own", 256 },
		{ "bits = 512\t;\n", "c:1: a comment needs a line of its own", 256 },
		{ "bits ;= 512\n", "c:1: a comment needs a line of its own", 256 },
		{ "[mkisofs] ; ours\nbits = 512\n", "c:1: a comment needs a line of its own", 256 },
		{ "[mkisofs] bits = 512\n", "c:1: not [SECTION]", 256 },
		/* The lines after an invalid section belong to it, so they are neither used nor checked. */
		{ "[mkisofs\nbits = 512\n", "c:1: not [SECTION]", 256 },
		{ "[]\nbits = 512\n", "c:1: not [SECTION]", 256 },
		{ "[[mkisofs]]\nbits = 512\n", "c:1: not [SECTION]", 256 },
		{ "  [mkisofs]\nbits = 512\n",
			"c:1: begins with white space: a value cannot continue on another line",
			256 },
		{ "[mkiso]\nbits = 512\nsoruce = x\n", "c:1: [mkiso]: unknown section", 256 },
		{ "[MKISOFS]\nbits = 512\n", "c:1: [MKISOFS]: unknown section", 256 },
		{ "[ mkisofs ]\nbits = 512\n", "c:1: [ mkisofs ]: unknown section", 256 },
		{ "[?]\nbits = 512\n", "c:1: [?]: unknown section", 256 },
		{ "[mkisofs\x01]\nbits = 512\n", "c:1: holds a control character", 256 },
		/* Invalid bytes. */
		{ "bits = 512\x01\n", "c:1: holds a control character", 256 },
		{ "bits = 5\x7f"
		  "12\n",
			"c:1: holds a control character", 256 },
		{ "bits = 512\rttl = 1d\n", "c:1: holds a control character", 256 },
		{ "# \x1b[31m\nbits = 512\n", "c:1: holds a control character", 512 },
		{ "bits = 512\xc2\x9b\n", "c:1: holds a control character", 256 },
		{ "# \xc2\xa0\xe2\x82\xac\nbits = 512\n", NULL, 512 },
		{ "bits = 512\xff\n", "c:1: not UTF-8", 256 },
		{ "\xef\xbb\xbf\xef\xbb\xbf"
		  "bits = 512\n",
			"c:1: begins with a byte order mark twice", 256 },
		{ "bits = 512\n\xef\xbb\xbf"
		  "bits = 300\n",
			"c:2: \xef\xbb\xbf"
			"bits: unknown key",
			512 },
		{ "\xff\xfe"
		  "bits = 512\n",
			"c:1: not UTF-8", 256 },
		/* Keys that are unknown, set twice, or in the wrong section. */
		{ "soruce = rdrand\n", "c:1: soruce: unknown key", 256 },
		{ "Bits = 512\n", "c:1: Bits: unknown key", 256 },
		{ "bits extra = 512\n", "c:1: bits extra: unknown key", 256 },
		{ "bits = 512\nttl = 1d\nbits = 512\n", "c:3: bits: was set in line 1 already",
			512 },
		{ "bits = 512\n[mkisofs]\nbits = 300\nbits = 300\n",
			"c:4: bits: was set in line 3 already", 512 },
		{ "reservoir = 5\n", "c:1: reservoir: belongs in [serve]", 256 },
		{ "[mkisofs]\nreservoir = 5\n", "c:2: reservoir: does not belong in [mkisofs]",
			256 },
		{ "[serve]\nbits = 512\n", "c:2: bits: does not belong in [serve]", 256 },
		{ "[serve]\nsource = rdrand,broker\n",
			"c:2: source: broker: the daemon cannot be its own source", 256 },
	};
	struct config c;
	struct settings s;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		read_text(&c, row[i].text, &s);
		if (!row[i].fault != (c.faults == 0) || c.faults > 1)
			fail_msg("%s: %zu faults: %s", row[i].text, c.faults,
				c.faults ? c.fault[c.faults - 1] : "");
		if (row[i].fault)
			assert_string_equal(c.fault[0], row[i].fault);
		if (s.bits != row[i].bits)
			fail_msg("%s: %u bits", row[i].text, s.bits);
		config_clear(&c);
	}
}

static void test_all_faults(void **state)
{
	struct config c;
	struct settings s;

	(void)state;
	read_text(&c,
		"soruce = x\nbits = 0\nbits = 512\nttl\n[mkiso]\nbits = 1\n[serve]\nrate = -1\n",
		&s);
	assert_faults(&c,
		FAULTS("c:1: soruce: unknown key",
			"c:2: bits: 0: must be a whole number from 1 to 16384",
			"c:4: not KEY = VALUE", "c:5: [mkiso]: unknown section",
			"c:8: rate: -1: must be a whole number from 1 to 1000000", ));
	/* A faulty line does not set its key. */
	assert_int_equal(s.bits, 512);
	config_clear(&c);
}

static void test_zero_bytes(void **state)
{
	static const char text[] = "bits = 512\0\nttl = 1d\nrequire = hard\0ware\n\0\n";
	struct config c = { 0 };
	struct settings s;

	(void)state;
	file_write("c", text, sizeof(text) - 1);
	assert_int_equal(config_read(&c, "c"), 0);
	assert_faults(&c,
		FAULTS("c:1: holds a zero byte", "c:3: holds a zero byte",
			"c:4: holds a zero byte", ));
	config_settle(&c, CONFIG_TOOLS, &s);
	assert_int_equal(s.bits, 256);
	assert_int_equal(s.ttl, 86400);
	assert_null(s.require);
	config_clear(&c);
}

/* A long line is used completely or refused, unlike in inih. */
static void test_long_lines(void **state)
{
	static const char key[] = "[mkisofs]\nfallback = /";
	char text[3 * CONFIG_LINE_MAX];
	const size_t before = sizeof(key) - 1, line = strlen("fallback = /");
	struct config c;
	struct settings s;
	size_t len;

	(void)state;
	for (len = line; len < 2 * CONFIG_LINE_MAX; len++) {
		strcpy(text, key);
		memset(text + before, 'x', len - line);
		strcpy(text + before + len - line, "\nttl = 2w\n");
		read_text(&c, text, &s);
		config_settle(&c, CONFIG_MKISOFS, &s);
		assert_int_equal(s.ttl, 1209600);
		if (len <= CONFIG_LINE_MAX) {
			assert_int_equal(c.faults, 0);
			assert_non_null(s.fallback);
			assert_int_equal(strlen(s.fallback), len - line + 1);
		} else {
			assert_faults(&c, FAULTS("c:2: the line is too long", ));
			assert_null(s.fallback);
		}
		config_clear(&c);
	}
	/* A comment may have any length. */
	memset(text, '#', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	read_text(&c, text, &s);
	assert_int_equal(c.faults, 0);
	config_clear(&c);
}

static void test_long_section(void **state)
{
	char text[CONFIG_LINE_MAX * 2];
	struct config c;
	struct settings s;
	size_t len;

	(void)state;
	for (len = 40; len < CONFIG_LINE_MAX + 10; len++) {
		snprintf(text, sizeof(text), "[%*s]\nbits = 512\n", (int)len, "serve");
		read_text(&c, text, &s);
		assert_int_equal(c.faults, 1);
		assert_int_equal(s.bits, 256);
		config_clear(&c);
	}
}

/* Random bytes, so that the sanitizers can find faults. */
static void test_random(void **state)
{
	static const char letters[] = "[]=:;# \t\n\r\nbitsl512\xc3\xa4\x01kmofe";
	uint64_t rng = 4;
	char text[300];
	unsigned i;
	size_t j;

	(void)state;
	for (i = 0; i < 3000; i++) {
		struct config c = { 0 };
		size_t len = random_below(&rng, sizeof(text));

		for (j = 0; j < len; j++)
			text[j] = letters[random_below(&rng, sizeof(letters))];
		file_write("c", text, len);
		assert_int_equal(config_read(&c, "c"), 0);
		config_clear(&c);
	}
}

/* --- values --- */

static void test_values(void **state)
{
	static const char text[] =
		"source = file:/dev/tty;x#y,bits=4,rdrand\nrequire = hardware,rdrand\nbits = 16384\n"
		"shortfall = fail\ndeadline = 500ms\nttl = 2w\n"
		"bind = b65cee2f-8c69-4aeb-be2f-f79742548fc2\nprovenance = full\nseed = mix\n"
		"strict = yes\nfallback = /usr/bin/xorriso fs\nbroker = /run/x.sock\n"
		"[serve]\nsource = rdrand\nreservoir = 2\nrate = 2\nburst = 1000000\n";
	enum config_part part;
	struct config c;
	struct settings s;

	(void)state;
	read_text(&c, text, &s);
	assert_faults(&c, FAULTS());
	for (part = CONFIG_TOOLS; part <= CONFIG_MKISOFS; part++) {
		config_settle(&c, part, &s);
		assert_int_equal(s.sources.count, 3);
		assert_string_equal(s.sources.spec[0].arg, "/dev/tty;x#y");
		assert_int_equal(s.sources.spec[0].stated_mbit, 4000);
		assert_false(s.sources.by_default);
		assert_string_equal(s.require, "hardware,rdrand");
		assert_int_equal(s.bits, 16384);
		assert_int_equal(s.deadline_ms, 500);
		assert_int_equal(s.sources.deadline_ms, 500);
		assert_int_equal(s.ttl, 1209600);
		assert_string_equal(s.bind, "b65cee2f-8c69-4aeb-be2f-f79742548fc2");
		assert_true(s.provenance_full);
		assert_int_equal(s.seed, DRIVE_SEED_MIX);
		assert_string_equal(s.broker, "/run/x.sock");
	}
	assert_false(s.claim_less);
	assert_true(s.strict);
	assert_string_equal(s.fallback, "/usr/bin/xorriso fs");
	config_settle(&c, CONFIG_SERVE, &s);
	assert_int_equal(s.sources.count, 2);
	assert_string_equal(s.sources.spec[0].src->name, "rdrand");
	assert_int_equal(s.reservoir, 2);
	assert_int_equal(s.rate, 2);
	assert_int_equal(s.burst, 1000000);
	assert_string_equal(s.broker, "/run/x.sock");
	config_clear(&c);
}

static void test_values_bad(void **state)
{
	static const struct {
		const char *line, *fault;
	} row[] = {
		{ "source = rdrandom", "source: rdrandom: unknown source" },
		{ "source = rdrand, rdseed", "source:  rdseed: unknown source" },
		{ "source = file", "source: file: a path is missing" },
		{ "source = file:x,bits=9",
			"source: bits=9: must be 0, or 0.25 to 8 bits a byte with at most three decimals" },
		{ "require = hardwear", "require: hardwear: unknown source" },
		{ "require = rdrand,", "require: a name is missing" },
		{ "require = rdrand,none", "require: none: unknown source" },
		{ "bits = 0", "bits: 0: must be a whole number from 1 to 16384" },
		{ "bits = 16385", "bits: 16385: must be a whole number from 1 to 16384" },
		{ "bits = 4294967552", "bits: 4294967552: must be a whole number from 1 to 16384" },
		{ "bits = 0x100", "bits: 0x100: must be a whole number from 1 to 16384" },
		{ "bits = +256", "bits: +256: must be a whole number from 1 to 16384" },
		{ "bits = 256 512", "bits: 256 512: must be a whole number from 1 to 16384" },
		{ "bits = \"256\"", "bits: \"256\": must be a whole number from 1 to 16384" },
		{ "shortfall = claimless", "shortfall: claimless: must be fail or claim-less" },
		{ "deadline = 0", "deadline: 0: must be a time from 1ms to 1h, as in 500ms or 2s" },
		{ "deadline = 61m",
			"deadline: 61m: must be a time from 1ms to 1h, as in 500ms or 2s" },
		{ "deadline = 2 s",
			"deadline: 2 s: must be a time from 1ms to 1h, as in 500ms or 2s" },
		{ "deadline = 1.5s",
			"deadline: 1.5s: must be a time from 1ms to 1h, as in 500ms or 2s" },
		{ "deadline = 4294968s",
			"deadline: 4294968s: must be a time from 1ms to 1h, as in 500ms or 2s" },
		{ "ttl = 1y",
			"ttl: 1y: must be whole seconds up to 4294967295, as in 90s, 15m, 12h, 1d or 2w" },
		{ "ttl = 500ms",
			"ttl: 500ms: must be whole seconds up to 4294967295, as in 90s, 15m, 12h, 1d or 2w" },
		{ "ttl = 4294967296",
			"ttl: 4294967296: must be whole seconds up to 4294967295, as in 90s, 15m, 12h, 1d or 2w" },
		{ "ttl = 9999w",
			"ttl: 9999w: must be whole seconds up to 4294967295, as in 90s, 15m, 12h, 1d or 2w" },
		{ "bind = b65cee2f", "bind: b65cee2f: must be auto, none or a UUID" },
		{ "provenance = all", "provenance: all: must be brief or full" },
		{ "seed = of", "seed: of: must be on, mix or off" },
		{ "seed = OFF", "seed: OFF: must be on, mix or off" },
		{ "strict = true", "strict: true: must be no or yes" },
		{ "fallback = xorrisofs", "fallback: xorrisofs: must be none or an absolute path" },
		{ "broker = seed.sock",
			"broker: seed.sock: must be an absolute path of at most 107 bytes" },
	};
	struct config c;
	struct settings s;
	char text[200];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		read_text(&c, row[i].line, &s);
		snprintf(text, sizeof(text), "c:1: %s", row[i].fault);
		assert_faults(&c, FAULTS(text, ));
		config_clear(&c);
	}
}

/* The deadline of all sources, and the deadline of one source. */
static void test_deadline_units(void **state)
{
	static const struct {
		const char *text;
		unsigned ms;
	} row[] = {
		{ "1ms", 1 },
		{ "1", 1000 },
		{ "2s", 2000 },
		{ "1m", 60000 },
		{ "1h", 3600000 },
		{ "3600000ms", 3600000 },
		{ "0d", 0 },
		{ "1d", 0 },
		{ "1w", 0 },
		{ "0", 0 },
		{ "3601s", 0 },
		{ "1y", 0 },
	};
	struct source_list list;
	struct settings s;
	struct config c;
	char line[64];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		snprintf(line, sizeof(line), "deadline = %s", row[i].text);
		read_text(&c, line, &s);
		assert_int_equal(c.faults, row[i].ms == 0);
		if (row[i].ms > 0)
			assert_int_equal(s.deadline_ms, row[i].ms);
		config_clear(&c);
		snprintf(line, sizeof(line), "file:a,deadline=%s", row[i].text);
		assert_int_equal(source_parse(line, &list, NULL), row[i].ms > 0 ? 0 : -EINVAL);
		if (row[i].ms > 0)
			assert_int_equal(list.spec[0].deadline_ms, row[i].ms);
	}
}

static void test_ttl_units(void **state)
{
	static const struct {
		const char *line;
		uint32_t seconds;
	} row[] = {
		{ "ttl = 0", 0 },
		{ "ttl = 0ms", 0 },
		{ "ttl = 90", 90 },
		{ "ttl = 90s", 90 },
		{ "ttl = 2000ms", 2 },
		{ "ttl = 15m", 900 },
		{ "ttl = 12h", 43200 },
		{ "ttl = 1d", 86400 },
		{ "ttl = 2w", 1209600 },
		{ "ttl = 4294967295", UINT32_MAX },
	};
	struct settings s;
	struct config c;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		read_text(&c, row[i].line, &s);
		assert_int_equal(c.faults, 0);
		assert_int_equal(s.ttl, row[i].seconds);
		config_clear(&c);
	}
}

/* --- precedence --- */

/* Checks that the sources are the default ones; the daemon's default sources do not include the broker. */
static void assert_sources_default(const struct source_list *have, bool serve)
{
	struct source_list want;
	size_t i, n = 0;

	source_default(&want);
	assert_true(have->by_default);
	for (i = 0; i < want.count; i++)
		if (!serve || want.spec[i].src->kind != SOURCE_BROKER)
			assert_ptr_equal(have->spec[n++].src, want.spec[i].src);
	assert_int_equal(have->count, n);
}

static void test_defaults(void **state)
{
	static const char *const mkisofs[] = { "broker", "rdseed", "rdrand", "kernel" };
	const struct config c = { 0 };
	struct settings s;
	size_t i, at = 0;

	(void)state;
	config_settle(&c, CONFIG_TOOLS, &s);
	assert_sources_default(&s.sources, false);
	assert_null(s.require);
	assert_int_equal(s.bits, 256);
	assert_int_equal(s.deadline_ms, 10000);
	assert_int_equal(s.ttl, 0);
	assert_string_equal(s.bind, "auto");
	assert_false(s.provenance_full);
	assert_int_equal(s.seed, DRIVE_SEED_ON);
	config_settle(&c, CONFIG_MKISOFS, &s);
	for (i = 0; i < COUNT(mkisofs); i++)
		if (source_find(mkisofs[i], strlen(mkisofs[i])))
			assert_string_equal(s.sources.spec[at++].src->name, mkisofs[i]);
	assert_int_equal(s.sources.count, at);
	assert_true(s.sources.by_default);
	assert_true(s.claim_less);
	assert_int_equal(s.deadline_ms, 2000);
	assert_int_equal(s.sources.deadline_ms, 2000);
	assert_int_equal(s.ttl, 86400);
	assert_false(s.strict);
	assert_null(s.fallback);
	assert_string_equal(s.broker, "/run/seedrive/seed.sock");
	config_settle(&c, CONFIG_SERVE, &s);
	assert_sources_default(&s.sources, true);
	assert_int_equal(s.reservoir, 256);
	assert_int_equal(s.rate, 32);
	assert_int_equal(s.burst, 128);
	assert_string_equal(s.broker, "/run/seedrive/seed.sock");
}

static void test_sections(void **state)
{
	struct config c;
	struct settings s;

	(void)state;
	read_text(&c,
		"source = rdrand\nttl = 1h\nrequire = rdrand\n"
		"[mkisofs]\nttl = 2h\nrequire = none\n[serve]\nbroker = /run/y.sock\n",
		&s);
	assert_faults(&c, FAULTS());
	assert_int_equal(s.ttl, 3600);
	assert_string_equal(s.require, "rdrand");
	/* The program's own section comes first, then the keys for all programs, then the program's default. */
	config_settle(&c, CONFIG_MKISOFS, &s);
	assert_int_equal(s.ttl, 7200);
	assert_null(s.require);
	assert_int_equal(s.sources.count, 2);
	assert_string_equal(s.sources.spec[0].src->name, "rdrand");
	assert_int_equal(s.deadline_ms, 2000);
	/* The daemon must not draw from itself. */
	config_settle(&c, CONFIG_SERVE, &s);
	assert_sources_default(&s.sources, true);
	assert_string_equal(s.broker, "/run/y.sock");
	config_clear(&c);
}

static void test_folder(void **state)
{
	struct config c = { 0 };
	struct settings s;
	char text[64];

	(void)state;
	assert_int_equal(mkdir("d", 0755), 0);
	write_text("a", "bits = 300\nttl = 1h\nseed = mix\n");
	write_text("d/B.conf", "bits = 301\nbind = none\n");
	write_text("d/10.conf", "bits = 302\n");
	write_text("d/9.conf", "bits = 303\nrequire = rdrand\n");
	write_text("d/a.conf", "bits = 304\nbits_ = 1\n");
	write_text("d/\xc3\xa4.conf", "bits = 305\n");
	/* These files are not read because of their names. */
	write_text("d/z.conf~", "bits = 1\n");
	write_text("d/z.conf.dpkg-new", "bits = 1\n");
	write_text("d/.z.conf", "bits = 1\n");
	write_text("d/.conf", "bits = 1\n");
	write_text("d/zconf", "bits = 1\n");
	assert_int_equal(config_read_default(&c, "a", "d"), 0);
	assert_faults(&c, FAULTS("d/a.conf:2: bits_: unknown key", ));
	assert_int_equal(c.files, 6);
	assert_string_equal(c.file[0], "a");
	assert_string_equal(c.file[1], "d/10.conf");
	assert_string_equal(c.file[2], "d/9.conf");
	assert_string_equal(c.file[3], "d/B.conf");
	assert_string_equal(c.file[4], "d/a.conf");
	assert_string_equal(c.file[5], "d/\xc3\xa4.conf");
	config_settle(&c, CONFIG_TOOLS, &s);
	assert_int_equal(s.bits, 305);
	assert_int_equal(s.ttl, 3600);
	assert_string_equal(s.bind, "none");
	assert_string_equal(s.require, "rdrand");
	assert_string_equal(config_origin(&c, CONFIG_TOOLS, "seed", text, sizeof(text)), "a:3");
	assert_string_equal(
		config_origin(&c, CONFIG_MKISOFS, "bind", text, sizeof(text)), "d/B.conf:2");
	assert_string_equal(
		config_origin(&c, CONFIG_TOOLS, "provenance", text, sizeof(text)), "default");
	config_clear(&c);
}

/* --- files --- */

static void test_absent(void **state)
{
	struct config c = { 0 };

	(void)state;
	assert_int_equal(config_read_default(&c, "none", "none.d"), 0);
	assert_int_equal(config_read_default(&c, "none/none", "none/none.d"), 0);
	assert_int_equal(c.faults + c.files, 0);
	/* A file that is named must exist, and so must the target of a link. */
	assert_int_equal(config_read(&c, "none"), 0);
	assert_int_equal(symlink("nowhere", "dangling"), 0);
	assert_int_equal(config_read_default(&c, "dangling", "none.d"), 0);
	assert_faults(&c,
		FAULTS("none: No such file or directory", "dangling: No such file or directory", ));
	config_clear(&c);
}

static void test_not_files(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "socket" };
	struct config c = { 0 };
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	assert_int_equal(mkdir("folder", 0755), 0);
	assert_int_equal(mkdir("e", 0755), 0);
	assert_int_equal(mkdir("e/folder.conf", 0755), 0);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(bind(s, (struct sockaddr *)&address, sizeof(address)), 0);
	write_text("file", "");
	config_read(&c, "folder");
	config_read(&c, "fifo");
	config_read(&c, "socket");
	config_read(&c, "/dev/zero");
	config_read_default(&c, "none", "e");
	config_read_default(&c, "none", "file");
	assert_faults(&c,
		FAULTS("folder: Is a directory", "fifo: not a regular file",
			"socket: not a regular file", "/dev/zero: not a regular file",
			"e/folder.conf: Is a directory", "file: Not a directory", ));
	assert_int_equal(c.files, 0);
	config_clear(&c);
	/* /dev/null is the usual name for an empty file. */
	assert_int_equal(config_read(&c, "/dev/null"), 0);
	assert_faults(&c, FAULTS());
	assert_int_equal(c.files, 1);
	config_clear(&c);
	close(s);
}

static void test_size(void **state)
{
	char *text = malloc(CONFIG_FILE_MAX + 1);
	struct config c = { 0 };

	(void)state;
	assert_non_null(text);
	memset(text, '\n', CONFIG_FILE_MAX + 1);
	memcpy(text + CONFIG_FILE_MAX - 4, "bits", 4);
	file_write("c", text, CONFIG_FILE_MAX);
	assert_int_equal(config_read(&c, "c"), 0);
	assert_faults(&c, FAULTS("c:65533: not KEY = VALUE", ));
	config_clear(&c);
	file_write("c", text, CONFIG_FILE_MAX + 1);
	assert_int_equal(config_read(&c, "c"), 0);
	assert_faults(&c, FAULTS("c: larger than 64 KiB", ));
	config_clear(&c);
	free(text);
}

static void test_trust(void **state)
{
	static const struct {
		uid_t owner;
		mode_t mode;
		uid_t caller;
		const char *fault;
	} row[] = {
		{ 0, 0644, 0, NULL },
		{ 0, 0644, 1000, NULL },
		{ 1000, 0600, 1000, NULL },
		{ 1000, 0755, 1000, NULL },
		{ 1000, 0600, 0, "x: belongs to uid 1000, neither root nor the caller" },
		{ 1000, 0644, 1001, "x: belongs to uid 1000, neither root nor the caller" },
		{ 0, 0664, 0, "x: users other than its owner may write to it (mode 0664)" },
		{ 0, 0646, 1000, "x: users other than its owner may write to it (mode 0646)" },
		{ 1000, 01777, 1000, "x: users other than its owner may write to it (mode 1777)" },
	};
	struct fault f;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		const struct stat st = { .st_uid = row[i].owner, .st_mode = S_IFREG | row[i].mode };
		int r = config_file_trusted(&st, row[i].caller, "x", &f);

		assert_int_equal(r, row[i].fault ? -EPERM : 0);
		if (row[i].fault)
			assert_string_equal(f.text, row[i].fault);
	}
}

static void test_untrusted_files(void **state)
{
	struct config c = { 0 };
	struct settings s;

	(void)state;
	assert_int_equal(mkdir("u", 0755), 0);
	write_text("u/1.conf", "bits = 300\n");
	write_text("u/2.conf", "bits = 301\n");
	assert_int_equal(chmod("u/2.conf", 0666), 0);
	assert_int_equal(config_read_default(&c, "u/2.conf", "u"), 0);
	assert_faults(&c,
		FAULTS("u/2.conf: users other than its owner may write to it (mode 0666)",
			"u/2.conf: users other than its owner may write to it (mode 0666)", ));
	config_settle(&c, CONFIG_TOOLS, &s);
	assert_int_equal(s.bits, 300);
	config_clear(&c);
	/* A user who may write to the folder could put any file into it. */
	assert_int_equal(chmod("u", 0777), 0);
	assert_int_equal(config_read_default(&c, "none", "u"), 0);
	assert_faults(&c, FAULTS("u: users other than its owner may write to it (mode 0777)", ));
	assert_int_equal(c.files, 0);
	config_clear(&c);
}

/* --- messages --- */

/* What configure() and the program that calls it write to standard error. Returns: the exit status. */
static int configure_said(
	const char *text, enum config_part part, struct settings *s, char **ret_said)
{
	static struct config c;
	const int old = dup(STDERR_FILENO);
	int fd = open("said", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), status;
	struct fault f;
	size_t len;

	config_clear(&c);
	write_text("c", text);
	fflush(stderr);
	dup2(fd, STDERR_FILENO);
	status = configure(&c, "c", part, s, &f) < 0 ? report_fault(&f) : EXIT_DONE;
	fflush(stderr);
	dup2(old, STDERR_FILENO);
	close(old);
	close(fd);
	*ret_said = file_read("said", &len);
	if (status != EXIT_DONE)
		config_clear(&c);
	return status;
}

static void test_configure(void **state)
{
	static const char bad[] = "soruce = x\nbits = 512\n[mkisofs]\nttl = 1y\n";
	static const char lines[] =
		"c:1: soruce: unknown key\nseedrive: c:4: ttl: 1y: must be whole seconds up to "
		"4294967295, as in 90s, 15m, 12h, 1d or 2w\n";
	char strict[200], want[400], *said;
	struct settings s;

	(void)state;
	snprintf(want, sizeof(want), "seedrive: %s", lines);
	assert_int_equal(configure_said(bad, CONFIG_TOOLS, &s, &said), 2);
	assert_string_equal(said, want);
	free(said);
	assert_int_equal(configure_said(bad, CONFIG_SERVE, &s, &said), 2);
	assert_string_equal(said, want);
	free(said);
	/* mkisofs goes on with the valid lines. */
	assert_int_equal(configure_said(bad, CONFIG_MKISOFS, &s, &said), 0);
	assert_string_equal(said,
		"seedrive: warning: c:1: soruce: unknown key\n"
		"seedrive: warning: c:4: ttl: 1y: must be whole seconds up to 4294967295, as in 90s, 15m, 12h, 1d or 2w\n");
	assert_int_equal(s.bits, 512);
	assert_int_equal(s.ttl, 86400);
	free(said);
	snprintf(strict, sizeof(strict), "%sstrict = yes\n", bad);
	assert_int_equal(configure_said(strict, CONFIG_MKISOFS, &s, &said), 2);
	assert_string_equal(said, want);
	free(said);
	assert_int_equal(configure_said("strict = yes\n", CONFIG_MKISOFS, &s, &said), 0);
	assert_string_equal(said, "");
	free(said);
}

static void test_options(void **state)
{
	static const struct option options[] = { OPTIONS_ENTROPY, { 0 } };
	char *argv[] = { "x", "a", "--config", "none", "b", "--config", "c", "--", "--config",
		NULL };
	char *bad[] = { "x", "--config", "none", "a", "--bogus", NULL };
	struct entropy_options o;
	struct fault f;

	(void)state;
	write_text("c", "source = kernel\nrequire = rdrand\nbits = 512\ndeadline = 300ms\n");
	optind = 1;
	assert_int_equal(
		entropy_options_configure(&o, COUNT(argv) - 1, argv, ":qv", options, &f), 0);
	assert_int_equal(o.asked.sources.count, 1);
	assert_int_equal(o.asked.sources.deadline_ms, 300);
	assert_string_equal(o.asked.require, "rdrand");
	assert_int_equal(o.asked.bits, 512);
	/* The arguments were not reordered, and the options can be read. */
	assert_string_equal(argv[1], "a");
	assert_int_equal(option_next(COUNT(argv) - 1, argv, ":qv", options, &f), OPT_CONFIG);
	/* An option replaces the sources, and the deadline stays the same. */
	optarg = "rdrand,rdseed";
	assert_int_equal(entropy_option(&o, OPT_SOURCE, &f), 0);
	assert_int_equal(o.asked.sources.count, 3);
	assert_int_equal(o.asked.sources.deadline_ms, 300);
	optarg = "none";
	assert_int_equal(entropy_option(&o, OPT_REQUIRE, &f), 0);
	assert_null(o.asked.require);
	entropy_options_clear(&o);
	/* If an option is unknown, no file is read, and there is no message yet. */
	optind = 1;
	assert_int_equal(entropy_options_configure(&o, COUNT(bad) - 1, bad, ":qv", options, &f), 0);
	assert_string_equal(o.settings.bind, "auto");
	assert_int_equal(o.asked.sources.deadline_ms, 10000);
	entropy_options_clear(&o);
}

static void test_show(void **state)
{
	struct config_shown row;
	struct config c;
	struct settings s;
	size_t i, j, k, seen = 0;

	(void)state;
	read_text(&c, "bits = 512\n[mkisofs]\nttl = 0\n", &s);
	for (k = 0; k < config_keys_count; k++) {
		bool used = false;

		for (i = 0; i < CONFIG_PARTS; i++)
			for (j = 0; config_show(&c, (enum config_part)i, j, &row); j++)
				if (strcmp(row.key, config_keys[k].name) == 0)
					used = true;
		/* Each key must have an effect on some program. */
		assert_true(used);
		seen++;
	}
	assert_int_equal(seen, config_keys_count);
	for (j = 0; config_show(&c, CONFIG_MKISOFS, j, &row); j++) {
		assert_true(*row.value);
		if (strcmp(row.key, "bits") == 0) {
			assert_string_equal(row.value, "512");
			assert_string_equal(row.file, "c");
			assert_int_equal(row.line, 1);
		} else if (strcmp(row.key, "ttl") == 0) {
			assert_string_equal(row.value, "0");
			assert_int_equal(row.line, 3);
		} else {
			assert_null(row.file);
		}
	}
	config_clear(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("config: a line is used completely or is a fault with its number; none is cut, joined or "
		     "ignored",
			test_form),
		TEST("config: all faults are reported, in the order of the lines", test_all_faults),
		TEST("config: a zero byte is a fault, and does not end the file", test_zero_bytes),
		TEST("config: a line that is too long is a fault, and is not truncated",
			test_long_lines),
		TEST("config: a section with a name of any length is unknown", test_long_section),
		TEST("config: random bytes are read to the end", test_random),
		TEST("config: each key sets what it names", test_values),
		TEST("config: an invalid value is named, with its key and what it must be",
			test_values_bad),
		TEST("config: the deadline of all sources has the same form as that of one",
			test_deadline_units),
		TEST("config: a time to live is a number of whole seconds, in any unit",
			test_ttl_units),
		TEST("config: without a configuration, each program has its own defaults",
			test_defaults),
		TEST("config: a program's section wins over the keys for all, and these over its default",
			test_sections),
		TEST("config: the folder's files come after the file, in byte order, and the last one wins",
			test_folder),
		TEST("config: the default files may be absent, a named one must exist",
			test_absent),
		TEST("config: anything but a regular file is refused at once; /dev/null is an empty one",
			test_not_files),
		TEST("config: the size of a file is limited", test_size),
		TEST("config: a file is trusted only if root or the caller owns it and nobody else may write it",
			test_trust),
		TEST("config: an untrusted file is reported, and not read", test_untrusted_files),
		TEST("config: a fault is an error, but for seedrive-mkisofs only if strict is set",
			test_configure),
		TEST("config: it is read before the options are applied, wherever --config is among them",
			test_options),
		TEST("config: every key is used by some program, and is shown with its origin",
			test_show),
	};

	return cmocka_run_group_tests_name("config", tests, temp_enter, temp_leave);
}
