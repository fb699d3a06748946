/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/peer.h"
#include "util/hex.h"

#include <stdbool.h>
#include <string.h>

static void take_uuid(const char *word, size_t len, struct policy_question *q)
{
	uint8_t uuid[UUID_SIZE];

	if (uuid_parse(word, len, uuid) == 0)
		uuid_format(uuid, q->uuid);
}

/* The name in "guest=web,debug-threads=on" is "web". QEMU writes a comma in a name as two commas; such a name is
 * ignored. */
static void take_name(const char *word, size_t len, struct policy_question *q)
{
	static const char guest[] = "guest=";
	const char *comma = memchr(word, ',', len);
	size_t i, n = comma ? (size_t)(comma - word) : len;

	if (comma && comma + 1 < word + len && comma[1] == ',')
		return;
	if (n >= strlen(guest) && memcmp(word, guest, strlen(guest)) == 0) {
		word += strlen(guest);
		n -= strlen(guest);
	}
	if (n == 0 || n > POLICY_NAME_MAX)
		return;
	for (i = 0; i < n; i++)
		if (word[i] < ' ' || word[i] > '~')
			return;
	memcpy(q->name, word, n);
	q->name[n] = '\0';
}

static bool is_option(const char *word, size_t len, const char *name)
{
	if (len > 1 && word[0] == '-' && word[1] == '-') {
		word++;
		len--;
	}
	return len == strlen(name) && memcmp(word, name, len) == 0;
}

void peer_parse(const char *words, size_t len, struct policy_question *q)
{
	const char *end = words + len, *word = words, *zero;
	bool uuid = false, name = false, value; /* which option has this word as its value */

	for (; word < end && (zero = memchr(word, '\0', (size_t)(end - word))); word = zero + 1) {
		const size_t n = (size_t)(zero - word);

		if (uuid)
			take_uuid(word, n, q);
		if (name)
			take_name(word, n, q);
		value = uuid || name;
		uuid = !value && is_option(word, n, "-uuid");
		name = !value && is_option(word, n, "-name");
	}
}
