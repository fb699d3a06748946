/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/source/source.h"
#include "seed/source/machine.h"
#include "util/duration.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static const struct source *const table[] = {
	&source_broker,
	&source_rdseed,
	&source_rdrand,
	&source_tpm,
	&source_hwrng,
	&source_egd,
	&source_file,
	&source_jitter,
	&source_kernel,
};

#define TABLE_LEN (sizeof(table) / sizeof(*table))

const struct source *source_row(size_t i)
{
	return i < TABLE_LEN ? table[i] : NULL;
}

static bool same_word(const char *have, const char *word, size_t len)
{
	return have && strncmp(have, word, len) == 0 && have[len] == '\0';
}

const struct source *source_find(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < TABLE_LEN; i++)
		if (same_word(table[i]->name, name, len) || same_word(table[i]->alias, name, len))
			return table[i];
	return NULL;
}

/* Is the piece "key=value" without "NAME:" before it? Then it belongs to the source before it. */
static bool is_setting(const char *piece, size_t len)
{
	const char *equals = memchr(piece, '=', len), *colon = memchr(piece, ':', len);

	return equals && !(colon && colon < equals);
}

static bool is_key(const char *piece, const char *key)
{
	const size_t len = strlen(key);

	return strncmp(piece, key, len) == 0 && piece[len] == '=';
}

/* Parses "4", "0.25" or "7.999" into thousandths. Values below a quarter are refused: the tests have no cutoffs for
 * them. */
bool source_parse_mbit(const char *p, size_t len, unsigned *ret)
{
	const char *const end = p + len;
	unsigned mbit, unit = 1000;

	if (p == end || *p < '0' || *p > '8')
		return false;
	mbit = (unsigned)(*p++ - '0') * unit;
	if (p < end && (*p++ != '.' || p == end))
		return false;
	for (; p < end; p++) {
		unit /= 10;
		if (*p < '0' || *p > '9' || unit == 0)
			return false;
		mbit += (unsigned)(*p - '0') * unit;
	}
	if (mbit != 0 && (mbit < SOURCE_MBIT_MIN || mbit > SOURCE_MBIT_MAX))
		return false;
	*ret = mbit;
	return true;
}

static int set_bits(struct source_spec *spec, const char *piece, size_t len, struct fault *f)
{
	unsigned mbit = 0;

	if (!source_parse_mbit(piece + strlen("bits="), len - strlen("bits="), &mbit))
		return fault_set(f, -EINVAL,
			"%.*s: must be 0, or 0.25 to 8 bits a byte with at most three decimals",
			(int)len, piece);
	if (!spec->src->may_state && !(spec->src->may_state_emulated && machine_is_emulated()))
		return fault_set(f, -EINVAL,
			"%s: bits= is not accepted: the assessment of this source is fixed",
			spec->src->name);
	spec->stated = true;
	spec->stated_mbit = mbit;
	return 0;
}

int source_parse_deadline(const char *text, size_t len, uint32_t *ret_ms)
{
	uint64_t ms;

	if (duration_parse(text, len, &ms) < 0 || ms < 1 || ms > SOURCE_DEADLINE_MAX_MS)
		return -EINVAL;
	*ret_ms = (uint32_t)ms;
	return 0;
}

static int set_deadline(struct source_spec *spec, const char *piece, size_t len, struct fault *f)
{
	const size_t key = strlen("deadline=");

	if (spec->src->kind == SOURCE_KERNEL)
		return fault_set(f, -EINVAL,
			"%s: has no deadline: it is waited for until it is ready", spec->src->name);
	if (source_parse_deadline(piece + key, len - key, &spec->deadline_ms) < 0)
		return fault_set(f, -EINVAL, "%.*s: %s", (int)len, piece, SOURCE_DEADLINE_WORDS);
	return 0;
}

/* Appends a setting of the source, "key=value", to its argument. */
static int add_to_arg(struct source_spec *spec, const char *piece, size_t len, struct fault *f)
{
	const size_t used = strlen(spec->arg);

	if (used + 1 + len >= sizeof(spec->arg))
		return fault_set(f, -EINVAL, "%s: argument too long", spec->src->name);
	spec->arg[used] = ',';
	memcpy(spec->arg + used + 1, piece, len);
	spec->arg[used + 1 + len] = '\0';
	return 0;
}

static int add_setting(struct source_spec *spec, const char *piece, size_t len, struct fault *f)
{
	const char *const *key = spec ? spec->src->settings : NULL;

	for (; key && *key; key++)
		if (is_key(piece, *key))
			return add_to_arg(spec, piece, len, f);
	if (spec && is_key(piece, "deadline"))
		return set_deadline(spec, piece, len, f);
	if (!spec || !is_key(piece, "bits"))
		return fault_set(f, -EINVAL, "%.*s: unknown setting", (int)len, piece);
	return set_bits(spec, piece, len, f);
}

bool source_list_has_broker(const struct source_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->spec[i].src->kind == SOURCE_BROKER)
			return true;
	return false;
}

/* Adds a source to the list. @ret_spec: the new source; settings that follow belong to it. */
static int add_source(struct source_list *list, const char *piece, size_t len,
	struct source_spec **ret_spec, struct fault *f)
{
	const char *colon = memchr(piece, ':', len);
	const size_t name_len = colon ? (size_t)(colon - piece) : len;
	const size_t arg_len = colon ? len - name_len - 1 : 0;
	struct source_spec *spec = list->spec + list->count;

	if (list->count == SOURCES_MAX - 1) /* one place stays free for `kernel` */
		return fault_set(f, -EINVAL, "more than %d sources", SOURCES_MAX - 1);
	*spec = (struct source_spec){ .src = source_find(piece, name_len) };
	if (!spec->src)
		return fault_set(f, -EINVAL, "%.*s: unknown source", (int)name_len, piece);
	if (spec->src->arg == ARG_REQUIRED && arg_len == 0)
		return fault_set(f, -EINVAL, "%s: a path is missing", spec->src->name);
	if (spec->src->arg == ARG_NONE ? colon != NULL : colon && arg_len == 0)
		return fault_set(f, -EINVAL, "%s: %s", spec->src->name,
			spec->src->arg == ARG_NONE ? "takes no argument" : "a path is missing");
	if (arg_len >= sizeof(spec->arg))
		return fault_set(f, -EINVAL, "%s: path too long", spec->src->name);
	if (spec->src->kind == SOURCE_BROKER && source_list_has_broker(list))
		return fault_set(f, -EINVAL, "%s: may be given only once", spec->src->name);
	memcpy(spec->arg, piece + len - arg_len, arg_len);
	*ret_spec = spec;
	/* `kernel` is not counted here: add_kernel() appends it once, at the end, wherever the user named it. */
	if (spec->src->kind != SOURCE_KERNEL)
		list->count++;
	return 0;
}

static void add_kernel(struct source_list *list)
{
	list->spec[list->count++] = (struct source_spec){ .src = &source_kernel };
}

int source_parse(const char *text, struct source_list *ret, struct fault *f)
{
	struct source_list list = { 0 };
	struct source_spec *last = NULL;
	size_t i;
	int r = 0;

	for (;;) {
		const size_t len = strcspn(text, ",");

		r = is_setting(text, len) ? add_setting(last, text, len, f) :
					    add_source(&list, text, len, &last, f);
		if (r < 0)
			return r;
		if (!text[len])
			break;
		text += len + 1;
	}
	/* Arguments are checked only now, because settings that follow a source become part of its argument. */
	for (i = 0; i < list.count; i++) {
		const struct source_spec *spec = list.spec + i;
		struct fault why;

		if (spec->src->check && spec->src->check(spec, &why) < 0)
			return fault_set(
				f, -EINVAL, "%s:%s: %s", spec->src->name, spec->arg, why.text);
	}
	add_kernel(&list);
	*ret = list;
	return 0;
}

unsigned source_timeout_ms(const struct source_list *list, const struct source_spec *spec)
{
	return spec->deadline_ms  ? spec->deadline_ms :
		list->deadline_ms ? list->deadline_ms :
				    SOURCE_DEADLINE_MS;
}

void source_default(struct source_list *ret)
{
	size_t i;

	*ret = (struct source_list){ .by_default = true };
	for (i = 0; i < TABLE_LEN; i++)
		if (table[i]->by_default && table[i]->open)
			ret->spec[ret->count++].src = table[i];
	add_kernel(ret);
}

unsigned source_test_mbit(const struct source_spec *spec)
{
	return spec->stated ? spec->stated_mbit : spec->src->test_mbit;
}

/* Sets the stated assessment as a fraction in lowest terms: 2.5 bits a byte become 5 bits per 2 bytes. So no more bytes
 * are read than needed. */
static void state(struct source_handle *h, unsigned mbit)
{
	unsigned a = 1000, b = mbit;

	while (b > 0) {
		const unsigned rest = a % b;

		a = b;
		b = rest;
	}
	h->assessed_bits = mbit / a;
	h->per_bytes = mbit ? 1000 / a : 1;
}

bool source_is_abundant(const struct source_handle *h)
{
	return h->assessed_bits > 0 && h->assessed_bits * 16 < h->per_bytes;
}

const struct source *source_by_device(const struct stat *st)
{
	size_t i;

	for (i = 0; i < TABLE_LEN; i++)
		if (table[i]->knows && table[i]->knows(st))
			return table[i];
	return NULL;
}

/* Changes the request so that it names the same device, but under the source @src. */
static void ask_as(struct source_spec *spec, const struct source *src)
{
	char path[SOURCE_ARG_MAX];

	spec->src = src;
	spec->stated = spec->stated && src->may_state;
	/* The other source might read a relative path as a keyword, such as swtpm: put "./" before it. */
	if (spec->arg[0] == '/' || strlen(spec->arg) + 2 >= sizeof(spec->arg))
		return;
	strcpy(path, spec->arg);
	snprintf(spec->arg, sizeof(spec->arg), "./%.*s", (int)sizeof(path) - 3, path);
}

/* Finds another source that knows the device: the device open at @fd or, if @fd is negative, the device at the path.
 * Returns: NULL: no other source knows it. */
static const struct source *find_other(const struct source_spec *spec, int fd)
{
	const struct source *src;
	struct stat st;

	if (spec->src->kind != SOURCE_DEVICE || !spec->arg[0] ||
		(fd >= 0 ? fstat(fd, &st) : stat(spec->arg, &st)) < 0)
		return NULL;
	src = source_by_device(&st);
	return src && src->open != spec->src->open ? src : NULL;
}

static int open_as(const struct source_spec *spec, struct source_handle *h, int64_t deadline_ms)
{
	*h = (struct source_handle){ .src = spec->src,
		.fd = -1,
		.assessed_bits = spec->src->assessed_bits,
		.per_bytes = spec->src->per_bytes,
		.test_mbit = source_test_mbit(spec),
		.deadline_ms = deadline_ms };
	if (spec->stated)
		state(h, spec->stated_mbit);
	return spec->src->open ? spec->src->open(spec, h) : -ENOSYS;
}

int source_open(const struct source_spec *asked, struct source_handle *h, int64_t deadline_ms)
{
	struct source_spec spec = *asked;
	const struct source *other = find_other(&spec, -1);
	int r;

	if (other)
		ask_as(&spec, other);
	r = open_as(&spec, h, deadline_ms);
	/* Between stat() and open(), another device may have been put at the path: check the open descriptor again. */
	other = r == 0 ? find_other(&spec, h->fd) : NULL;
	if (!other)
		return r;
	h->src->close(h);
	ask_as(&spec, other);
	return open_as(&spec, h, deadline_ms);
}
