/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/found.h"

#include <string.h>

#include "util/sha256.h"

/* The strength that is assumed for a random_seed: to make it, Nova reads 512 bytes from the kernel of its host. */
#define STOCK_BITS 256

/* Makes a record from Nova's random_seed. The seed id is a hash of the random_seed, so that a ledger recognises it. If
 * the random_seed is too short for STOCK_BITS, it claims nothing. It is padded with zeros to whole blocks. */
static void take_stock(const struct drive *drive, struct record *ret)
{
	uint8_t print[SHA256_SIZE];

	*ret = (struct record){ .seed = drive->raw,
		.seed_len = (drive->len + RECORD_BLOCK - 1) / RECORD_BLOCK * RECORD_BLOCK };
	if (8 * drive->len >= STOCK_BITS)
		ret->credit_bits = STOCK_BITS;
	sha256(drive->raw, drive->len, print);
	memcpy(ret->seed_id, print, RECORD_ID_SIZE);
	memcpy(ret->uuid, drive->uuid, UUID_SIZE);
}

int found_take(struct drives *d, size_t index, struct found *ret)
{
	struct drive *drive = d->drive + index;
	int state = drive->state, r = 0;

	*ret = (struct found){ .drive = drive,
		.index = index,
		.trusted = drive->trusted,
		.stock = state == DRIVE_STOCK };
	if (state == DRIVE_DAMAGED)
		return drive->err;
	if (ret->stock)
		take_stock(drive, &ret->rec);
	else
		r = record_parse(drive->raw, drive->len, &ret->rec);
	if (r < 0 && record_parse_tombstone(drive->raw, drive->len, &ret->rec) == 0) {
		ret->buried = true;
		r = 0;
	}
	return r;
}

bool found_same(struct found *found, size_t n)
{
	const struct found *last = found + n - 1;
	size_t i;

	for (i = 0; i < n - 1; i++) {
		if (found[i].stock != last->stock || found[i].drive->len != last->drive->len ||
			memcmp(found[i].drive->raw, last->drive->raw, last->drive->len) != 0)
			continue;
		found[i].trusted &= last->trusted;
		return true;
	}
	return false;
}

void found_compare(struct found *found, size_t n)
{
	size_t i, k, seeds = 0, records = 0;

	for (i = 0; i < n; i++) {
		seeds += !found[i].buried;
		records += !found[i].buried && !found[i].stock;
	}
	for (i = 0; i < n; i++) {
		/* For a record, a random_seed on another drive does not count as a second, different seed. */
		found[i].several = (found[i].stock ? seeds : records) > 1;
		for (k = 0; k < n; k++)
			if (found[k].buried &&
				memcmp(found[k].rec.seed_id, found[i].rec.seed_id,
					RECORD_ID_SIZE) == 0)
				found[i].spent = true;
	}
}
