/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/reseed.h"
#include "iso/output/holder.h"
#include "seed/mix.h"
#include "util/io.h"
#include "util/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct reseed_secret {
	uint8_t both[RECORD_SIZE_MAX + RECORD_NOTE_SIZE];
};

static int check_room(struct reseed *re, struct fault *f)
{
	const struct image *im = &re->image;
	size_t blocks;

	/* As many bits as before, unless the user chose a number. */
	if (!re->has_bits && im->record.credit_bits > 0)
		re->asked.bits = im->record.credit_bits;
	blocks = (re->asked.bits + RECORD_BLOCK_BITS - 1) / RECORD_BLOCK_BITS;
	if (record_size(blocks * RECORD_BLOCK) > im->record_file.len)
		return fault_set(f, -ENOSPC, "%s: --bits %u: the record has room for %u", im->path,
			re->asked.bits,
			(unsigned)((im->record_file.len - RECORD_HEADER) / RECORD_BLOCK *
				RECORD_BLOCK_BITS));
	return 0;
}

static int write_record(struct reseed *re, uint64_t now)
{
	const size_t len = (size_t)re->image.record_file.len;
	struct record rec = re->image.record;
	int r;

	memcpy(rec.seed_id, re->seed.id, RECORD_ID_SIZE);
	rec.credit_bits = re->seed.claim.credit_bits;
	rec.hardware_bits = re->seed.claim.hardware_bits;
	rec.issued_at = now;
	if (re->has_ttl)
		rec.ttl = re->ttl;
	if (re->bind) {
		memset(rec.uuid, 0, UUID_SIZE);
		(void)uuid_parse(re->bind, strlen(re->bind), rec.uuid);
	}
	memcpy(re->uuid, rec.uuid, UUID_SIZE);
	rec.seed = seed_bytes(&re->seed, &rec.seed_len);
	r = record_encode(&rec, re->secret->both, len);
	if (r < 0)
		return r;
	drive_note(
		(char *)re->secret->both + len, &rec, re->provenance ? &re->seed : NULL, re->warn);
	return io_pwrite(re->image.fd, re->secret->both, len + RECORD_NOTE_SIZE,
		(uint64_t)re->image.record_file.lba * ISO_SECTOR);
}

/* Mixes one file and writes it back. Returns: what mix_metadata() returned; @ret_err gets any other error. */
static int mix_text(struct reseed *re, struct mixer *m, const struct iso_entry *file,
	const char *path, int *ret_err)
{
	char *text = NULL;
	int r = image_metadata_text(&re->image, file, &text);

	*ret_err = r == -EFBIG ? 0 : r;
	if (r == 0)
		r = mix_metadata(m, text, (size_t)file->len, path);
	if (*ret_err == 0 && r == 0)
		*ret_err = io_pwrite(
			re->image.fd, text, (size_t)file->len, (uint64_t)file->lba * ISO_SECTOR);
	secret_free(text);
	return r;
}

static int mix_file(
	struct reseed *re, struct mixer *m, const struct iso_entry *file, const char *path)
{
	char name[PATH_MAX + IMAGE_METADATA_PATH];
	int err, r = mix_text(re, m, file, path, &err);

	if (err < 0)
		return err;
	snprintf(name, sizeof(name), "%s: %s", re->image.path, path);
	drive_count_mixed(&re->files, r, name, re->warn);
	return 0;
}

static int mix_all(struct reseed *re)
{
	char path[IMAGE_METADATA_PATH];
	struct mixer *m = mixer_new(seed_mix_key(&re->seed));
	struct iso_entry file;
	struct image_walk walk = { 0 };
	int r = m ? 1 : -ENOMEM;

	while (r > 0 && (r = image_metadata(&re->image, &walk, &file, path)) > 0) {
		const int e = mix_file(re, m, &file, path);

		if (e < 0)
			r = e;
	}
	mixer_free(m);
	return r;
}

static int renew(struct reseed *re, struct fault *f)
{
	int r = 0;

	if (re->mode == DRIVE_SEED_ON) {
		re->secret = secret_new(sizeof(*re->secret));
		r = re->secret ? write_record(re, (uint64_t)time(NULL)) : -ENOMEM;
	}
	if (r == 0)
		r = mix_all(re);
	if (r == 0 && fsync(re->image.fd) < 0)
		r = -errno;
	if (r < 0 && (re->image.budget.exceeded || r == -EBADMSG))
		return image_fault(&re->image, r, "openstack", f);
	return r < 0 ? fault_errno(f, r, re->image.path) : 0;
}

int reseed_image(struct reseed *re, const char *path, struct fault *f)
{
	int r = image_open(&re->image, path, O_RDWR | (re->no_links ? O_NOFOLLOW : 0), f);

	if (r == 0)
		r = holder_check(re->image.fd, path, re->warn, f);
	if (r == 0)
		r = owned_check(&re->image, &re->owned, f);
	if (r == 0)
		r = check_room(re, f);
	if (r == 0)
		r = image_check_metadata(&re->image, f);
	if (r == 0)
		r = requirement_draw(&re->seed, &re->asked, re->warn, f);
	/* Check again: the wait for sources may have been long. */
	if (r == 0)
		r = owned_check_again(&re->image, &re->owned, f);
	if (r == 0)
		r = holder_check(re->image.fd, path, NULL, f);
	if (r == 0)
		r = renew(re, f);
	if (r == 0 && re->mode == DRIVE_SEED_ON)
		seed_report_use(&re->seed, re->uuid);
	return r;
}

void reseed_clear(struct reseed *re)
{
	image_close(&re->image);
	seed_clear(&re->seed);
	secret_free(re->secret);
	re->secret = NULL;
}
