/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/refresh/links.h"

#include <net/if.h>
#include <string.h>

#include "guest/sys.h"
#include "util/hex.h"

#define NET "/sys/class/net/"

/* Reads the number in a file of the interface; it is decimal, or hexadecimal after 0x. Returns: 0 if the file cannot be
 * read. */
static unsigned read_number(const char *name, const char *file)
{
	char path[64], text[16];
	const char *c = text;
	unsigned value = 0, base = 10;

	if (!sys_join(path, sizeof(path), NET, name, file) ||
		sys_read_text(path, text, sizeof(text)) <= 0)
		return 0;
	if (strncmp(c, "0x", 2) == 0) {
		base = 16;
		c += 2;
	}
	for (; hex_digit(*c) >= 0; c++)
		value = value * base + (unsigned)hex_digit(*c);
	return value;
}

struct found {
	struct link *link;
	size_t count;
};

static bool note(void *ctx, const char *name)
{
	struct found *f = ctx;
	struct link *l = f->link + f->count;
	const unsigned flags = read_number(name, "/flags");

	if (f->count == LINKS_MAX || !(flags & IFF_UP) || flags & IFF_LOOPBACK ||
		!sys_join(l->name, sizeof(l->name), name, "", ""))
		return false;
	l->number = links_number(name);
	f->count += l->number > 0;
	return true;
}

size_t links_up(struct link ret[LINKS_MAX])
{
	struct found f = { ret, 0 };

	sys_each_name(NET, note, &f);
	return f.count;
}

unsigned links_number(const char *name)
{
	return read_number(name, "/ifindex");
}
