/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "seed/drbg.h"
#include "seed/moment.h"
#include "util/hex.h"
#include "util/secret.h"
#include "util/sha256.h"

#include <errno.h>

static struct drbg *fresh(void)
{
	struct drbg *d = secret_new(sizeof(*d));

	assert_non_null(d);
	memset(d, 0, sizeof(*d));
	return d;
}

static void assert_bytes(const uint8_t *bytes, size_t len, const char *want)
{
	char text[257];

	assert_true(2 * len < sizeof(text));
	hex_encode(bytes, len, text);
	assert_string_equal(text, want);
}

/* RFC 8439, appendix A.1, has blocks 0 and 1 for a key and a nonce of zeros. The first half of block 0 becomes the next
 * key. */
static void key_stream(void **state)
{
	struct drbg *d = fresh();
	uint8_t out[96];

	(void)state;
	drbg_batch(d, out, sizeof(out));
	assert_bytes(d->stream, DRBG_KEY,
		"76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7");
	assert_bytes(out, sizeof(out),
		"da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586"
		"9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
		"29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f");
	secret_free(d);
}

/* The expected bytes were computed by another program, with its own ChaCha20 and Python's hmac. */
static void seeded_and_stirred(void **state)
{
	struct drbg *d = fresh();
	uint8_t seed[96], out[DRBG_BATCH];
	uint8_t digest[SHA256_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(seed); i++)
		seed[i] = (uint8_t)i;
	drbg_seed(d, seed, sizeof(seed));
	assert_bytes(d->stream, DRBG_KEY,
		"7c4b3d90bd8eb0f91bd38c07ef4d9262c6d0fd1c57590583e94d86d15ccbc568");
	drbg_batch(d, out, 48);
	assert_bytes(out, 48,
		"ddfabdd82c421ff2ae4e6b673357eeab95fb7aeb58dedd34e08c7decf0f6c2ef"
		"74bb36f381347c3ac67b219e3b4fe054");
	drbg_stir(d, (const uint8_t *)"abc", 3);
	drbg_batch(d, out, sizeof(out));
	sha256(out, sizeof(out), digest);
	assert_bytes(digest, sizeof(digest),
		"8801e720ebff902112ad4871654992804ae488aaa749da0996d9d922d5c1c134");
	assert_bytes(out + sizeof(out) - 16, 16, "d0621476cad6daafa3eb69ddded0ba7c");
	drbg_batch(d, out, 16);
	assert_bytes(out, 16, "11a3fd007229a3de3acc4d0872caa662");
	secret_free(d);
}

/* Neither the output nor the key that made it may be anywhere in the state. */
static void erased(void **state)
{
	struct drbg *d = fresh();
	uint8_t out[DRBG_BATCH], before[DRBG_KEY];
	size_t len, i;

	(void)state;
	drbg_seed(d, (const uint8_t *)"seed", 4);
	for (len = 1; len <= sizeof(out); len = 3 * len + 1) {
		memcpy(before, d->stream, sizeof(before));
		drbg_batch(d, out, len);
		for (i = DRBG_KEY; i < sizeof(d->stream); i++)
			assert_int_equal(d->stream[i], 0);
		assert_memory_not_equal(d->stream, before, sizeof(before));
	}
	secret_free(d);
}

static void not_before_its_seed(void **state)
{
	struct drbg *d = fresh();
	uint8_t out[8], before[8];

	(void)state;
	memset(out, 0xa5, sizeof(out));
	memcpy(before, out, sizeof(before));
	drbg_stir(d, (const uint8_t *)"a client's", 10);
	assert_int_equal(drbg_make(d, out, sizeof(out)), -EAGAIN);
	assert_memory_equal(out, before, sizeof(before));
	drbg_seed(d, (const uint8_t *)"seed", 4);
	assert_int_equal(drbg_make(d, out, sizeof(out)), 0);
	assert_memory_not_equal(out, before, sizeof(before));
	secret_free(d);
}

/* Two copies continue from the same state, as after a snapshot; their next bytes must differ. */
static void copied(void **state)
{
	struct drbg *d = fresh();
	uint8_t first[64], second[64], whole[2 * DRBG_BATCH + 100];
	struct drbg copy;
	size_t i;

	(void)state;
	drbg_seed(d, (const uint8_t *)"seed", 4);
	for (i = 0; i < 1000; i++) {
		copy = *d;
		assert_int_equal(drbg_make(d, first, sizeof(first)), 0);
		assert_int_equal(drbg_make(&copy, second, sizeof(second)), 0);
		assert_memory_not_equal(first, second, sizeof(first));
	}
	/* The state is renewed in each batch of a long output. */
	copy = *d;
	memset(whole, 0, sizeof(whole));
	assert_int_equal(drbg_make(d, whole, sizeof(whole)), 0);
	for (i = 0; i + 32 <= sizeof(whole); i += 32)
		assert_memory_not_equal(whole + i, (uint8_t[32]){ 0 }, 32);
	assert_memory_not_equal(whole, whole + DRBG_BATCH, 64);
	secret_free(d);
}

/* The parent makes output before and after the fork, and the child must not be able to make any. */
static void forked(void **state)
{
	struct drbg *d = fresh();
	uint8_t out[32], before[32];
	int status;
	pid_t pid;

	(void)state;
	drbg_seed(d, (const uint8_t *)"seed", 4);
	assert_int_equal(drbg_make(d, before, sizeof(before)), 0);
	pid = fork();
	if (pid == 0)
		_exit(drbg_make(d, out, sizeof(out)) == -EAGAIN ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(drbg_make(d, out, sizeof(out)), 0);
	assert_memory_not_equal(out, before, sizeof(out));
	secret_free(d);
}

/* Without words from the CPU, two moments still differ: by the clocks, the process id and the count. */
static void moments(void **state)
{
	struct moment a, b;
	int status, pipes[2];
	pid_t pid;

	(void)state;
	moment_now(&a);
	moment_now(&b);
	assert_true(b.realtime_ns - a.realtime_ns < 60000000000);
	assert_true(b.monotonic_ns >= a.monotonic_ns);
	assert_int_equal(a.pid, getpid());
	assert_int_equal(b.turn, a.turn + 1);
	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (pid == 0) {
		moment_now(&a);
		_exit(write(pipes[1], &a, sizeof(a)) == sizeof(a) ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(read(pipes[0], &a, sizeof(a)), sizeof(a));
	assert_int_equal(a.pid, pid);
	close(pipes[0]);
	close(pipes[1]);
}

static int set_up(void **state)
{
	(void)state;
	return secret_setup();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("drbg: a batch is ChaCha20's key stream, and its first 32 bytes are the next key",
			key_stream),
		TEST("drbg: seeds and other input are mixed in by HMAC-SHA-512",
			seeded_and_stirred),
		TEST("drbg: neither the output nor its key is kept", erased),
		TEST("drbg: without a seed it gives nothing, even if other input was mixed in",
			not_before_its_seed),
		TEST("drbg: two copies of one state never give the same bytes", copied),
		TEST("drbg: a forked child gets nothing, and the parent goes on", forked),
		TEST("moment: two of one process, and of its child, differ", moments),
	};

	return cmocka_run_group_tests_name("drbg", tests, set_up, NULL);
}
