/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libisofs opens a character set converter for each name and for each form of the name. Opening a converter takes
 * longer than converting a name, and for the first one the C library loads files: its list of converters, and a library
 * for UTF-16. So the linker (ld's --wrap) replaces iconv_open(), iconv() and iconv_close() by the functions here. They
 * convert between the few character sets that libisofs asks for. In each of these, a character always has the same
 * code, whatever precedes it.
 *
 * Callers see no difference. Malformed text, and characters that the target lacks, are left to the C library's own
 * converter, which is opened when it is first needed; so the C library decides about every error. Two callers never
 * have the same converter at the same time.
 */
#include <errno.h>
#include <iconv.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

#include "iso/converters.h"
#include "util/utf8.h"

/* --- one character --- */

_Static_assert(sizeof(wchar_t) == sizeof(uint32_t), "WCHAR_T has 32 bits");

enum set { ASCII, UTF8, WIDE, SOURCES, UCS2 = SOURCES, UTF16, SETS };

static const char *const names[SETS] = { [ASCII] = "ASCII",
	[UTF8] = "UTF-8",
	[WIDE] = "WCHAR_T",
	[UCS2] = "UCS-2BE",
	[UTF16] = "UTF-16BE" };

/* Reads the first character. Returns: the number of its bytes; 0: it is left to the C library. */
static size_t get(enum set from, const uint8_t *text, size_t len, uint32_t *ret)
{
	*ret = text[0];
	if (from == WIDE) {
		if (len < sizeof(*ret))
			return 0;
		memcpy(ret, text, sizeof(*ret));
		return sizeof(*ret);
	}
	if (text[0] < 0x80)
		return 1;
	len = from == UTF8 ? utf8_length(text, len) : 0;
	if (len > 0)
		*ret = utf8_decode(text, len);
	return len;
}

static void put_unit(uint8_t *out, uint32_t unit)
{
	out[0] = (uint8_t)(unit >> 8);
	out[1] = (uint8_t)unit;
}

static bool is_surrogate(uint32_t c)
{
	return c >= 0xd800 && c < 0xe000;
}

/* Returns: the number of bytes that the character @c needs in @to; 0: it is left to the C library. */
static size_t size_in(enum set to, uint32_t c)
{
	switch (to) {
	case ASCII:
		return c < 0x80;
	case WIDE:
		return sizeof(c);
	case UCS2:
	case UTF16:
		if (is_surrogate(c) || c > 0x10ffff)
			return 0;
		return c < 0x10000 ? 2 : to == UTF16 ? 4 : 0;
	default:
		return 0;
	}
}

static void put(enum set to, uint32_t c, uint8_t *out)
{
	if (to == ASCII) {
		*out = (uint8_t)c;
	} else if (to == WIDE) {
		memcpy(out, &c, sizeof(c));
	} else if (c < 0x10000) {
		put_unit(out, c);
	} else {
		put_unit(out, 0xd800 + ((c - 0x10000) >> 10));
		put_unit(out + 2, 0xdc00 + ((c - 0x10000) & 0x3ff));
	}
}

/* --- converters --- */

/* The handle that a caller gets is a pointer to one of these. */
struct converter {
	atomic_bool lent;
	bool opened;
	iconv_t rest; /* the C library's converter, if @opened */
};

static struct converter converters[SOURCES][SETS];

static enum set find(const char *name)
{
	enum set i;

	for (i = 0; i < SETS && strcmp(names[i], name) != 0; i++)
		;
	return i;
}

static struct converter *ours(iconv_t handle)
{
	const uintptr_t first = (uintptr_t)converters, at = (uintptr_t)handle;

	return at >= first && at < first + sizeof(converters) ? (struct converter *)handle : NULL;
}

static enum set source_of(const struct converter *c)
{
	return (enum set)((c - converters[0]) / SETS);
}

static enum set target_of(const struct converter *c)
{
	return (enum set)((c - converters[0]) % SETS);
}

iconv_t __wrap_iconv_open(const char *to, const char *from)
{
	const enum set source = find(from), target = find(to);
	struct converter *c = NULL;

	if (source < SOURCES && target < SETS && target != UTF8 && target != source)
		c = &converters[source][target];
	return c && !atomic_exchange(&c->lent, true) ? (iconv_t)c : __real_iconv_open(to, from);
}

int __wrap_iconv_close(iconv_t handle)
{
	struct converter *c = ours(handle);

	if (!c)
		return __real_iconv_close(handle);
	if (atomic_exchange(&c->lent, false))
		return 0;
	errno = EBADF;
	return -1;
}

/* In none of our character sets does a code depend on the text before it. So the C library's converter may begin in the
 * middle of a text. */
static size_t convert_rest(
	struct converter *c, char **in, size_t *in_left, char **out, size_t *out_left)
{
	if (!c->opened) {
		c->rest = __real_iconv_open(names[target_of(c)], names[source_of(c)]);
		c->opened = c->rest != (iconv_t)-1;
	}
	if (!c->opened) {
		errno = EILSEQ;
		return (size_t)-1;
	}
	(void)__real_iconv(c->rest, NULL, NULL, NULL, NULL);
	return __real_iconv(c->rest, in, in_left, out, out_left);
}

size_t __wrap_iconv(iconv_t handle, char **in, size_t *in_left, char **out, size_t *out_left)
{
	struct converter *c = ours(handle);
	uint32_t character;
	size_t taken, given;

	if (!c)
		return __real_iconv(handle, in, in_left, out, out_left);
	if (!in || !*in)
		return 0;
	while (*in_left > 0) {
		taken = get(source_of(c), (const uint8_t *)*in, *in_left, &character);
		given = taken ? size_in(target_of(c), character) : 0;
		if (given == 0 || given > *out_left)
			return convert_rest(c, in, in_left, out, out_left);
		put(target_of(c), character, (uint8_t *)*out);
		*in += taken;
		*in_left -= taken;
		*out += given;
		*out_left -= given;
	}
	return 0;
}
