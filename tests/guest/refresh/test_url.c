/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include <arpa/inet.h>

#include "guest/refresh/url.c"

/* Replacements for functions of guest/sys.c. */
bool sys_join(char *out, size_t size, const char *a, const char *b, const char *c)
{
	return (size_t)snprintf(out, size, "%s%s%s", a, b, c) < size;
}

char *sys_number(char *end, uint64_t number)
{
	do
		*--end = (char)('0' + number % 10);
	while (number /= 10);
	return end;
}

static void taken(void **state)
{
	static const struct {
		const char *text, *address, *zone, *host, *path;
		unsigned port;
	} rows[] = {
		{ "http://169.254.169.254/a?b=%20", "169.254.169.254", "", "169.254.169.254",
			"/a?b=%20", 80 },
		{ "http://127.0.0.1:8775", "127.0.0.1", "", "127.0.0.1:8775", "/", 8775 },
		{ "http://0.0.0.255:80/", "0.0.0.255", "", "0.0.0.255", "/", 80 },
		{ "http://[::1]:65535/x", "::1", "", "[::1]:65535", "/x", 65535 },
		{ "http://[::]/", "::", "", "[::]", "/", 80 },
		{ "http://[fe80::a9fe:a9fe%enp0s3.7]/x", "fe80::a9fe:a9fe", "enp0s3.7",
			"[fe80::a9fe:a9fe]", "/x", 80 },
		{ "http://[1:2:3:4:5:6:7:8]/", "1:2:3:4:5:6:7:8", "", "[1:2:3:4:5:6:7:8]", "/",
			80 },
		{ "http://[1:2:3:4:5:6:7::]/", "1:2:3:4:5:6:7::", "", "[1:2:3:4:5:6:7::]", "/",
			80 },
		{ "http://[::2:3:4:5:6:7:8]/", "::2:3:4:5:6:7:8", "", "[::2:3:4:5:6:7:8]", "/",
			80 },
		{ "http://[fd00:AB::9%lo]/", "fd00:ab::9", "lo", "[fd00:AB::9]", "/", 80 },
	};
	uint8_t address[16];
	struct url u;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		const char *why = url_parse(rows[i].text, &u);

		if (why)
			fail_msg("%s: %s", rows[i].text, why);
		assert_int_equal(
			inet_pton(u.is_v6 ? AF_INET6 : AF_INET, rows[i].address, address), 1);
		assert_memory_equal(u.address, address, u.is_v6 ? 16 : 4);
		assert_string_equal(u.zone, rows[i].zone);
		assert_string_equal(u.host, rows[i].host);
		assert_string_equal(u.path, rows[i].path);
		assert_int_equal(u.port, rows[i].port);
	}
}

static void refused(void **state)
{
	static const char *const texts[] = { "", "http://", "https://127.0.0.1/",
		"http:/127.0.0.1/", "HTTP://127.0.0.1/", "http://localhost/", "http://127.0.0/",
		"http://127.0.0.1.1/", "http://127.0.0.256/", "http://127.0.0.01/",
		"http://0x7f.0.0.1/", "http://2130706433/", "http://127.0.0.1 /",
		"http://user@127.0.0.1/", "http://::1/", "http://[127.0.0.1]/", "http://[::1/",
		"http://[:1]/", "http://[1:::2]/", "http://[1::2::3]/", "http://[1:2:3:4:5:6:7]/",
		"http://[1:2:3:4:5:6:7:8:9]/", "http://[1:2:3:4:5:6:7:8::]/", "http://[12345::]/",
		"http://[::1:]/", "http://[::g]/", "http://[::%]/", "http://[fe80::1]/",
		"http://[fe80::1%../x]/", "http://[fe80::1%..]/", "http://[fe80::1%a b]/",
		"http://[fe80::1%aaaaaaaaaaaaaaaa]/", "http://127.0.0.1:/", "http://127.0.0.1:0/",
		"http://127.0.0.1:65536/", "http://127.0.0.1:+1/", "http://127.0.0.1:1x/",
		"http://127.0.0.1?x", "http://127.0.0.1/a b", "http://127.0.0.1/#x",
		"http://127.0.0.1/a\r\nX: y", "http://127.0.0.1/\xc3\xa4", "http://[::1]x/",
		"http://[::ffff:1.2.3.4]/" };
	struct url u, before;
	size_t i;

	(void)state;
	memset(&u, 0x5a, sizeof(u));
	before = u;
	for (i = 0; i < COUNT(texts); i++) {
		if (!url_parse(texts[i], &u))
			fail_msg("taken: %s", texts[i]);
		assert_memory_equal(&u, &before, sizeof(u));
	}
}

static void long_path(void **state)
{
	char text[URL_PATH_MAX + 32] = "http://127.0.0.1/";
	struct url u;
	const size_t n = strlen(text) - 1;

	(void)state;
	memset(text + n + 1, 'a', URL_PATH_MAX - 2);
	assert_null(url_parse(text, &u));
	assert_int_equal(strlen(u.path), URL_PATH_MAX - 1);
	text[n + URL_PATH_MAX - 1] = 'a';
	assert_non_null(url_parse(text, &u));
}

/* If an address is accepted, the C library reads it as the same address. */
static void mutated(void **state)
{
	static const char alphabet[] = "0123456789abcdf:.%[]/x";
	uint64_t rng = 7;
	unsigned i, v4 = 0, v6 = 0;

	(void)state;
	for (i = 0; i < 400000; i++) {
		char text[64] = "";
		uint8_t address[16];
		struct url u = { 0 };
		size_t n = 1 + random_below(&rng, 16), k;

		strcpy(text, i % 2 ? "fe80::a9fe:a9fe" : "169.254.169.254");
		for (k = 0; k < n % 4; k++)
			text[random_below(&rng, strlen(text))] =
				alphabet[random_below(&rng, sizeof(alphabet) - 1)];
		if (!url_address(text, strlen(text), &u)) {
			if (inet_pton(AF_INET, text, address) == 1)
				fail_msg("refused: %s", text);
			continue;
		}
		text[strcspn(text, "%")] = '\0';
		assert_int_equal(inet_pton(u.is_v6 ? AF_INET6 : AF_INET, text, address), 1);
		assert_memory_equal(u.address, address, u.is_v6 ? 16 : 4);
		v4 += !u.is_v6;
		v6 += u.is_v6;
	}
	assert_true(v4 > 10000 && v6 > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("url: addresses of both kinds, ports, interfaces and paths are accepted",
			taken),
		TEST("url: names, other schemes and all other text are refused", refused),
		TEST("url: a path may have 511 characters, and not more", long_path),
		TEST("url: of 400,000 mutated addresses, those that are accepted are valid for inet_pton(3)",
			mutated),
	};

	return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}
