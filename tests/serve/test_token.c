/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "serve/token.h"

#include <errno.h>

static int read_text(const char *text, mode_t mode, struct token *t)
{
	char path[512];
	struct fault f = { 0 };
	int r;

	snprintf(path, sizeof(path), "%s/token", temp_folder()->path);
	file_write(path, text, strlen(text));
	assert_int_equal(chmod(path, mode), 0);
	r = token_read(path, t, &f);
	/* The message never shows the content of the file. */
	assert_true(r == 0 || (f.text[0] && !strstr(f.text, "0123456789abcde")));
	return r;
}

static void taken(void **state)
{
	struct token t = { 0 };
	char longest[TOKEN_MAX + 2];

	(void)state;
	assert_int_equal(read_text("0123456789abcdef\n", 0640, &t), 0);
	assert_true(token_matches(&t, "0123456789abcdef", 16));
	assert_false(token_matches(&t, "0123456789abcdeF", 16));
	assert_false(token_matches(&t, "0123456789abcde", 15));
	assert_false(token_matches(&t, "0123456789abcdef0", 17));
	assert_false(token_matches(&t, "", 0));
	assert_int_equal(read_text("A-Z.a_z~0123456789", 0400, &t), -EINVAL);
	assert_int_equal(read_text("A-Z.a_z0123456789", 0400, &t), 0);
	memset(longest, 'a', sizeof(longest));
	longest[TOKEN_MAX + 1] = '\0';
	assert_int_equal(read_text(longest, 0600, &t), -EINVAL);
	longest[TOKEN_MAX] = '\n';
	assert_int_equal(read_text(longest, 0600, &t), 0);
	assert_true(token_matches(&t, longest, TOKEN_MAX));
}

/* The number of tokens is so large that some digests agree in the first byte, and some in the last. */
static void many(void **state)
{
	struct token t = { 0 };
	char text[32];
	int i, n;

	(void)state;
	assert_int_equal(read_text("0123456789abcdef\n", 0640, &t), 0);
	for (i = 0; i < 5000; i++) {
		n = snprintf(text, sizeof(text), "%016d", i);
		assert_false(token_matches(&t, text, (size_t)n));
	}
}

static void refused(void **state)
{
	struct token t = { 0 };
	struct fault f;

	(void)state;
	assert_int_equal(read_text("0123456789abcde\n", 0600, &t), -EINVAL);
	assert_int_equal(read_text("0123456789abcdef\n\n", 0600, &t), -EINVAL);
	assert_int_equal(read_text("0123456789abcdef ", 0600, &t), -EINVAL);
	assert_int_equal(read_text("0123456789abcdef/", 0600, &t), -EINVAL);
	assert_int_equal(read_text("", 0600, &t), -EINVAL);
	assert_int_equal(read_text("0123456789abcdef", 0604, &t), -EPERM);
	assert_int_equal(read_text("0123456789abcdef", 0602, &t), -EPERM);
	assert_int_equal(token_read("/dev/zero", &t, &f), -EINVAL);
	assert_int_equal(token_read(temp_folder()->path, &t, &f), -EINVAL);
	assert_int_equal(token_read("/nowhere/token", &t, &f), -ENOENT);
	assert_false(t.set);
	assert_false(token_matches(&t, "", 0));
}

static void credentials(void **state)
{
	struct token t = { 0 };
	struct fault f;

	(void)state;
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_int_equal(token_read("credential:token", &t, &f), -ENOENT);
	assert_int_equal(read_text("0123456789abcdef\n", 0400, &t), 0);
	t = (struct token){ 0 };
	setenv("CREDENTIALS_DIRECTORY", temp_folder()->path, 1);
	assert_int_equal(token_read("credential:token", &t, &f), 0);
	assert_true(token_matches(&t, "0123456789abcdef", 16));
	assert_int_equal(token_read("credential:other", &t, &f), -ENOENT);
	unsetenv("CREDENTIALS_DIRECTORY");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("token: a file with one line is accepted, and only that line matches", taken),
		TEST("token: none of 5000 other lines matches it", many),
		TEST("token: one that is too short, too long, has other characters or is open to others is refused",
			refused),
		TEST("token: a credential of the service manager is found by its name",
			credentials),
	};

	return cmocka_run_group_tests_name("token", tests, temp_enter, temp_leave);
}
