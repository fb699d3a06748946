/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An input is a meta_data.json. Its random_seed must become other base64 of the same length, or stay as it is; no other
 * byte may change. The length of the input, in units of 16 KiB, is also the size of a file.
 *
 * FUZZ_WITH: seed/mix.c seed/condition.c util/json.c util/utf8.c util/hex.c util/secret.c -lsodium
 */
#include "seed/mix.h"
#include "util/json.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The mixed value is base64, too, so it can be mixed once more. */
static void check_mixed(struct mixer *m, char *json, const char *before, size_t len)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
	struct json_span s;

	assert(json_find_string(json, len, MIX_KEY, &s) == 0);
	assert(memcmp(json, before, s.at) == 0);
	assert(memcmp(json + s.at + s.len, before + s.at + s.len, len - s.at - s.len) == 0);
	assert(s.len % 4 == 0 && strspn(before + s.at, digits) == s.len);
	/* A value of at most eight characters may by chance be the same after mixing. */
	assert(s.len <= 8 || memcmp(json + s.at, before + s.at, s.len) != 0);
	assert(mix_metadata(m, json, len, "again") == 0);
}

static void check_refused(int r, const char *json, const char *before, size_t len)
{
	assert(len == 0 || memcmp(json, before, len) == 0);
	assert(r == -ENOENT || strcmp(mix_why(r), strerror(-r)) != 0);
}

static void check_size(uint64_t len)
{
	const int r = mix_size(len);

	assert(r == (len > MIX_FILE_MAX ? -EFBIG : 0));
	assert(strcmp(mix_why(-EFBIG), strerror(EFBIG)) != 0);
	assert(strcmp(mix_why(-EDQUOT), strerror(EDQUOT)) != 0);
	assert(strcmp(mix_why(-EIO), strerror(EIO)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t key[64] = "of the fuzzer";
	struct mixer *m = sodium_init() < 0 ? NULL : mixer_new(key);
	char *json = malloc(size);
	int r;

	assert(m && (json || size == 0));
	if (size > 0)
		memcpy(json, data, size);
	r = mix_metadata(m, json, size, "openstack/latest/meta_data.json");
	if (r == 0)
		check_mixed(m, json, (const char *)data, size);
	else
		check_refused(r, json, (const char *)data, size);
	check_size((uint64_t)size << 14);
	check_size(((uint64_t)size << 14) + 1);
	free(json);
	mixer_free(m);
	return 0;
}
