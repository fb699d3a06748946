/* SPDX-License-Identifier: GPL-2.0-or-later */
/* These tests read their vectors, and the files that must be refused, from doc/seed-format.md, which specifies the
 * format. */
#include "tests/lib/unit.h"

#include "util/wire/record.h"
#include "util/hex.h"
#include "util/sha256.h"

#include <errno.h>
#include <sodium.h>

#define PAGE "doc/seed-format.md"

struct vector {
	char name;
	struct record rec;
	size_t file_len;
	uint8_t seed[RECORD_BLOCKS_MAX * RECORD_BLOCK];
	uint8_t header[96], digest[SHA256_SIZE], file_digest[SHA256_SIZE];
};

/* --- the page --- */

static char *page_from(char *page, const char *words)
{
	char *at = strstr(page, words);

	if (!at)
		fail_msg("%s: does not say: %s", PAGE, words);
	return at;
}

/* Parses the next indented lines as hexadecimal bytes. */
static void read_hex(const char **at, uint8_t *out, size_t len)
{
	const char *line = strstr(*at, "\n    ");
	size_t n;

	assert_non_null(line);
	assert_int_equal(
		sodium_hex2bin(out, len, line, 2 * len + 5 * (len / 32), " \n", &n, at), 0);
	assert_int_equal(n, len);
}

static void read_vector(char *page, char name, struct vector *v)
{
	unsigned long long seed_len, credit, hardware, issued, ttl, file_len;
	char row[] = "\n| X | ", lines[] = "\nVector X, bytes 0 to 95:\n", uuid[UUID_STRLEN + 1];
	const char *at;
	size_t i;

	memset(v, 0, sizeof(*v));
	v->name = row[3] = lines[8] = name;
	at = page_from(page, row) + strlen(row);
	assert_int_equal(
		sscanf(at, "%llu | %llu | %llu | %llu | %llu | `%36[0-9a-f-]` | %llu bytes |\n",
			&seed_len, &credit, &hardware, &issued, &ttl, uuid, &file_len),
		7);
	v->rec = (struct record){ .credit_bits = (uint32_t)credit,
		.hardware_bits = (uint32_t)hardware,
		.issued_at = issued,
		.ttl = (uint32_t)ttl,
		.seed = v->seed,
		.seed_len = seed_len };
	v->file_len = file_len;
	assert_true(seed_len <= sizeof(v->seed));
	for (i = 0; i < seed_len; i++)
		v->seed[i] = (uint8_t)i;
	for (i = 0; i < RECORD_ID_SIZE; i++)
		v->rec.seed_id[i] = (uint8_t)(0xa0 + i);
	assert_int_equal(uuid_parse(uuid, UUID_STRLEN, v->rec.uuid), 0);
	at = page_from(page, lines) + strlen(lines) - 1;
	read_hex(&at, v->header, sizeof(v->header));
	read_hex(&at, v->digest, sizeof(v->digest));
	at--;
	read_hex(&at, v->file_digest, sizeof(v->file_digest));
}

static void read_page(struct vector v[3])
{
	size_t len;
	char *page = file_read(PAGE, &len);
	/* Other tables of the page name the vectors, too. */
	char *vectors = page_from(page, "\n## Test vectors\n");

	read_vector(vectors, 'A', v);
	read_vector(vectors, 'B', v + 1);
	read_vector(vectors, 'C', v + 2);
	free(page);
}

static struct vector page_vector[3];

static int setup(void **state)
{
	(void)state;
	read_page(page_vector);
	return 0;
}

/* --- helpers --- */

static void assert_same_record(const struct record *a, const struct record *b)
{
	assert_int_equal(a->credit_bits, b->credit_bits);
	assert_int_equal(a->hardware_bits, b->hardware_bits);
	assert_memory_equal(a->seed_id, b->seed_id, RECORD_ID_SIZE);
	assert_int_equal(a->issued_at, b->issued_at);
	assert_int_equal(a->ttl, b->ttl);
	assert_memory_equal(a->uuid, b->uuid, UUID_SIZE);
	assert_int_equal(a->seed_len, b->seed_len);
	assert_memory_equal(a->seed, b->seed, a->seed_len);
}

static int assert_refused(const uint8_t *raw, size_t len)
{
	struct record rec, before;
	int r;

	memset(&rec, 0xa5, sizeof(rec));
	before = rec;
	r = record_parse(raw, len, &rec);
	assert_true(r < 0);
	assert_memory_equal(&rec, &before, sizeof(rec));
	return r;
}

/* Sets the right digest, so that the file breaks only the rule that is tested. */
static void sign(uint8_t *raw, size_t seed_len)
{
	uint8_t joined[96 + RECORD_BLOCKS_MAX * RECORD_BLOCK];

	memcpy(joined, raw, 96);
	memcpy(joined + 96, raw + 128, seed_len);
	crypto_hash_sha256(raw + 96, joined, 96 + seed_len);
}

static struct record random_record(uint64_t *rng, uint8_t *seed, size_t max_blocks)
{
	const size_t blocks = 1 + random_below(rng, max_blocks);
	struct record rec = {
		.credit_bits = (uint32_t)random_below(rng, 256 * blocks + 1),
		.hardware_bits = (uint32_t)random_below(rng, 256 * blocks + 1),
		.issued_at = random_next(rng) >> random_below(rng, 64),
		.ttl = (uint32_t)random_next(rng),
		.seed = seed,
		.seed_len = 64 * blocks,
	};

	random_fill(rng, rec.seed_id, sizeof(rec.seed_id));
	random_fill(rng, rec.uuid, sizeof(rec.uuid));
	random_fill(rng, seed, rec.seed_len);
	return rec;
}

/* --- the page's vectors --- */

static void test_vectors(void **state)
{
	uint8_t raw[RECORD_SIZE_MAX], digest[32];
	struct record rec;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(page_vector); i++) {
		const struct vector *v = page_vector + i;

		assert_int_equal(record_size(v->rec.seed_len), v->file_len);
		assert_int_equal(record_encode(&v->rec, raw, v->file_len), 0);
		assert_memory_equal(raw, v->header, sizeof(v->header));
		assert_memory_equal(raw + 96, v->digest, sizeof(v->digest));
		crypto_hash_sha256(digest, raw, v->file_len);
		assert_memory_equal(digest, v->file_digest, sizeof(digest));
		assert_int_equal(record_parse(raw, v->file_len, &rec), 0);
		assert_same_record(&rec, &v->rec);
		assert_ptr_equal(rec.seed, raw + RECORD_HEADER);
	}
}

/* The text of the page, with spaces in place of line breaks. */
static char *page_sentences(void)
{
	size_t len, n = 0, i;
	char *page = file_read(PAGE, &len);

	for (i = 0; i < len; i++)
		if (page[i] != '\n')
			page[n++] = page[i];
		else if (n > 0 && page[n - 1] != ' ')
			page[n++] = ' ';
	page[n] = '\0';
	return page;
}

/* A file that the page describes, with room for the bytes that some of the page's examples append. */
struct file {
	uint8_t raw[2 * RECORD_SIZE_MAX];
	size_t len;
};

/* Changes the file as a clause of the page says: "byte 17 set to 2 (512 bits credited)", "byte 12 set to 192 and byte
 * 13 set to 7", "byte 96 inverted", or a change of the length. Returns: the position of the first changed byte, or the
 * old length. */
static size_t change_as_told(const char *clause, struct file *f)
{
	unsigned at = 0, value, next, next_value;
	const size_t before = f->len;
	char end;
	int n = sscanf(clause, " byte %u set to %u and byte %u set to %u", &at, &value, &next,
		&next_value);

	if (n == 2 || n == 4) {
		assert_int_not_equal(f->raw[at], value);
		f->raw[at] = (uint8_t)value;
		if (n == 4)
			f->raw[next] = (uint8_t)next_value;
		return at;
	}
	if (sscanf(clause, " byte %u inverte%c", &at, &end) == 2 && end == 'd') {
		f->raw[at] ^= 0xff;
		return at;
	}
	if (sscanf(clause, " the file cut to %u bytes", &value) == 1 ||
		sscanf(clause, " the file without its padding (%u bytes", &value) == 1) {
		assert_true(value < f->len);
		memset(f->raw + value, 0, f->len - value);
		f->len = value;
	} else if (sscanf(clause, " the file followed by %u zero bytes", &value) == 1) {
		f->len += value;
		assert_true(f->len <= sizeof(f->raw));
	} else if (strcmp(clause, " an empty file") == 0) {
		f->len = 0;
	} else {
		fail_msg("%s: what is to be refused?%s", PAGE, clause);
	}
	return before;
}

/* Sets the right digest for the seed length in the header. If the file is too short for the seed, the missing bytes
 * count as zeros. */
static void sign_as_told(struct file *f)
{
	const size_t n = f->raw[12] | (size_t)f->raw[13] << 8;

	if (n <= RECORD_BLOCKS_MAX * RECORD_BLOCK)
		sign(f->raw, n);
}

/* For each clause of the page's sentence that begins with @words, changes a copy of @of as the clause says, and checks
 * that the file is refused. After a change before the digest, or any change if @anew is true, sets the right digest and
 * checks that the file is still refused; a change of the digest itself stays. */
static void refuse_all(const char *words, const struct file *of, bool anew, size_t want)
{
	char *page = page_sentences(), *at, *clause;
	size_t clauses = 0;

	at = page_from(page, words) + strlen(words);
	at = strsep(&at, ".");
	for (; (clause = strsep(&at, ";")); clauses++) {
		struct file f = *of;
		const size_t where = change_as_told(clause, &f);

		assert_refused(f.raw, f.len);
		if (where < 96 || (anew && where != 96)) {
			sign_as_told(&f);
			assert_refused(f.raw, f.len);
			/* The file is not a tombstone either. */
			assert_int_not_equal(
				record_parse(f.raw, f.len, &(struct record){ 0 }), -ESTALE);
		}
	}
	assert_int_equal(clauses, want);
	free(page);
}

static void encode(const struct vector *v, struct file *ret)
{
	*ret = (struct file){ .len = v->file_len };
	assert_int_equal(record_encode(&v->rec, ret->raw, v->file_len), 0);
}

static void test_refusals(void **state)
{
	struct file f;

	(void)state;
	encode(page_vector, &f);
	refuse_all(
		"To be refused, each made from vector A, and, where a byte before byte 96 changes, with its digest "
		"made anew:",
		&f, false, 17);
	encode(page_vector + 2, &f);
	refuse_all(
		"To be refused, each made from vector C, with its digest made anew:", &f, true, 3);
	encode(page_vector, &f);
	record_make_tombstone(f.raw, f.len);
	refuse_all(
		"To be refused, each made from the tombstone of vector A, and, unless it is the digest that "
		"changes, with its digest made anew:",
		&f, true, 15);
}

static void test_taken(void **state)
{
	static const char words[] = "To be taken: vector A followed by ";
	const struct vector *a = page_vector;
	uint8_t raw[RECORD_SIZE_MAX] = { 0 };
	unsigned more[2], zero[2], i;
	struct record rec;
	char *page = page_sentences();

	(void)state;
	assert_int_equal(sscanf(page_from(page, words) + strlen(words),
				 "%u or %u zero bytes; vector A "
				 "with bytes %u and %u zero (no credit), its digest made anew.",
				 more, more + 1, zero, zero + 1),
		4);
	assert_int_equal(record_encode(&a->rec, raw, a->file_len), 0);
	for (i = 0; i < 2; i++) {
		assert_int_equal(record_parse(raw, a->file_len + more[i], &rec), 0);
		assert_same_record(&rec, &a->rec);
	}
	raw[zero[0]] = raw[zero[1]] = 0;
	sign(raw, a->rec.seed_len);
	assert_int_equal(record_parse(raw, a->file_len, &rec), 0);
	assert_int_equal(rec.credit_bits, 0);
	free(page);
}

/* --- beyond the page --- */

static void test_round_trip(void **state)
{
	uint8_t seed[RECORD_BLOCKS_MAX * RECORD_BLOCK], raw[RECORD_SIZE_MAX];
	struct record rec, back;
	uint64_t rng = 1;
	int i;

	(void)state;
	for (i = 0; i < 3000; i++) {
		size_t size;

		rec = random_record(&rng, seed, RECORD_BLOCKS_MAX);
		size = record_size(rec.seed_len);
		assert_true(size % RECORD_SECTOR == 0 && size >= 128 + rec.seed_len &&
			size < 128 + rec.seed_len + RECORD_SECTOR);
		/* The file has any number of sectors that is large enough. */
		while (size < RECORD_SIZE_MAX && random_below(&rng, 3) == 0)
			size += RECORD_SECTOR;
		memset(raw, 0xa5, sizeof(raw));
		assert_int_equal(record_encode(&rec, raw, size), 0);
		assert_int_equal(record_parse(raw, size, &back), 0);
		assert_same_record(&rec, &back);
	}
}

/* In vector A, each byte gets each other value; in the other vectors, each byte gets one other value. */
static void test_every_byte(void **state)
{
	uint8_t raw[RECORD_SIZE_MAX];
	size_t i, at;
	int flip;

	(void)state;
	for (i = 0; i < COUNT(page_vector); i++) {
		const struct vector *v = page_vector + i;

		assert_int_equal(record_encode(&v->rec, raw, v->file_len), 0);
		for (at = 0; at < v->file_len; at++) {
			for (flip = 1; flip < 256; flip += i == 0 ? 1 : 255) {
				raw[at] ^= (uint8_t)flip;
				assert_refused(raw, v->file_len);
				raw[at] ^= (uint8_t)flip;
			}
		}
	}
}

static void test_lengths(void **state)
{
	const struct vector *a = page_vector;
	uint8_t raw[RECORD_SIZE_MAX + RECORD_SECTOR] = { 0 };
	struct record rec;
	size_t len;

	(void)state;
	assert_int_equal(record_encode(&a->rec, raw, sizeof(raw)), 0);
	for (len = 0; len <= sizeof(raw); len++) {
		if (len == 2048 || len == 4096 || len == 6144)
			assert_int_equal(record_parse(raw, len, &rec), 0);
		else
			assert_int_equal(assert_refused(raw, len), -EMSGSIZE);
	}
	/* The file is too short for the seed length in its header. */
	assert_int_equal(record_encode(&page_vector[2].rec, raw, RECORD_SIZE_MAX), 0);
	assert_int_equal(assert_refused(raw, 2048), -EMSGSIZE);
	assert_int_equal(assert_refused(raw, 4096), -EMSGSIZE);
}

/* Each of these fields is out of range, and the digest is right. */
static void test_fields(void **state)
{
	static const struct {
		size_t at, len;
		uint64_t value;
		int err;
	} row[] = {
		{ 8, 2, 0, -EPROTONOSUPPORT },
		{ 8, 2, 0x0101, -EPROTONOSUPPORT },
		{ 10, 2, 0, -EMSGSIZE },
		{ 10, 2, 127, -EMSGSIZE },
		{ 10, 2, 0x8000, -EMSGSIZE },
		{ 12, 4, 0, -EMSGSIZE },
		{ 12, 4, 65, -EMSGSIZE },
		{ 12, 4, 4160, -EMSGSIZE },
		{ 12, 4, 0xffffffc0, -EMSGSIZE },
		{ 12, 4, 1984, -EMSGSIZE }, /* the seed would end one block beyond the file */
		{ 16, 4, 257, -ERANGE },
		{ 16, 4, 0xffffffff, -ERANGE },
		{ 20, 4, 257, -ERANGE },
		{ 20, 4, 0x80000100, -ERANGE },
		{ 68, 1, 0x80, -EINVAL },
		{ 95, 1, 1, -EINVAL },
		{ 192, 1, 1, -EINVAL },
		{ 2047, 1, 0x80, -EINVAL },
	};
	const struct vector *a = page_vector;
	uint8_t raw[RECORD_SIZE_MAX];
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		assert_int_equal(record_encode(&a->rec, raw, a->file_len), 0);
		for (j = 0; j < row[i].len; j++)
			raw[row[i].at + j] = (uint8_t)(row[i].value >> 8 * j);
		sign(raw, a->rec.seed_len);
		assert_int_equal(assert_refused(raw, a->file_len), row[i].err);
	}
}

static void test_hardware_above_credit(void **state)
{
	struct record rec = page_vector[0].rec, back;
	uint8_t raw[RECORD_SECTOR];

	(void)state;
	rec.credit_bits = 1;
	rec.hardware_bits = 256;
	assert_int_equal(record_encode(&rec, raw, sizeof(raw)), 0);
	assert_int_equal(record_parse(raw, sizeof(raw), &back), 0);
	assert_int_equal(back.hardware_bits, 256);
}

static void test_bound(void **state)
{
	struct record rec = page_vector[0].rec;
	size_t i;

	(void)state;
	assert_false(record_bound(&rec));
	for (i = 0; i < UUID_SIZE; i++) {
		rec.uuid[i] = 0x80;
		assert_true(record_bound(&rec));
		rec.uuid[i] = 0;
	}
}

static void test_encode_refuses(void **state)
{
	static const size_t bad_len[] = { 0, 1, 63, 65, 4095, 4097, 4160, SIZE_MAX & ~63ul };
	uint8_t seed[RECORD_BLOCKS_MAX * RECORD_BLOCK] = { 0 }, raw[RECORD_SIZE_MAX];
	struct record rec = { .seed = seed, .seed_len = 64 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad_len); i++) {
		rec.seed_len = bad_len[i];
		assert_int_equal(record_encode(&rec, raw, sizeof(raw)), -EINVAL);
	}
	rec.seed_len = 64;
	rec.credit_bits = 257;
	assert_int_equal(record_encode(&rec, raw, sizeof(raw)), -EINVAL);
	rec.credit_bits = 256;
	rec.hardware_bits = 257;
	assert_int_equal(record_encode(&rec, raw, sizeof(raw)), -EINVAL);
	rec.hardware_bits = 0;
	assert_int_equal(record_encode(&rec, raw, 2047), -ENOSPC);
	rec.seed_len = 1984;
	assert_int_equal(record_encode(&rec, raw, 2048), -ENOSPC);
	rec.seed_len = 1920;
	assert_int_equal(record_encode(&rec, raw, 2048), 0);
}

/* Random changes with the right digest: each file is refused, or encoding its fields gives the same bytes again. */
static void test_nothing_left_open(void **state)
{
	uint8_t seed[RECORD_BLOCKS_MAX * RECORD_BLOCK], raw[RECORD_SIZE_MAX],
		again[RECORD_SIZE_MAX];
	struct record rec;
	uint64_t rng = 2;
	unsigned taken = 0;
	int i;

	(void)state;
	for (i = 0; i < 30000; i++) {
		size_t size, n = 1 + random_below(&rng, 3);

		rec = random_record(&rng, seed, 4);
		size = record_size(rec.seed_len);
		assert_int_equal(record_encode(&rec, raw, size), 0);
		while (n-- > 0)
			raw[random_below(&rng, 96)] =
				(uint8_t)(random_next(&rng) >> random_below(&rng, 8));
		sign(raw, rec.seed_len);
		if (record_parse(raw, size, &rec) < 0)
			continue;
		assert_int_equal(record_encode(&rec, again, size), 0);
		assert_memory_equal(raw, again, size);
		taken++;
	}
	assert_in_range(taken, 3000, 27000);
}

static void test_tombstone(void **state)
{
	static const char words[] = "The tombstone of vector A ";
	const struct vector *a = page_vector;
	uint8_t raw[RECORD_SIZE_MAX] = { 0 }, digest[32], file_digest[32], sum[32];
	size_t len = a->file_len, i;
	char *page = file_read(PAGE, &i);
	const char *at = page_from(page, words);
	struct record rec, before = { .ttl = 1 };

	(void)state;
	read_hex(&at, digest, sizeof(digest));
	read_hex(&at, file_digest, sizeof(file_digest));
	free(page);
	assert_int_equal(record_encode(&a->rec, raw, len), 0);
	assert_int_equal(record_parse_tombstone(raw, len, &before), -ENOMSG);
	assert_int_equal(before.ttl, 1);
	record_make_tombstone(raw, len);
	assert_memory_equal(raw + 96, digest, sizeof(digest));
	crypto_hash_sha256(sum, raw, len);
	assert_memory_equal(sum, file_digest, sizeof(sum));
	assert_int_equal(record_parse(raw, len, &before), -ESTALE);
	assert_int_equal(before.ttl, 1);
	assert_int_equal(record_parse_tombstone(raw, len, &rec), 0);
	assert_null(rec.seed);
	assert_memory_equal(rec.seed_id, a->rec.seed_id, RECORD_ID_SIZE);
	assert_int_equal(rec.credit_bits, a->rec.credit_bits);
	/* If any byte is changed, or if the file has a seed, it is not a tombstone. */
	for (i = 0; i < len; i++) {
		raw[i] ^= 0x10;
		assert_true(record_parse_tombstone(raw, len, &rec) < 0);
		assert_int_not_equal(record_parse(raw, len, &rec), -ESTALE);
		raw[i] ^= 0x10;
	}
	raw[RECORD_HEADER] = 1;
	sign(raw, a->rec.seed_len);
	assert_int_equal(record_parse_tombstone(raw, len, &rec), -EINVAL);
	assert_int_equal(record_parse(raw, len, &rec), -ENOMSG);
}

static void test_why(void **state)
{
	static const int err[] = { -ENOMSG, -EPROTONOSUPPORT, -EMSGSIZE, -ERANGE, -EINVAL, -EBADMSG,
		-ESTALE, -ENODATA, -EIO };
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(err); i++)
		for (j = 0; j < i; j++)
			assert_string_not_equal(record_why(err[i]), record_why(err[j]));
	assert_non_null(record_why(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("record: the vectors in doc/seed-format.md are encoded and parsed",
			test_vectors),
		TEST("record: everything that doc/seed-format.md says to refuse is refused",
			test_refusals),
		TEST("record: everything that doc/seed-format.md says to accept is accepted",
			test_taken),
		TEST("record: an encoded record is parsed back, in any number of sectors",
			test_round_trip),
		TEST("record: any change of any byte of a file is refused", test_every_byte),
		TEST("record: only one, two or three sectors that hold the seed are accepted",
			test_lengths),
		TEST("record: a field that is out of range is refused, even with a correct digest",
			test_fields),
		TEST("record: hardware bits may be more than the bits claimed",
			test_hardware_above_credit),
		TEST("record: a UUID with any byte other than zero binds the record", test_bound),
		TEST("record: the encoder refuses what the parser would", test_encode_refuses),
		TEST("record: each record that is parsed is encoded to the same bytes again",
			test_nothing_left_open),
		TEST("record: a tombstone keeps the fields of the spent record, and is no record",
			test_tombstone),
		TEST("record: each refusal has a message of its own", test_why),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("record", tests, setup, NULL);
}
