/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_SOURCE_TEXT_H
#define TESTS_SOURCE_TEXT_H

/* Tests which texts of a source are accepted, and which messages are given for those that are refused. */
#include "tests/lib/unit.h"

#include "seed/source/source.h"
#include "seed/source/stream.h"

#include <errno.h>

struct source_text {
	const char *text, *why; /* @why: a part of the message; NULL: it is accepted */
};

static inline void check_source_texts(const struct source_text *row, size_t rows)
{
	struct source_list list;
	struct fault f;
	size_t i;

	for (i = 0; i < rows; i++) {
		f.text[0] = '\0';
		if ((source_parse(row[i].text, &list, &f) == 0) != !row[i].why)
			fail_msg("%s: %s", row[i].text, f.text);
		if (row[i].why && !strstr(f.text, row[i].why))
			fail_msg("%s: %s", row[i].text, f.text);
	}
}

/* The path of a socket may have at most STREAM_UNIX_MAX bytes. @prefix: "egd:unix:". */
static inline void check_socket_path_length(const char *prefix)
{
	const size_t begin = strlen(prefix);
	struct source_list list;
	char text[200];
	struct fault f;

	strcpy(text, prefix);
	memset(text + begin, 'x', STREAM_UNIX_MAX);
	text[begin + STREAM_UNIX_MAX] = '\0';
	assert_int_equal(source_parse(text, &list, &f), 0);
	strcat(text, "x");
	assert_int_equal(source_parse(text, &list, &f), -EINVAL);
}

#endif
