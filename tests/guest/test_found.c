/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares the seeds of several drives. */
#include "tests/lib/unit.h"

#include <errno.h>

#include "guest/found.c"

static struct drives drives;
static struct found found[5];

/* put I ID BYTE: drive I has the record with that id, and with a seed that consists of that byte. */
static void put(size_t i, uint8_t id, uint8_t byte)
{
	struct drive *d = drives.drive + i;
	static uint8_t seed[RECORD_BLOCK];
	struct record rec = { .credit_bits = 256, .seed = seed, .seed_len = sizeof(seed) };

	memset(d, 0, sizeof(*d));
	memset(seed, byte, sizeof(seed));
	memset(rec.seed_id, id, sizeof(rec.seed_id));
	d->state = DRIVE_SEEDED;
	d->len = RECORD_SECTOR;
	d->trusted = true;
	assert_int_equal(record_encode(&rec, d->raw, RECORD_SECTOR), 0);
}

static void bury(size_t i)
{
	record_make_tombstone(drives.drive[i].raw, RECORD_SECTOR);
}

static void put_stock(size_t i, size_t len)
{
	struct drive *d = drives.drive + i;

	memset(d, 0, sizeof(*d));
	d->state = DRIVE_STOCK;
	d->len = len;
	d->trusted = true;
	memset(d->raw, 0x40 + (int)i, len);
	memset(d->uuid, 0x77, UUID_SIZE);
}

static void take(size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		assert_int_equal(found_take(&drives, i, found + i), 0);
	found_compare(found, n);
}

static void test_one(void **state)
{
	(void)state;
	put(0, 1, 1);
	take(1);
	assert_true(found[0].trusted);
	assert_false(found[0].several || found[0].spent || found[0].buried || found[0].stock);
	assert_int_equal(found[0].rec.credit_bits, 256);
	drives.drive[0].trusted = false;
	take(1);
	assert_false(found[0].trusted);
}

static void test_refused(void **state)
{
	(void)state;
	put(0, 1, 1);
	drives.drive[0].raw[RECORD_HEADER] ^= 1;
	assert_true(found_take(&drives, 0, found) < 0);
	drives.drive[0].state = DRIVE_DAMAGED;
	drives.drive[0].err = -EIO;
	assert_int_equal(found_take(&drives, 0, found), -EIO);
}

static void test_tombstone(void **state)
{
	(void)state;
	put(0, 1, 1);
	put(1, 1, 1);
	put(2, 2, 2);
	bury(0);
	take(3);
	assert_true(found[0].buried);
	/* A copy of the buried record that still has the seed is spent, too. Another seed is not spent, and a tombstone
	 * does not compete with it. */
	assert_true(found[1].spent && !found[1].buried);
	assert_true(!found[2].spent && !found[2].buried);
	put(1, 3, 3);
	take(2);
	assert_false(found[1].spent || found[1].several || found[0].several);
}

static void test_two(void **state)
{
	(void)state;
	put(0, 1, 1);
	put(1, 2, 2);
	take(2);
	assert_true(found[0].several && found[1].several);
	/* A different seed with the same id is no copy. */
	put(1, 1, 2);
	take(2);
	assert_false(found_same(found, 2));
	assert_true(found[0].several && found[1].several);
}

static void test_same(void **state)
{
	(void)state;
	put(0, 1, 1);
	put(1, 1, 1);
	take(2);
	assert_false(found_same(found, 1));
	assert_true(found_same(found, 2));
	assert_true(found[0].trusted);
	/* The seed is trusted only if both devices are. */
	found[1].trusted = false;
	assert_true(found_same(found, 2));
	assert_false(found[0].trusted);
	/* Equal bytes are not the same seed if they are of different kinds or lengths. */
	found[1].stock = true;
	assert_false(found_same(found, 2));
	found[1].stock = false;
	drives.drive[1].len--;
	assert_false(found_same(found, 2));
	/* found_same() compares the last drive with each of the others. */
	put(1, 2, 2);
	put(2, 1, 1);
	take(3);
	assert_false(found_same(found, 2));
	assert_true(found_same(found, 3));
}

static void test_stock(void **state)
{
	uint8_t print[SHA256_SIZE];

	(void)state;
	put_stock(0, 65);
	take(1);
	assert_true(found[0].stock);
	assert_false(found[0].several);
	assert_int_equal(found[0].rec.credit_bits, 256);
	assert_int_equal(found[0].rec.seed_len, 2 * RECORD_BLOCK);
	assert_ptr_equal(found[0].rec.seed, drives.drive[0].raw);
	sha256(drives.drive[0].raw, 65, print);
	assert_memory_equal(found[0].rec.seed_id, print, RECORD_ID_SIZE);
	assert_memory_equal(found[0].rec.uuid, drives.drive[0].uuid, UUID_SIZE);
	put_stock(0, 32);
	take(1);
	assert_int_equal(found[0].rec.credit_bits, 256);
	assert_int_equal(found[0].rec.seed_len, RECORD_BLOCK);
	put_stock(0, 31);
	take(1);
	assert_int_equal(found[0].rec.credit_bits, 0);
	/* A random_seed does not compete with a record, but a record competes with it. */
	put_stock(0, 64);
	put(1, 1, 1);
	take(2);
	assert_true(found[0].several && !found[1].several);
	put_stock(1, 64);
	take(2);
	assert_true(found[0].several && found[1].several);
	/* A tombstone does not compete with any seed. */
	put(1, 1, 1);
	bury(1);
	take(2);
	assert_false(found[0].several || found[1].several);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("found: one record is one seed, and is trusted if its drive is", test_one),
		TEST("found: a damaged record is refused", test_refused),
		TEST("found: a tombstone spends each copy of its seed, and no other seed",
			test_tombstone),
		TEST("found: two different seeds count as several, even with the same id",
			test_two),
		TEST("found: one record on two devices is one seed, and is trusted only if both are",
			test_same),
		TEST("found: Nova's random_seed has its hash as id, and does not compete with a record",
			test_stock),
	};

	return cmocka_run_group_tests_name("found", tests, NULL, NULL);
}
