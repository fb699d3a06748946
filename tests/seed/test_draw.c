/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"
#include "tests/lib/hmac.h"

#include "seed/draw.h"

#include <errno.h>
#include <sched.h>
#include <sys/mman.h>

#define FAKES_MAX   6
#define RECORDED    (1 << 16)
#define KERNEL_BITS 256

/* What a fake source does wrong, beginning with its fill number @at. */
enum fault_kind {
	FAULT_NONE,
	FAULT_OPEN,  /* it cannot be opened; @at is ignored */
	FAULT_FILL,  /* a fill returns @err */
	FAULT_STUCK, /* all samples are equal */
	FAULT_BIASED, /* half of the samples are equal, from the first fill on: a whole window shows it */
	FAULT_STALE,  /* it reports success, and leaves the buffer unchanged */
	FAULT_REPLAY, /* it delivers the bytes of its first fill again */
	FAULT_WORDS,  /* the same word twice in a row; only a CPU source fails because of it */
	FAULTS,
};

/* A source for the tests. @src is the first member, so that a spec's @src can be cast back to the fake. */
struct fake {
	struct source src;
	uint64_t stream; /* determines the bytes that it delivers */
	enum fault_kind fault;
	unsigned at;
	int err;                    /* returned by FAULT_OPEN and FAULT_FILL */
	unsigned lowered;           /* 1 + the assessed bits that open() sets; 0: @src's are used */
	const struct fake *echo[2]; /* if set, it delivers the XOR of these two */
	const char *device;         /* becomes the handle's @device */
	size_t tail; /* number of equal samples at the end of the second fill, and right after it */
	size_t flip; /* this byte, counted from 1, has one bit inverted; 0: none */
	/* What was done with the source. */
	unsigned opens, closes, fills;
	size_t bytes;
	uint8_t recorded[RECORDED]; /* the first bytes that it delivered */
};

/* A device is read in a child process, which records in the fake what was done with it. The parent must see these
 * records, so all fakes are in one section, which is moved to shared memory before the first test. */
#define SHARED __attribute__((section("shared_fakes")))

extern uint8_t __start_shared_fakes[], __stop_shared_fakes[];

/* Copies whole pages, including the gaps between objects, which the address sanitizer would report. */
__attribute__((no_sanitize("address"))) static void copy_pages(
	volatile uint8_t *to, const volatile uint8_t *from, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		to[i] = from[i];
}

static int share_fakes(void **state)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	const uintptr_t first = (uintptr_t)__start_shared_fakes & ~(page - 1);
	const size_t len = ((uintptr_t)__stop_shared_fakes - first + page - 1) & ~(page - 1);
	uint8_t *copy = malloc(len);

	(void)state;
	assert_non_null(copy);
	copy_pages(copy, (uint8_t *)first, len);
	assert_ptr_equal(mmap((void *)first, len, PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
		(void *)first);
	copy_pages((uint8_t *)first, copy, len);
	free(copy);
	return 0;
}

static struct fake *fake_of(const struct source *src)
{
	return (struct fake *)(uintptr_t)src;
}

/* Each process needs its own copy of this. It fills a whole page, because a page that also has a fake is shared
 * memory. */
static union {
	_Alignas(4096) struct fake *at[FAKES_MAX];
	uint8_t page[4096];
} open_fakes;

static int fake_open(const struct source_spec *spec, struct source_handle *h)
{
	struct fake *fake = fake_of(spec->src);
	int i = 0;

	if (fake->fault == FAULT_OPEN)
		return fake->err;
	/* This is assert(), not cmocka's function: this code may run in a thread of the draw, where cmocka's longjmp()
	 * does not work. */
	while (i < FAKES_MAX && open_fakes.at[i])
		i++;
	assert(i < FAKES_MAX);
	open_fakes.at[i] = fake;
	h->fd = i;
	if (fake->lowered > 0)
		h->assessed_bits = fake->lowered - 1;
	if (fake->device)
		strcpy(h->device, fake->device);
	fake->opens++;
	return 0;
}

static void fake_close(struct source_handle *h)
{
	open_fakes.at[h->fd]->closes++;
	open_fakes.at[h->fd] = NULL;
}

static void good_bytes(struct fake *fake, uint8_t *raw, size_t len)
{
	size_t i, j;

	assert(len % 8 == 0);
	for (i = 0; i < len; i += 8) {
		const uint64_t word = random_next(&fake->stream);

		memcpy(raw + i, &word, 8);
	}
	for (i = 0; i < len; i++)
		for (j = 0; j < COUNT(fake->echo) && fake->echo[0]; j++)
			raw[i] = (uint8_t)((j ? raw[i] : 0) ^
				fake->echo[j]->recorded[fake->bytes + i]);
	if (fake->flip > fake->bytes && fake->flip <= fake->bytes + len)
		raw[fake->flip - 1 - fake->bytes] ^= 0x10;
}

static int fake_fill(struct source_handle *h, uint8_t *raw, size_t len)
{
	struct fake *fake = open_fakes.at[h->fd];
	const bool bad = fake->fills++ >= (fake->fault == FAULT_BIASED ? 0 : fake->at);
	size_t i;

	if (bad && fake->fault == FAULT_FILL) {
		memset(raw, 0x5a, len / 2); /* half of the bytes are delivered */
		return fake->err;
	}
	if (!bad || fake->fault != FAULT_STALE)
		good_bytes(fake, raw, len);
	if (fake->tail > 0 && fake->fills == 2)
		memset(raw + len - fake->tail, 0x33, fake->tail);
	if (fake->tail > 0 && fake->fills == 3)
		memset(raw, 0x33, fake->tail);
	if (bad && fake->fault == FAULT_STUCK)
		memset(raw, 0x77, len);
	for (i = 0; i < len && bad && fake->fault == FAULT_BIASED; i += 2)
		raw[i] = 0x77;
	if (bad && fake->fault == FAULT_REPLAY)
		memcpy(raw, fake->recorded, len < fake->bytes ? len : fake->bytes);
	if (bad && fake->fault == FAULT_WORDS)
		memcpy(raw + len - 8, raw + len - 16, 8);
	if (fake->bytes + len <= RECORDED)
		memcpy(fake->recorded + fake->bytes, raw, len);
	fake->bytes += len;
	return 0;
}

static void fake_init(struct fake *fake, const char *name, enum source_kind kind, unsigned bits,
	unsigned per_bytes, uint64_t stream)
{
	memset(fake, 0, sizeof(*fake));
	memcpy(fake,
		&(struct source){ .name = name,
			.what = "fake",
			.kind = kind,
			.assessed_bits = bits,
			.per_bytes = per_bytes,
			.test_mbit = SOURCE_TEST_MBIT,
			.open = fake_open,
			.fill = fake_fill,
			.close = fake_close },
		sizeof(fake->src));
	fake->stream = stream;
	fake->err = -EIO;
}

/* The usual sources of a test: a CPU instruction, a device, and the kernel. */
enum { CPU, DEVICE, KERNEL, CAST };

static void cast_init(struct fake cast[CAST])
{
	fake_init(cast + CPU, "cpu", SOURCE_CPU, 4, 1, 1000);
	fake_init(cast + DEVICE, "device", SOURCE_DEVICE, 2, 1, 2000);
	fake_init(cast + KERNEL, "kernel", SOURCE_KERNEL, 0, 1, 3000);
}

/* Replaces the kernel's generator in libsodium; the tests know the bytes that this one gives. */
static uint64_t generator;

static const char *generator_name(void)
{
	return "fake";
}

static uint32_t generator_random(void)
{
	return (uint32_t)random_next(&generator);
}

static void generator_buf(void *const buf, const size_t size)
{
	random_fill(&generator, buf, size);
}

static randombytes_implementation fake_generator = {
	.implementation_name = generator_name, .random = generator_random, .buf = generator_buf
};

static int draw(struct seed *s, struct fake *const *fakes, size_t count, uint32_t bits)
{
	struct source_list list = { .count = count };
	size_t i;
	int r;

	for (i = 0; i < count; i++)
		list.spec[i].src = &fakes[i]->src;
	generator = 4000;
	r = seed_draw(s, &list, bits);
	for (i = 0; i < count; i++) {
		assert_int_equal(fakes[i]->opens, fakes[i]->fault == FAULT_OPEN ? 0 : 1);
		/* If a child was ended, it may not have closed the source. */
		if (fakes[i]->src.kind != SOURCE_DEVICE)
			assert_int_equal(fakes[i]->closes, fakes[i]->opens);
	}
	return r;
}

/* The result of a draw; it is kept when the seed is cleared. */
struct outcome {
	int r;
	struct claim claim;
	uint8_t seed[RECORD_BLOCKS_MAX][64], mix[64], id[RECORD_ID_SIZE];
	size_t blocks;
	bool passed[FAKES_MAX];
	char why[FAKES_MAX][128];
};

static struct outcome draw_outcome(struct fake *const *fakes, size_t count, uint32_t bits)
{
	struct outcome o;
	struct seed s;
	size_t i, len;

	memset(&o, 0, sizeof(o));
	o.r = draw(&s, fakes, count, bits);
	o.claim = s.claim;
	o.blocks = s.blocks;
	for (i = 0; i < count; i++) {
		o.passed[i] = draw_passed(s.report + i);
		draw_why(s.report + i, o.why[i], sizeof(o.why[i]));
	}
	if (o.r == 0) {
		memcpy(o.seed, seed_bytes(&s, &len), 64 * s.blocks);
		assert_int_equal(len, 64 * s.blocks);
		memcpy(o.mix, seed_mix_key(&s), 64);
		memcpy(o.id, s.id, sizeof(o.id));
	}
	seed_clear(&s);
	assert_true(sodium_is_zero((const unsigned char *)&s, sizeof(s)));
	return o;
}

static void assert_same_output(const struct outcome *a, const struct outcome *b)
{
	assert_int_equal(a->r, b->r);
	assert_memory_equal(a->seed, b->seed, sizeof(a->seed));
	assert_memory_equal(a->mix, b->mix, sizeof(a->mix));
	assert_memory_equal(a->id, b->id, sizeof(a->id));
	assert_memory_equal(&a->claim, &b->claim, sizeof(a->claim));
}

static void assert_other_output(const struct outcome *a, const struct outcome *b)
{
	size_t i;

	for (i = 0; i < a->blocks && i < b->blocks; i++)
		assert_memory_not_equal(a->seed[i], b->seed[i], 64);
	assert_memory_not_equal(a->mix, b->mix, sizeof(a->mix));
	assert_memory_not_equal(a->id, b->id, sizeof(a->id));
}

/* --- one fault at a time --- */

/* Checks that with this fault in one source, from fill @at on, the draw gives the same result as without that
 * source. */
static void assert_left_out(enum fault_kind fault, int victim, unsigned at, unsigned fills)
{
	static SHARED struct fake cast[CAST], others[CAST];
	struct fake *const all[] = { cast, cast + 1, cast + 2 };
	struct fake *rest[CAST - 1];
	struct outcome with, without;
	size_t i, n = 0;

	cast_init(cast);
	cast_init(others);
	cast[victim].fault = fault;
	cast[victim].at = at;
	for (i = 0; i < CAST; i++)
		if ((int)i != victim)
			rest[n++] = others + i;
	with = draw_outcome(all, CAST, 512);
	without = draw_outcome(rest, CAST - 1, 512);
	for (i = 0; i < CAST; i++)
		assert_int_equal(with.passed[i], (int)i != victim || at >= fills);
	if (at < fills)
		assert_same_output(&with, &without);
	else
		assert_other_output(&with, &without);
}

static void test_faults(void **state)
{
	/* There are two blocks, and the block for seed_mix_key(); a device delivers the 1184 bytes for them in fills of
	 * up to 512. */
	const unsigned fills = 3;
	int fault, victim;
	unsigned at;

	(void)state;
	for (victim = 0; victim < CAST; victim++) {
		assert_left_out(FAULT_OPEN, victim, 0, fills);
		assert_left_out(FAULT_BIASED, victim, 0, fills);
		for (fault = FAULT_FILL; fault <= FAULT_REPLAY; fault++)
			for (at = fault == FAULT_REPLAY; at <= fills && fault != FAULT_BIASED; at++)
				assert_left_out(fault, victim, at, fills);
	}
	for (at = 0; at <= fills; at++)
		assert_left_out(FAULT_WORDS, CPU, at, fills);
}

/* The 49,152 bytes for each block come in whole chunks, and the 1024 bytes for the block of seed_mix_key() in one
 * read. */
static void test_fault_in_each_chunk(void **state)
{
	static SHARED struct fake slow, kernel;
	struct fake *const both[] = { &slow, &kernel };
	struct outcome whole, with, without;
	const unsigned fills = 2 * 49152 / PUMP_CHUNK + 1;
	unsigned at;

	(void)state;
	fake_init(&kernel, "kernel", SOURCE_KERNEL, 0, 1, 2);
	without = draw_outcome(both + 1, 1, 512);
	for (at = 0; at <= fills; at++) {
		fake_init(&slow, "slow", SOURCE_CPU, 128, 16384, 1);
		fake_init(&kernel, "kernel", SOURCE_KERNEL, 0, 1, 2);
		slow.fault = FAULT_FILL;
		slow.at = at;
		with = draw_outcome(both, 2, 512);
		assert_int_equal(slow.fills, at < fills ? at + 1 : fills);
		assert_int_equal(with.passed[0], at == fills);
		assert_int_equal(with.claim.hardware_bits, at == fills ? 512 : 0);
		if (at < fills)
			assert_same_output(&with, &without);
	}
	whole = with;
	assert_other_output(&whole, &without);
}

static void test_reasons(void **state)
{
	static const struct {
		enum fault_kind fault;
		int victim, err;
		const char *why;
	} row[] = {
		{ FAULT_OPEN, CPU, -ENODEV, "No such device" },
		{ FAULT_OPEN, DEVICE, -EACCES, "Permission denied" },
		{ FAULT_FILL, DEVICE, -ETIMEDOUT, "Connection timed out" },
		{ FAULT_FILL, DEVICE, -ENODATA, "too few bytes" },
		{ FAULT_STUCK, DEVICE, 0, "9 equal samples in a row, cutoff 9" },
		{ FAULT_BIASED, DEVICE, 0, "one value 76 times in 512 samples, cutoff 76" },
		{ FAULT_STUCK, CPU, 0, "the same 64-bit word twice in a row" },
		{ FAULT_WORDS, CPU, 0, "the same 64-bit word twice in a row" },
		{ FAULT_REPLAY, DEVICE, 0, "20 bytes that were delivered before" },
	};
	static SHARED struct fake cast[CAST];
	struct fake *const all[] = { cast, cast + 1, cast + 2 };
	struct outcome o;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		cast_init(cast);
		cast[row[i].victim].fault = row[i].fault;
		cast[row[i].victim].err = row[i].err;
		cast[row[i].victim].at = row[i].fault == FAULT_REPLAY;
		o = draw_outcome(all, CAST, 256);
		assert_string_equal(o.why[row[i].victim], row[i].why);
	}
}

static void test_same_bytes_twice(void **state)
{
	static SHARED struct fake cast[CAST], others[CAST];
	struct fake *const all[] = { cast, cast + 1, cast + 2 };
	struct fake *const rest[] = { others + 2 };
	struct outcome with, without;

	(void)state;
	cast_init(cast);
	cast_init(others);
	cast[DEVICE].stream = cast[CPU].stream;
	with = draw_outcome(all, CAST, 256);
	without = draw_outcome(rest, 1, 256);
	assert_true(!with.passed[CPU] && !with.passed[DEVICE] && with.passed[KERNEL]);
	assert_string_equal(with.why[CPU], "20 bytes that device delivered as well");
	assert_string_equal(with.why[DEVICE], "20 bytes that were delivered before");
	assert_same_output(&with, &without);
}

static void test_words_only_cpu(void **state)
{
	static SHARED struct fake cast[CAST];
	struct fake *const all[] = { cast, cast + 1, cast + 2 };
	struct outcome o;

	(void)state;
	cast_init(cast);
	cast[DEVICE].fault = cast[KERNEL].fault = FAULT_WORDS;
	o = draw_outcome(all, CAST, 256);
	assert_true(o.passed[CPU] && o.passed[DEVICE] && o.passed[KERNEL]);
}

static void test_kernel_fails(void **state)
{
	static SHARED struct fake cast[CAST];
	struct fake *const all[] = { cast, cast + 1, cast + 2 };
	struct outcome o;

	(void)state;
	cast_init(cast);
	cast[KERNEL].fault = FAULT_FILL;
	o = draw_outcome(all, CAST, 300);
	assert_int_equal(o.claim.hardware_bits, 300);
	assert_int_equal(o.claim.credit_bits, 300);
	cast_init(cast);
	cast[KERNEL].fault = FAULT_FILL;
	cast[CPU].fault = cast[DEVICE].fault = FAULT_STUCK;
	o = draw_outcome(all, CAST, 300);
	assert_int_equal(o.r, -ENODATA);
	assert_int_equal(o.claim.credit_bits + o.claim.hardware_bits, 0);
}

/* --- assessment --- */

static void test_unassessed(void **state)
{
	static SHARED struct fake cast[CAST], others[CAST];
	struct fake *const all[] = { cast + 1, cast + 2 }, *const rest[] = { others + 2 };
	struct outcome with, without;

	(void)state;
	cast_init(cast);
	cast_init(others);
	cast[DEVICE].src.assessed_bits = 0;
	with = draw_outcome(all, 2, 512);
	without = draw_outcome(rest, 1, 512);
	assert_true(with.passed[0]);
	assert_other_output(&with, &without);
	assert_int_equal(with.claim.hardware_bits, 0);
	assert_int_equal(with.claim.credit_bits, KERNEL_BITS);
}

static void test_lowered_by_open(void **state)
{
	static SHARED struct fake cast[CAST];
	struct fake *const one[] = { cast + 1 };
	struct outcome o;

	(void)state;
	cast_init(cast);
	cast[DEVICE].lowered = 1 + 0;
	o = draw_outcome(one, 1, 256);
	assert_int_equal(o.r, 0);
	assert_int_equal(o.claim.credit_bits, 0);
	/* At half the assessment, twice as many bytes are drawn, so that a block still has 320 bits. */
	cast_init(cast);
	cast[DEVICE].lowered = 1 + 1;
	o = draw_outcome(one, 1, 512);
	assert_int_equal(o.claim.credit_bits, 512);
	assert_int_equal(cast[DEVICE].bytes, 1024 + 320);
}

static void test_stated(void **state)
{
	static SHARED struct fake fake;
	struct source_list list = { .count = 1 };
	struct seed s;
	unsigned bits;

	(void)state;
	for (bits = 0; bits <= 8; bits++) {
		fake_init(&fake, "file", SOURCE_DEVICE, 0, 1, bits);
		list.spec[0] = (struct source_spec){
			.src = &fake.src, .stated = true, .stated_mbit = 1000 * bits
		};
		assert_int_equal(seed_draw(&s, &list, 512), 0);
		assert_int_equal(s.claim.hardware_bits, bits ? 512 : 0);
		/* The first of the two blocks has the 1024 start-up samples. */
		assert_true(fake.bytes >= 1024 + 40);
		assert_true(bits == 0 || (fake.bytes - 1024) * bits >= 320);
		seed_clear(&s);
	}
}

/* --- the output --- */

static void test_pieces_differ(void **state)
{
	static SHARED struct fake cast[CAST];
	struct fake *const all[] = { cast, cast + 1, cast + 2 };
	uint8_t piece[RECORD_BLOCKS_MAX + 2][64] = { 0 };
	struct outcome o;
	size_t i, j;

	(void)state;
	cast_init(cast);
	o = draw_outcome(all, CAST, RECORD_BITS_MAX);
	assert_int_equal(o.blocks, RECORD_BLOCKS_MAX);
	assert_int_equal(o.claim.credit_bits, RECORD_BITS_MAX);
	memcpy(piece, o.seed, sizeof(o.seed));
	memcpy(piece + RECORD_BLOCKS_MAX, o.mix, 64);
	memcpy(piece + RECORD_BLOCKS_MAX + 1, o.id, sizeof(o.id));
	for (i = 0; i < COUNT(piece); i++)
		for (j = 0; j < i; j++)
			assert_memory_not_equal(piece[i], piece[j], RECORD_ID_SIZE);
}

/* How many bytes each source delivers for 512 bits: for the two blocks, and for the block of seed_mix_key(). After the
 * start-up samples, a block takes 320 bits at 4 or at 2 bits a byte, or 64 bytes of a source that is assessed at 0. The
 * block of seed_mix_key() takes 1 KiB of a CPU source and nothing of a device. */
static const size_t shares[CAST][3] = { { 1024, 80, 1024 }, { 1024, 160, 0 }, { 1024, 64, 64 } };

static size_t sum_of(const size_t share[3])
{
	return share[0] + share[1] + share[2];
}

static void test_own_input(void **state)
{
	static SHARED struct fake cast[CAST];
	struct fake *const all[] = { cast, cast + 1, cast + 2 };
	struct outcome before, after;
	size_t source, begin, block, i;

	(void)state;
	cast_init(cast);
	before = draw_outcome(all, CAST, 512);
	for (source = 0; source < CAST; source++)
		for (block = begin = 0; block < 3; begin += shares[source][block++]) {
			if (shares[source][block] == 0)
				continue;
			cast_init(cast);
			cast[source].flip = begin + shares[source][block];
			after = draw_outcome(all, CAST, 512);
			assert_int_equal(cast[source].bytes, sum_of(shares[source]));
			for (i = 0; i < 2; i++)
				assert_int_equal(
					memcmp(before.seed[i], after.seed[i], 64) != 0, i == block);
			assert_int_equal(memcmp(before.mix, after.mix, 64) != 0, block == 2);
			assert_int_equal(
				memcmp(before.id, after.id, sizeof(after.id)) != 0, block == 2);
		}
}

static void test_repeatable(void **state)
{
	static SHARED struct fake cast[CAST];
	struct fake *const all[] = { cast, cast + 1, cast + 2 };
	struct outcome first, second;

	(void)state;
	cast_init(cast);
	first = draw_outcome(all, CAST, 700);
	cast_init(cast);
	second = draw_outcome(all, CAST, 700);
	assert_same_output(&first, &second);
}

/* Each byte of each source matters: if one bit of it is inverted, the output changes. */
static void test_each_byte_counts(void **state)
{
	static SHARED struct fake cast[CAST];
	struct fake *const all[] = { cast, cast + 1, cast + 2 };
	struct outcome before, after;
	size_t total[CAST], i, at;

	(void)state;
	cast_init(cast);
	before = draw_outcome(all, CAST, 256);
	for (i = 0; i < CAST; i++)
		total[i] = cast[i].bytes;
	for (i = 0; i < CAST; i++) {
		for (at = 1; at <= total[i]; at += 1 + at % 7) {
			cast_init(cast);
			cast[i].flip = at;
			after = draw_outcome(all, CAST, 256);
			assert_int_equal(after.r, 0);
			assert_true(memcmp(&before.seed, &after.seed, sizeof(after.seed)) != 0 ||
				memcmp(&before.mix, &after.mix, sizeof(after.mix)) != 0);
		}
	}
}

/* Draws with a source that knows the bytes of the other two sources, and delivers their XOR. */
static struct outcome draw_with_hostile(uint64_t stream_a, uint64_t stream_b)
{
	static SHARED struct fake a, b, hostile;
	struct fake *const all[] = { &a, &b, &hostile };
	struct outcome o;

	fake_init(&a, "a", SOURCE_CPU, 4, 1, stream_a);
	fake_init(&b, "b", SOURCE_CPU, 4, 1, stream_b);
	fake_init(&hostile, "hostile", SOURCE_CPU, 4, 1, 0);
	hostile.echo[0] = &a;
	hostile.echo[1] = &b;
	o = draw_outcome(all, 3, 512);
	assert_true(o.passed[0] && o.passed[1] && o.passed[2]);
	return o;
}

static void test_no_cancelling(void **state)
{
	static SHARED struct fake a, b;
	struct fake *const honest[] = { &a, &b };
	struct outcome o[3], alone;
	size_t i, j;

	(void)state;
	o[0] = draw_with_hostile(1, 2);
	o[1] = draw_with_hostile(3, 4);
	o[2] = draw_with_hostile(1, 4);
	for (i = 0; i < COUNT(o); i++)
		for (j = 0; j < i; j++)
			assert_other_output(o + i, o + j);
	fake_init(&a, "a", SOURCE_CPU, 4, 1, 1);
	fake_init(&b, "b", SOURCE_CPU, 4, 1, 2);
	alone = draw_outcome(honest, 2, 512);
	assert_other_output(&alone, o);
}

/* Computes the construction of seed/condition.h again, from the bytes that the fakes delivered. */
static void plain_key(const struct fake *cast, size_t block, uint8_t prk[64])
{
	static struct message key, part;
	uint8_t digest[64];
	size_t i, j, at;

	key.len = 0;
	message_add_number(&key, block);
	for (i = 0; i < CAST; i++) {
		for (j = at = 0; j < block; j++)
			at += shares[i][j];
		part.len = 0;
		message_add(&part, cast[i].src.name, strlen(cast[i].src.name) + 1);
		message_add_number(&part, block);
		message_add_number(&part, shares[i][block]);
		message_add(&part, cast[i].recorded + at, shares[i][block]);
		plain_hmac("seedrive 1 samples", 18, &part, digest);
		message_add(&key, cast[i].src.name, strlen(cast[i].src.name) + 1);
		message_add_number(&key, shares[i][block]);
		message_add(&key, digest, sizeof(digest));
	}
	plain_hmac("seedrive 1 block", 16, &key, prk);
}

static void test_construction(void **state)
{
	static SHARED struct fake cast[CAST];
	struct fake *const all[] = { cast, cast + 1, cast + 2 };
	uint8_t prk[64], expected[64];
	struct outcome o;
	size_t block;

	(void)state;
	cast_init(cast);
	o = draw_outcome(all, CAST, 512);
	for (block = 0; block < 2; block++) {
		plain_key(cast, block, prk);
		plain_hkdf_expand(prk, "seedrive 1 seed", "", expected, sizeof(expected));
		assert_memory_equal(o.seed[block], expected, sizeof(expected));
	}
	plain_key(cast, 2, prk);
	plain_hkdf_expand(prk, "seedrive 1 mix", "", expected, sizeof(expected));
	assert_memory_equal(o.mix, expected, sizeof(expected));
	plain_hkdf_expand(prk, "seedrive 1 seed id", "", expected, sizeof(expected));
	assert_memory_equal(o.id, expected, sizeof(o.id));
}

/* --- many combinations --- */

static void random_fake(uint64_t *rng, struct fake *fake)
{
	static const unsigned rate[][2] = { { 4, 1 }, { 8, 1 }, { 1, 1 }, { 3, 1 }, { 1, 16 },
		{ 0, 1 }, { 5, 8 }, { 128, 16384 } };
	/* The source with the lowest rate is rarely chosen, because it takes the most time. */
	const size_t i = random_below(rng, 40) ? random_below(rng, 7) : 7;

	static const enum source_kind kind[] = { SOURCE_CPU, SOURCE_CODE, SOURCE_DEVICE };
	static const char *const device[] = { NULL, NULL, NULL, "tpm 0", "tpm 1" };

	fake_init(fake, "fake", kind[random_below(rng, COUNT(kind))], rate[i][0], rate[i][1],
		random_next(rng));
	fake->device = device[random_below(rng, COUNT(device))];
}

static void random_fault(uint64_t *rng, struct fake *fake)
{
	/* A fake that may have a twin gets no fault here, because the result would depend on how many bytes are drawn.
	 * Another test is about faults of twins. */
	if (random_below(rng, 2) && !fake->device)
		fake->fault = (enum fault_kind)random_below(rng, FAULTS);
	fake->at = (unsigned)random_below(rng, 7);
	if (fake->fault == FAULT_REPLAY && fake->at == 0)
		fake->at = 1;
}

static bool must_fail(const struct fake *fake)
{
	if (fake->fault == FAULT_NONE || fake->fault == FAULT_OPEN)
		return fake->fault == FAULT_OPEN;
	if (fake->fault == FAULT_WORDS && fake->src.kind != SOURCE_CPU)
		return false;
	return fake->fault == FAULT_BIASED || fake->fills > fake->at;
}

struct expected {
	unsigned passed, failed;
	uint32_t hardware, credit;
};

/* Is it the same device as that of an earlier source? */
static bool is_twin(struct fake *const *fakes, size_t i)
{
	size_t j;

	for (j = 0; j < i; j++)
		if (fakes[i]->device && fakes[j]->device == fakes[i]->device)
			return true;
	return false;
}

/* Computes the expected claim. Each source that passes delivers enough for each block, so the sum is simple. */
static struct expected expect(struct fake *const *fakes, size_t count, uint32_t bits)
{
	struct expected e = { 0 };
	uint32_t kernel = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		if (must_fail(fakes[i])) {
			e.failed++;
			continue;
		}
		e.passed++;
		if (fakes[i]->src.kind == SOURCE_KERNEL)
			kernel = KERNEL_BITS;
		else if (fakes[i]->src.assessed_bits > 0 && !is_twin(fakes, i))
			e.hardware = bits;
	}
	e.credit = e.hardware > kernel ? e.hardware : kernel;
	e.credit = e.credit < bits ? e.credit : bits;
	return e;
}

static void check_report(
	const struct draw_report *rep, const struct fake *fake, bool twin, size_t blocks)
{
	const bool passed = !must_fail(fake);
	uint64_t sum = 0;
	size_t i;

	assert_int_equal(draw_passed(rep), passed);
	assert_int_equal(rep->same_as != NULL, twin);
	/* If a test failed, more bytes may have been read than the report counts: by a child, or by a thread that reads
	 * ahead. */
	if ((passed && !twin) || (fake->src.kind == SOURCE_CODE && fake->src.per_bytes < 16384))
		assert_true(rep->bytes == fake->bytes);
	assert_true(rep->bytes <= fake->bytes);
	for (i = 0; i < RECORD_BLOCKS_MAX; i++) {
		sum += rep->assessed[i];
		if (!passed || twin || i >= blocks || fake->src.assessed_bits == 0)
			assert_true(rep->assessed[i] == 0);
		else
			assert_true(rep->assessed[i] >= 320);
	}
	/* The bits that are reported for a source are no more than its bytes are assessed at; bits in the block of
	 * seed_mix_key() do not count. */
	assert_true(!passed || sum * fake->src.per_bytes <= fake->bytes * fake->src.assessed_bits);
}

static void test_never_more_than_the_rule(void **state)
{
	static SHARED struct fake fake[FAKES_MAX];
	struct fake *fakes[FAKES_MAX];
	uint64_t rng = 42;
	unsigned full = 0, kernel_only = 0, nothing = 0, partly = 0;
	int round;

	(void)state;
	for (round = 0; round < 4000; round++) {
		const size_t count = 1 + random_below(&rng, FAKES_MAX);
		const uint32_t bits = (uint32_t)(1 + random_below(&rng, round % 4 ? 256 : 1000));
		struct expected e;
		struct seed s;
		size_t i;
		int r;

		for (i = 0; i < count; i++) {
			fakes[i] = fake + i;
			random_fake(&rng, fake + i);
			if (i == count - 1)
				fake_init(
					fake + i, "kernel", SOURCE_KERNEL, 0, 1, random_next(&rng));
			random_fault(&rng, fake + i);
		}
		r = draw(&s, fakes, count, bits);
		e = expect(fakes, count, bits);
		assert_int_equal(r, e.passed ? 0 : -ENODATA);
		assert_int_equal(s.claim.hardware_bits, e.hardware);
		assert_int_equal(s.claim.credit_bits, e.credit);
		for (i = 0; i < count; i++)
			check_report(s.report + i, fakes[i], is_twin(fakes, i), s.blocks);
		full += e.hardware > 0;
		kernel_only += e.hardware == 0 && e.credit > 0;
		partly += e.credit > 0 && e.credit < bits;
		nothing += e.passed == 0;
		seed_clear(&s);
	}
	/* Each kind of result occurred often. */
	assert_true(full > 500 && kernel_only > 200 && partly > 20 && nothing > 50);
}

/* --- one device under two names --- */

static void test_twins(void **state)
{
	static SHARED struct fake fake[4];
	struct fake *const all[] = { fake, fake + 1, fake + 2, fake + 3 };
	struct seed s;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(all); i++) {
		fake_init(fake + i, "chip", SOURCE_DEVICE, 1, 1, i);
		fake[i].device = i == 2 ? "another" : "tpm 0";
	}
	/* A source that could not be opened is not regarded as the same device as another one. */
	fake[0].fault = FAULT_OPEN;
	assert_int_equal(draw(&s, all, COUNT(all), 256), 0);
	assert_ptr_equal(s.report[3].same_as, s.report + 1);
	for (i = 0; i < 3; i++)
		assert_null(s.report[i].same_as);
	assert_true(draw_passed(s.report + 3));
	assert_int_equal(s.report[1].assessed[0], 1024);
	assert_int_equal(s.report[2].assessed[0], 1024);
	assert_int_equal(s.report[3].assessed[0], 0);
	seed_clear(&s);
	/* If a device fails its tests under one name, it does not count under the other name. */
	for (i = 1; i < COUNT(all); i++)
		fake_init(fake + i, "chip", SOURCE_DEVICE, 4, 1, i);
	fake[1].device = fake[3].device = "tpm 0";
	fake[1].fault = FAULT_STUCK;
	fake[2].fault = FAULT_OPEN;
	assert_int_equal(draw(&s, all + 1, 3, 256), 0);
	assert_int_equal(s.claim.hardware_bits, 0);
	seed_clear(&s);
}

/* --- what is remembered from one draw to the next --- */

static void cpu_and_device(struct fake fake[2], struct source_list *ret)
{
	fake_init(fake, "cpu", SOURCE_CPU, 4, 1, 1);
	fake_init(fake + 1, "device", SOURCE_DEVICE, 8, 1, 2);
	*ret = (struct source_list){ .count = 2 };
	ret->spec[0].src = &fake[0].src;
	ret->spec[1].src = &fake[1].src;
}

static void test_memory(void **state)
{
	static SHARED struct fake fake[2];
	struct source_list list;
	struct draw_memory *memory = draw_memory_new();
	uint64_t bytes;
	struct seed s;
	int round;

	(void)state;
	assert_non_null(memory);
	cpu_and_device(fake, &list);
	/* Start-up samples are drawn once; each later draw takes only what the block needs. For seed_mix_key(), each
	 * draw takes 1 KiB of the CPU source. */
	for (round = 0; round < 3; round++) {
		assert_int_equal(seed_draw_with(&s, &list, 256, 1, memory), 0);
		assert_int_equal(s.report[0].bytes, 1024 + (round ? 80 : 1024));
		assert_int_equal(s.report[1].bytes, round ? 40 : 1024);
		assert_int_equal(s.claim.hardware_bits, 256);
		seed_clear(&s);
	}
	bytes = fake[1].bytes;
	assert_int_equal(bytes, 1024 + 40 + 40);
	/* If a source delivers bytes again that it delivered in an earlier draw, it fails, ... */
	fake[1].stream = 2;
	assert_int_equal(seed_draw_with(&s, &list, 256, 1, memory), 0);
	assert_int_equal(s.report[1].health.failed, HEALTH_REPLAY);
	seed_clear(&s);
	/* ... and after this failure it must pass the start-up tests again. */
	fake[1].stream = 3;
	assert_int_equal(seed_draw_with(&s, &list, 256, 1, memory), 0);
	assert_true(draw_passed(s.report + 1));
	assert_int_equal(s.report[1].bytes, 1024);
	assert_int_equal(s.report[0].bytes, 80 + 1024);
	seed_clear(&s);
	draw_memory_free(memory);
	draw_memory_free(NULL);
}

/* Another device under the same name begins with start-up samples, even if it has the same min-entropy. */
static void test_memory_of_a_device(void **state)
{
	static const struct {
		const char *device;
		int err;
		unsigned bytes;
	} rows[] = { { "dev 1", 0, 1024 }, { "dev 1", 0, 40 }, { "dev 2", -ESTALE, 0 },
		{ "dev 2", 0, 1024 }, { "dev 2", 0, 40 } };
	static SHARED struct fake fake[2];
	struct source_list list;
	struct draw_memory *memory = draw_memory_new();
	struct seed s;
	size_t i;

	(void)state;
	assert_non_null(memory);
	cpu_and_device(fake, &list);
	for (i = 0; i < COUNT(rows); i++) {
		fake[1].device = rows[i].device;
		assert_int_equal(seed_draw_with(&s, &list, 256, 1, memory), 0);
		assert_int_equal(s.report[1].err, rows[i].err);
		assert_int_equal(s.report[1].bytes, rows[i].bytes);
		seed_clear(&s);
	}
	draw_memory_free(memory);
}

/* Equal samples in a row count as one run, even if a draw ends within the run. */
static void test_memory_of_a_run(void **state)
{
	static SHARED struct fake fake;
	struct source_list list = { .count = 1 };
	struct draw_memory *memory = draw_memory_new();
	struct seed s;
	size_t i;

	(void)state;
	fake_init(&fake, "device", SOURCE_CODE, 8, 1, 2);
	list.spec[0].src = &fake.src;
	/* In each draw the source makes one fill. The second draw ends with five equal samples, and the third begins
	 * with five more. */
	fake.tail = 5;
	for (i = 0; i < 2; i++) {
		assert_int_equal(seed_draw_with(&s, &list, 256, 1, memory), 0);
		seed_clear(&s);
	}
	assert_int_equal(seed_draw_with(&s, &list, 256, 1, memory), -ENODATA);
	assert_int_equal(s.report[0].health.failed, HEALTH_RCT);
	seed_clear(&s);
	draw_memory_free(memory);
}

/* --- required sources --- */

static void test_required(void **state)
{
	static SHARED struct fake fake[4];
	struct source_list list = { .count = 4, .by_default = true };
	struct seed s;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++)
		list.spec[i].src = &fake[i].src;
	fake_init(fake, "first", SOURCE_DEVICE, 4, 1, 1);
	fake_init(fake + 1, "cpu", SOURCE_CPU, 4, 1, 2);
	fake_init(fake + 2, "slow", SOURCE_CODE, 4, 1, 3);
	fake_init(fake + 3, "kernel", SOURCE_KERNEL, 0, 1, 4);
	/* If a slow source is required, it is drawn even if the other sources suffice. */
	list.spec[2].required = true;
	assert_int_equal(seed_draw(&s, &list, 256), 0);
	assert_true(draw_passed(s.report + 2));
	assert_false(s.gave_up);
	seed_clear(&s);
	/* If a required source fails, no other source is drawn, and nothing is claimed. */
	fake_init(fake + 1, "cpu", SOURCE_CPU, 4, 1, 2);
	fake[2].fault = FAULT_OPEN;
	assert_int_equal(seed_draw(&s, &list, 256), -ENODATA);
	assert_true(
		s.gave_up && s.report[0].left_out && s.report[1].left_out && s.report[3].left_out);
	assert_false(s.report[2].left_out);
	assert_int_equal(fake[1].opens, 0);
	assert_int_equal(s.claim.credit_bits, 0);
	seed_clear(&s);
	/* If a source that is not required fails, the draw continues. */
	list.spec[2].required = false;
	list.spec[1].required = true;
	assert_int_equal(seed_draw(&s, &list, 256), 0);
	assert_false(s.gave_up);
	assert_true(draw_passed(s.report + 1) && draw_passed(s.report + 3));
	seed_clear(&s);
}

/* --- the default sources --- */

static void test_by_default(void **state)
{
	static SHARED struct fake fake[4];
	struct source_list list = { .count = 4, .by_default = true };
	struct seed s;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++)
		list.spec[i].src = &fake[i].src;
	fake_init(fake, "worth", SOURCE_DEVICE, 4, 1, 1);
	fake_init(fake + 1, "worthless", SOURCE_DEVICE, 4, 1, 2);
	fake_init(fake + 2, "slow", SOURCE_CODE, 4, 1, 3);
	fake_init(fake + 3, "kernel", SOURCE_KERNEL, 0, 1, 4);
	fake[1].lowered = 1;
	assert_int_equal(seed_draw(&s, &list, 512), 0);
	assert_true(draw_passed(s.report));
	/* A source that is assessed at 0 is not read, and a slow source is drawn only if it is needed. */
	assert_string_equal(s.report[1].skipped, "it is assessed at 0 bits on this host");
	assert_int_equal(fake[1].bytes, 0);
	assert_string_equal(s.report[2].skipped, "the other sources suffice");
	assert_int_equal(fake[2].opens, 0);
	assert_int_equal(s.claim.hardware_bits, 512);
	seed_clear(&s);
	/* If only hardware counts, and there is enough of it, the slow source is not needed either. */
	fake_init(fake + 2, "slow", SOURCE_CODE, 4, 1, 3);
	list.hardware = true;
	fake[0].stream = 11;
	assert_int_equal(seed_draw(&s, &list, 256), 0);
	assert_string_equal(s.report[2].skipped, "the other sources suffice");
	seed_clear(&s);
	/* If there is no other hardware, the slow source is needed, even though the kernel's bits would suffice without
	 * that requirement. */
	fake[0].fault = FAULT_OPEN;
	assert_int_equal(seed_draw(&s, &list, 256), 0);
	assert_true(draw_passed(s.report + 2));
	assert_int_equal(s.claim.hardware_bits, 256);
	seed_clear(&s);
	list.hardware = false;
	fake_init(fake + 2, "slow", SOURCE_CODE, 4, 1, 3);
	/* If the kernel's 256 bits are only half of the bits asked for, the slow source is needed, too. */
	fake[0].fault = FAULT_OPEN;
	assert_int_equal(seed_draw(&s, &list, 512), 0);
	assert_true(draw_passed(s.report + 2));
	assert_int_equal(s.claim.hardware_bits, 512);
	assert_int_equal(s.claim.credit_bits, 512);
	seed_clear(&s);
}

static void test_provenance(void **state)
{
	static SHARED struct fake cast[CAST];
	struct fake *const all[] = { cast, cast + 1, cast + 2 };
	char text[BROKER_PROVENANCE];
	struct seed s;

	(void)state;
	cast_init(cast);
	assert_int_equal(draw(&s, all, CAST, 512), 0);
	seed_provenance(&s, 0, text);
	assert_string_equal(text, "cpu:4096 device:2048 kernel");
	seed_provenance(&s, 1, text);
	assert_string_equal(text, "cpu:320 device:320 kernel");
	assert_int_equal(seed_hardware(&s, 0), 256);
	seed_clear(&s);
	cast_init(cast);
	cast[DEVICE].fault = FAULT_STUCK;
	assert_int_equal(draw(&s, all, CAST, 512), 0);
	seed_provenance(&s, 1, text);
	assert_string_equal(text, "cpu:320 kernel");
	seed_clear(&s);
}

/* Makes the provenance of a draw in which @sources sources passed. */
static void provenance_of(size_t sources, char out[BROKER_PROVENANCE])
{
	static const struct source src = { .name = "rdseed" };
	const struct source_spec spec = { .src = &src };
	struct seed s = { .reports = sources, .blocks = 1 };
	size_t i;

	for (i = 0; i < sources; i++) {
		s.report[i].spec = &spec;
		s.report[i].assessed[0] = 1000 + (uint32_t)i;
	}
	seed_provenance(&s, 0, out);
}

static void test_provenance_room(void **state)
{
	char text[BROKER_PROVENANCE];

	(void)state;
	/* Eight pieces of 11 characters and seven spaces just fit, with the zero at the end. */
	provenance_of(8, text);
	assert_string_equal(text,
		"rdseed:1000 rdseed:1001 rdseed:1002 rdseed:1003 rdseed:1004 rdseed:1005 rdseed:1006 "
		"rdseed:1007");
	provenance_of(9, text);
	assert_string_equal(text,
		"rdseed:1000 rdseed:1001 rdseed:1002 rdseed:1003 rdseed:1004 rdseed:1005 and 3 more");
	provenance_of(16, text);
	assert_string_equal(text,
		"rdseed:1000 rdseed:1001 rdseed:1002 rdseed:1003 rdseed:1004 rdseed:1005 and 10 more");
}

/* --- limits --- */

static void test_bits_bounds(void **state)
{
	static SHARED struct fake cast[CAST];
	struct fake *const all[] = { cast, cast + 1, cast + 2 };
	static const uint32_t bad[] = { 0, RECORD_BITS_MAX + 1, UINT32_MAX };
	static const uint32_t good[][2] = { { 1, 1 }, { 256, 1 }, { 257, 2 }, { 512, 2 },
		{ 16129, 64 }, { 16384, 64 } };
	struct source_list list = { .count = 1 };
	struct outcome o;
	struct seed s;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		cast_init(cast);
		list.spec[0].src = &cast[KERNEL].src;
		assert_int_equal(seed_draw(&s, &list, bad[i]), -EINVAL);
		assert_int_equal(cast[KERNEL].opens, 0);
		seed_clear(&s);
	}
	for (i = 0; i < COUNT(good); i++) {
		cast_init(cast);
		o = draw_outcome(all, CAST, good[i][0]);
		assert_int_equal(o.r, 0);
		assert_int_equal(o.blocks, good[i][1]);
		assert_int_equal(o.claim.credit_bits, good[i][0]);
	}
}

static void test_clear(void **state)
{
	struct seed s = { 0 };

	(void)state;
	seed_clear(&s);
	seed_clear(&s);
	seed_clear(NULL);
}

static void test_unmixed(void **state)
{
	static SHARED struct fake cast[CAST];
	struct source_list list = { .count = CAST, .unmixed = true };
	struct seed s, again;
	size_t i, len;

	(void)state;
	cast_init(cast);
	for (i = 0; i < CAST; i++)
		list.spec[i].src = &cast[i].src;
	assert_int_equal(seed_draw(&s, &list, 256), 0);
	/* For the only block, the device's start-up samples suffice; none of them are drawn for seed_mix_key(). */
	assert_int_equal(cast[DEVICE].bytes, 1024);
	assert_null(seed_mix_key(&s));
	assert_int_equal(s.claim.hardware_bits, 256);
	cast_init(cast);
	assert_int_equal(seed_draw(&again, &list, 256), 0);
	assert_memory_equal(seed_bytes(&s, &len), seed_bytes(&again, &len), 64);
	assert_memory_not_equal(s.id, again.id, sizeof(s.id));
	seed_clear(&s);
	seed_clear(&again);
}

/* SHA-256 of the two blocks from the usual sources and an abundant CPU source. An older version computed it, which drew
 * as many bytes for the block of seed_mix_key() as for the other blocks. The present version draws fewer, and the seed
 * must not depend on that. */
static const char fed_before[] = "112c4ef7f3d8dfe7f1657aa233b1866e8689bda6209e1508151129e3fd7276dc";

/* Returns: SHA-256 of the seed in hexadecimal, valid until the next call. */
static const char *seed_hash(const struct seed *s)
{
	static char hex[2 * crypto_hash_sha256_BYTES + 1];
	uint8_t hash[crypto_hash_sha256_BYTES];
	size_t len;
	const uint8_t *bytes = seed_bytes(s, &len);

	crypto_hash_sha256(hash, bytes, len);
	return sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
}

static void test_record_as_before(void **state)
{
	static const uint32_t bits[CAST + 1][2] = { { 4096, 320 }, { 2048, 320 }, { 0, 0 },
		{ 384, 384 } };
	static const size_t record[CAST + 1] = { 1104, 1184, 1088, 98304 };
	static const size_t to_mix[CAST + 1] = { 1024, 0, 64, 1024 };
	static SHARED struct fake fake[CAST + 1];
	struct source_list list = { .count = CAST + 1 };
	struct seed s;
	size_t i;

	(void)state;
	for (i = 0; i <= CAST; i++)
		list.spec[i].src = &fake[i].src;
	for (list.unmixed = false;; list.unmixed = true) {
		cast_init(fake);
		fake_init(fake + CAST, "slow", SOURCE_CPU, 128, 16384, 5000);
		assert_int_equal(seed_draw(&s, &list, 512), 0);
		assert_string_equal(seed_hash(&s), fed_before);
		for (i = 0; i <= CAST; i++) {
			assert_int_equal(
				s.report[i].bytes, record[i] + (list.unmixed ? 0 : to_mix[i]));
			assert_memory_equal(s.report[i].assessed, bits[i], sizeof(bits[i]));
		}
		/* The claim counts the record's two blocks, and not the block of seed_mix_key(). */
		assert_int_equal(s.claim.hardware_bits, 512);
		seed_clear(&s);
		if (list.unmixed)
			break;
	}
}

/* If all sources are devices, the block of seed_mix_key() has bytes of the kernel's generator, even if `kernel` is not
 * in the list or fails. */
static void test_mix_of_devices(void **state)
{
	static SHARED struct fake cast[CAST];
	struct fake *const pair[] = { cast + DEVICE, cast + KERNEL };
	struct source_list list = { .count = 1 };
	struct outcome alone, failed, other;
	struct seed s;
	size_t len;

	(void)state;
	cast_init(cast);
	alone = draw_outcome(pair, 1, 256);
	cast_init(cast);
	cast[KERNEL].fault = FAULT_STUCK;
	failed = draw_outcome(pair, 2, 256);
	assert_same_output(&alone, &failed);
	/* The samples are the same, but the bytes of the kernel's generator are others. */
	cast_init(cast);
	list.spec[0].src = &cast[DEVICE].src;
	generator = 4001;
	assert_int_equal(seed_draw(&s, &list, 256), 0);
	assert_memory_equal(seed_bytes(&s, &len), alone.seed, 64);
	assert_memory_not_equal(seed_mix_key(&s), alone.mix, 64);
	assert_memory_not_equal(s.id, alone.id, sizeof(s.id));
	seed_clear(&s);
	/* If the source `kernel` passes, no more bytes of the generator are drawn for that block. */
	cast_init(cast);
	other = draw_outcome(pair, 2, 256);
	assert_int_equal(generator, 4000);
	assert_other_output(&alone, &other);
}

static void test_clear_while_drawing(void **state)
{
	static SHARED struct fake slow;
	struct source_list list = { .count = 1, .spec = { { .src = &slow.src } } };
	struct seed s;

	(void)state;
	fake_init(&slow, "slow", SOURCE_CPU, 128, 16384, 1);
	assert_int_equal(seed_draw_begin(&s, &list, RECORD_BITS_MAX), 0);
	assert_int_equal(s.blocks, RECORD_BLOCKS_MAX);
	while (!s.begun)
		sched_yield();
	seed_clear(&s);
	assert_int_equal(slow.closes, 1);
	assert_null(s.secret);
}

/* Leaves only one CPU to this process, so that a new thread runs only when the caller waits, or at the end of a time
 * slice. */
static void take_one_cpu(cpu_set_t *ret_before)
{
	cpu_set_t one;

	assert_int_equal(sched_getaffinity(0, sizeof(*ret_before), ret_before), 0);
	CPU_ZERO(&one);
	CPU_SET((size_t)sched_getcpu(), &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
}

/* The seed is the same whether the thread or the caller draws. */
static void test_thread_without_cpu(void **state)
{
	static SHARED struct fake fake;
	struct source_list list = { .count = 1, .spec = { { .src = &fake.src } } };
	unsigned i, late = 0;
	uint8_t first[64];
	cpu_set_t before;
	struct seed s;
	size_t len;

	(void)state;
	take_one_cpu(&before);
	for (i = 0; i < 200; i++) {
		fake_init(&fake, "fake", SOURCE_CPU, 4, 1, 1);
		assert_int_equal(seed_draw_begin(&s, &list, 256), 0);
		late += !s.begun;
		assert_int_equal(seed_draw_end(&s), 0);
		if (i == 0)
			memcpy(first, seed_bytes(&s, &len), sizeof(first));
		assert_memory_equal(seed_bytes(&s, &len), first, sizeof(first));
		assert_int_equal(s.claim.hardware_bits, 256);
		assert_int_equal(fake.opens, 1);
		seed_clear(&s);
		assert_int_equal(seed_draw_begin(&s, &list, 256), 0);
		seed_clear(&s);
		assert_int_equal(fake.opens, fake.closes);
	}
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
	if (late == 0)
		print_message("each time the thread began before seed_draw_end() was called\n");
}

static void test_no_sources(void **state)
{
	struct source_list none = { 0 };
	struct seed s;

	(void)state;
	assert_int_equal(seed_draw(&s, &none, 256), -ENODATA);
	assert_int_equal(s.claim.credit_bits, 0);
	seed_clear(&s);
}

static void test_not_built_in(void **state)
{
	static SHARED struct fake cast[CAST];
	struct source_list list = { .count = 2 };
	struct seed s;

	(void)state;
	cast_init(cast);
	cast[DEVICE].src.open = NULL;
	list.spec[0].src = &cast[DEVICE].src;
	list.spec[1].src = &cast[KERNEL].src;
	assert_int_equal(seed_draw(&s, &list, 256), 0);
	assert_int_equal(s.report[0].err, -ENOSYS);
	assert_int_equal(s.claim.hardware_bits, 0);
	seed_clear(&s);
}

static void test_label(void **state)
{
	static SHARED struct fake fake;
	struct source_spec spec = { .src = &fake.src };
	struct draw_report rep = { .spec = &spec };
	char out[300];

	(void)state;
	fake_init(&fake, "file", SOURCE_DEVICE, 0, 1, 0);
	assert_string_equal(draw_label(&rep, out, sizeof(out)), "file");
	strcpy(spec.arg, "/dev/ttyUSB0");
	assert_string_equal(draw_label(&rep, out, sizeof(out)), "file:/dev/ttyUSB0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("draw: a source that fails in any way at any fill has no effect on the result",
			test_faults),
		TEST("draw: a failure in any chunk of a block leaves the whole source out",
			test_fault_in_each_chunk),
		TEST("draw: the message names the failed test and its figure", test_reasons),
		TEST("draw: two sources that deliver the same bytes are both left out",
			test_same_bytes_twice),
		TEST("draw: equal words are not a fault of a device or of the kernel",
			test_words_only_cpu),
		TEST("draw: without the kernel only hardware counts, and without both there is no seed",
			test_kernel_fails),
		TEST("draw: a source assessed at 0 is mixed and never counted", test_unassessed),
		TEST("draw: a source counts at the rate that was determined when it was opened",
			test_lowered_by_open),
		TEST("draw: a byte counts as the user stated", test_stated),
		TEST("draw: no two of 64 blocks, the mixing key and the id are equal",
			test_pieces_differ),
		TEST("draw: each block depends on its own input and on no other", test_own_input),
		TEST("draw: the same samples give the same seed", test_repeatable),
		TEST("draw: every byte of every source changes the seed", test_each_byte_counts),
		TEST("draw: a source that delivers the XOR of the others cancels nothing",
			test_no_cancelling),
		TEST("draw: seed, key and id are made from the samples as documented",
			test_construction),
		TEST("draw: 4000 combinations of sources and faults never claim more than rule 4",
			test_never_more_than_the_rule),
		TEST("draw: one device under two names is counted once, and not at all if it fails",
			test_twins),
		TEST("draw: with a memory, start-up samples are drawn once, and old bytes are recognized",
			test_memory),
		TEST("draw: with a memory, another device under the same name begins with start-up samples",
			test_memory_of_a_device),
		TEST("draw: with a memory, a run of equal samples continues from one draw to the next",
			test_memory_of_a_run),
		TEST("draw: by default a source worth nothing is not read, and a slow one only if needed",
			test_by_default),
		TEST("draw: the provenance of a block has the sources that passed, with their bits",
			test_provenance),
		TEST("draw: sources that do not fit into the provenance are counted in it",
			test_provenance_room),
		TEST("draw: 1 to 16384 bits give 1 to 64 blocks, and any other number is refused",
			test_bits_bounds),
		TEST("draw: a zeroed seed, a cleared one and NULL can be cleared", test_clear),
		TEST("draw: if no mixing key is requested, nothing is drawn for it, and the id is from the kernel",
			test_unmixed),
		TEST("draw: the record's blocks are the same as if nothing were mixed",
			test_record_as_before),
		TEST("draw: if only devices deliver, the key and the id are made from the kernel's generator",
			test_mix_of_devices),
		TEST("draw: if a required source fails, no other is drawn, and it is drawn before slow ones",
			test_required),
		TEST("draw: clearing a seed that is still being drawn waits for it",
			test_clear_while_drawing),
		TEST("draw: a thread that has got no CPU is drawn for, once, and does not delay the end",
			test_thread_without_cpu),
		TEST("draw: without a source there is no seed", test_no_sources),
		TEST("draw: a source that is not built in counts for nothing", test_not_built_in),
		TEST("draw: a source's label is the text that the user typed", test_label),
	};

	if (randombytes_set_implementation(&fake_generator) != 0 || sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("draw", tests, share_fakes, NULL);
}
