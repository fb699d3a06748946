/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/stock.h"

#include "guest/base64.h"
#include "guest/text.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define DEPTH_MAX 64 /* the same as JSON_DEPTH_MAX of util/json.h */

enum key { KEY_OTHER, KEY_SEED, KEY_UUID, KEYS };

struct scan {
	struct text text;
	/* One bit for each open container: 1 for an object. The lowest bit is the innermost container. */
	uint64_t objects;
	unsigned depth;
	/* The state of the search so far. */
	enum key key; /* the key of the next value */
	unsigned seen[KEYS];
	bool is_string;
	struct base64 base64;
	size_t word_len; /* length of the last string; @word contains only its beginning */
	char word[UUID_STRLEN];
	struct stock *out;
};

/* Scans a string after its first quote. Stores in @s->word as much of it as a key or a UUID can have. */
static int scan_string(struct scan *s, bool is_seed)
{
	for (s->word_len = 0; !text_take(&s->text, '"'); s->word_len++) {
		int c = text_char(&s->text);

		if (c == TEXT_END)
			return -EBADMSG;
		if (is_seed)
			base64_add(&s->base64, c);
		if (s->word_len < sizeof(s->word))
			s->word[s->word_len] = (char)c;
	}
	return 0;
}

static bool word_is(const struct scan *s, const char *name)
{
	return s->word_len == strlen(name) && memcmp(s->word, name, s->word_len) == 0;
}

static int scan_member(struct scan *s)
{
	text_skip_space(&s->text);
	if (!text_take(&s->text, '"') || scan_string(s, false) < 0)
		return -EBADMSG;
	s->key = s->depth > 1             ? KEY_OTHER :
		word_is(s, "random_seed") ? KEY_SEED :
		word_is(s, "uuid")        ? KEY_UUID :
					    KEY_OTHER;
	text_skip_space(&s->text);
	return text_take(&s->text, ':') ? 0 : -EBADMSG;
}

static bool take_digits(struct scan *s)
{
	bool any = false;
	int c;

	for (; (c = text_peek(&s->text)) >= '0' && c <= '9'; any = true)
		s->text.pos++;
	return any;
}

static int scan_number(struct scan *s)
{
	text_take(&s->text, '-');
	if (!text_take(&s->text, '0') && !take_digits(s))
		return -EBADMSG;
	if (text_take(&s->text, '.') && !take_digits(s))
		return -EBADMSG;
	if (text_take(&s->text, 'e') || text_take(&s->text, 'E')) {
		if (!text_take(&s->text, '+'))
			text_take(&s->text, '-');
		if (!take_digits(s))
			return -EBADMSG;
	}
	return 0;
}

static int scan_word(struct scan *s, const char *word)
{
	for (; *word; word++)
		if (!text_take(&s->text, *word))
			return -EBADMSG;
	return 0;
}

static int scan_plain(struct scan *s)
{
	switch (text_peek(&s->text)) {
	case 't':
		return scan_word(s, "true");
	case 'f':
		return scan_word(s, "false");
	case 'n':
		return scan_word(s, "null");
	default:
		return scan_number(s);
	}
}

/* Scans the beginning of a container, after its bracket. Returns: 1 if the container is empty; 0 if a value comes
 * next. */
static int open_container(struct scan *s, bool object)
{
	if (s->depth == DEPTH_MAX)
		return -ELOOP;
	s->objects = s->objects << 1 | object;
	s->depth++;
	text_skip_space(&s->text);
	if (text_take(&s->text, object ? '}' : ']')) {
		s->objects >>= 1;
		s->depth--;
		return 1;
	}
	return object ? scan_member(s) : 0;
}

/* Keeps the first value of each key. If the key occurs again, judge() will refuse the value. */
static int scan_wanted(struct scan *s, enum key key)
{
	const bool is_seed = key == KEY_SEED && s->seen[key] == 1;
	int r = scan_string(s, is_seed);

	s->is_string |= is_seed;
	if (r == 0 && key == KEY_UUID)
		(void)uuid_parse(s->word, s->word_len, s->out->uuid);
	return r;
}

/* Scans a value. Returns: 1 if the value has ended; 0 if it is a container whose first value comes next. */
static int scan_value(struct scan *s)
{
	enum key key = s->key;
	int r;

	s->key = KEY_OTHER;
	s->seen[key]++;
	text_skip_space(&s->text);
	if (text_take(&s->text, '{'))
		return open_container(s, true);
	if (text_take(&s->text, '['))
		return open_container(s, false);
	r = text_take(&s->text, '"') ? scan_wanted(s, key) : scan_plain(s);
	return r < 0 ? r : 1;
}

/* Scans the text that follows a value. Returns: 1 if it ends the container; 0 if another value comes next. */
static int scan_after(struct scan *s)
{
	const bool object = s->objects & 1;

	text_skip_space(&s->text);
	if (text_take(&s->text, ','))
		return object ? scan_member(s) : 0;
	if (!text_take(&s->text, object ? '}' : ']'))
		return -EBADMSG;
	s->objects >>= 1;
	s->depth--;
	return 1;
}

static int scan_text(struct scan *s)
{
	int r;

	text_skip_space(&s->text);
	if (text_peek(&s->text) != '{')
		return -EBADMSG;
	do {
		r = scan_value(s);
		while (r == 1 && s->depth > 0)
			r = scan_after(s);
	} while (r == 0);
	text_skip_space(&s->text);
	return r < 0 ? r : text_peek(&s->text) == TEXT_END ? 0 : -EBADMSG;
}

static int judge(struct scan *s)
{
	struct stock *out = s->out;

	if (s->seen[KEY_UUID] != 1)
		memset(out->uuid, 0, UUID_SIZE);
	if (s->seen[KEY_SEED] != 1)
		return s->seen[KEY_SEED] == 0 ? -ENOENT : -EEXIST;
	if (!s->is_string)
		return -EINVAL;
	out->len = s->base64.len;
	return base64_end(&s->base64);
}

int stock_scan(struct iso_input in, uint64_t len, struct stock *out)
{
	struct scan s = { .text = { .in = in, .len = len },
		.base64 = { .out = out->seed, .size = STOCK_MAX },
		.out = out };
	int r;

	memset(out->uuid, 0, UUID_SIZE);
	r = scan_text(&s);
	if (s.text.err < 0)
		r = s.text.err;
	if (r == 0)
		r = judge(&s);
	explicit_bzero(&s, sizeof(s));
	if (r < 0)
		explicit_bzero(out->seed, STOCK_MAX);
	return r;
}

struct file {
	const struct iso_volume *vol;
	struct iso_entry entry;
};

static int read_at(void *ctx, uint64_t off, void *buf, size_t len)
{
	const struct file *f = ctx;

	return iso_read(f->vol, &f->entry, off, buf, len);
}

int stock_read(const struct iso_volume *vol, struct stock *s)
{
	struct file f = { .vol = vol };
	int r = iso_find(vol, STOCK_PATH, &f.entry);

	if (r == -ENOTDIR || (r == 0 && f.entry.is_dir))
		r = -ENOENT;
	if (r == 0 && f.entry.len > STOCK_FILE_MAX)
		r = -EFBIG;
	return r < 0 ? r : stock_scan((struct iso_input){ read_at, &f }, f.entry.len, s);
}
