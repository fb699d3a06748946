/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/carry_over.h"

#include <errno.h>
#include <string.h>

#include "guest/file.h"
#include "guest/kernel.h"
#include "guest/persistence.h"
#include "guest/sys.h"
#include "util/sha256.h"

#define PATH_SIZE 256

/* Opens the folder of @path. @ret_name: the name of the file in this folder. */
static int open_folder(const char *path, const char **ret_name)
{
	char folder[PATH_SIZE];
	size_t n = strlen(path);

	while (n > 0 && path[n - 1] != '/')
		n--;
	if (n >= sizeof(folder))
		return -ENAMETOOLONG;
	memcpy(folder, path, n);
	memcpy(folder + n, ".", 2);
	*ret_name = path + n;
	return sys_open_dir(AT_FDCWD, folder);
}

/* Reads the file only if no other user can access it: a user who can read it may know the seed, and a user who can
 * write it may have made the seed. */
static int read_file(int fd, uint8_t raw[RECORD_SECTOR])
{
	struct stat st;

	if (sys_fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != 0 ||
		st.st_mode & (S_IRWXG | S_IRWXO))
		return -EPERM;
	if (st.st_size != RECORD_SECTOR || sys_read(fd, raw, RECORD_SECTOR) != RECORD_SECTOR)
		return -EMSGSIZE;
	return 0;
}

int carry_over_open(struct carry_over *c, const char *path)
{
	int fd, r;

	c->folder = open_folder(path, &c->name);
	if (c->folder < 0)
		return c->folder;
	fd = sys_open_at(c->folder, c->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	if (fd < 0)
		return fd;
	r = read_file(fd, c->raw);
	sys_close(fd);
	return r < 0 ? r : record_parse(c->raw, sizeof(c->raw), &c->rec);
}

bool carry_over_consume(const struct carry_over *c, bool vouched)
{
	return persistence_of(c->folder, vouched) == PERSISTENCE_YES &&
		sys_unlink_at(c->folder, c->name) == 0 && sys_fsync(c->folder) == 0;
}

void carry_over_close(struct carry_over *c)
{
	if (c->folder >= 0)
		sys_close(c->folder);
	c->folder = -1;
	explicit_bzero(c->raw, sizeof(c->raw));
}

/* Hashes the kernel's bytes together with the older seed. The result is as strong as the stronger one of the two. */
static int draw(uint8_t seed[RECORD_BLOCK], const uint8_t *older)
{
	uint8_t both[2 * RECORD_BLOCK] = { 0 };
	int r = kernel_random(both, RECORD_BLOCK);

	if (r == 0) {
		if (older)
			memcpy(both + RECORD_BLOCK, older, RECORD_BLOCK);
		sha256(both, sizeof(both), seed);
		memcpy(seed + SHA256_SIZE, both + SHA256_SIZE, RECORD_BLOCK - SHA256_SIZE);
	}
	explicit_bzero(both, sizeof(both));
	return r;
}

static int make(const struct carry_over *older, bool has_older, const struct situation *s,
	uint8_t raw[RECORD_SECTOR], uint8_t ret_id[RECORD_ID_SIZE])
{
	uint8_t seed[RECORD_BLOCK];
	struct record rec = { .credit_bits = s->has_uuid ? RECORD_BLOCK_BITS : 0,
		.issued_at = s->now,
		.seed = seed,
		.seed_len = sizeof(seed) };
	int r = draw(seed, has_older ? older->rec.seed : NULL);

	if (r == 0)
		r = kernel_random(rec.seed_id, RECORD_ID_SIZE);
	if (s->has_uuid)
		memcpy(rec.uuid, s->uuid, UUID_SIZE);
	if (r == 0)
		r = record_encode(&rec, raw, RECORD_SECTOR);
	if (r == 0)
		memcpy(ret_id, rec.seed_id, RECORD_ID_SIZE);
	explicit_bzero(seed, sizeof(seed));
	return r;
}

int carry_over_save(
	const char *path, const struct situation *s, bool vouched, uint8_t ret_id[RECORD_ID_SIZE])
{
	static struct carry_over older;
	uint8_t raw[RECORD_SECTOR];
	bool has_older = carry_over_open(&older, path) == 0;
	int r = older.folder;

	if (r >= 0)
		r = persistence_of(older.folder, vouched) == PERSISTENCE_NO ? -EMEDIUMTYPE : 0;
	if (r == 0)
		r = make(&older, has_older, s, raw, ret_id);
	if (r == 0)
		r = file_replace(older.folder, older.name, raw, RECORD_SECTOR, 0600);
	explicit_bzero(raw, sizeof(raw));
	carry_over_close(&older);
	return r;
}
