/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drive/compose.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "util/io.h"
#include "util/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_SIZE (32u << 10) /* contents on their way out */

/* Digits alone, up to the end of the year 9999, which is as far as ISO 9660 can write; else -1. */
static time_t parse_epoch(const char *text)
{
	const long long last = 253402300799;
	long long n;

	if (text[strspn(text, "0123456789")])
		return -1;
	errno = 0;
	n = strtoll(text, NULL, 10);
	return errno || n > last ? -1 : (time_t)n;
}

const char *make_clock(struct make *m)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	time_t at;

	m->now = time(NULL);
	if (!epoch || !*epoch)
		return NULL;
	at = parse_epoch(epoch);
	if (at < 0)
		return epoch;
	m->now = at;
	m->fixed_time = true;
	return NULL;
}

int make_begin(struct make *m)
{
	const size_t blocks = (m->entropy->bits + RECORD_BLOCK_BITS - 1) / RECORD_BLOCK_BITS;
	int status = -1;

	/* libisofs's thread does not live long enough to be worth an arena of its own. */
	mallopt(M_ARENA_MAX, 1);
	if (!m->plain && m->seed_mode != CONFIG_SEED_OFF)
		status = m->memory ? entropy_draw_with(&m->seed, m->entropy, blocks, m->memory) :
				     entropy_begin(&m->seed, m->entropy);
	if (status < 0 || !m->entropy->settings.claim_less)
		return status;
	m->seed_mode = CONFIG_SEED_OFF;
	return -1;
}

void make_bind(struct make *m, const char *bind)
{
	if (strcmp(bind, "auto") != 0)
		(void)uuid_parse(bind, strlen(bind), m->request.uuid);
	else if (!m->plain && m->seed_mode == CONFIG_SEED_ON)
		(void)drive_uuid(&m->tree, m->request.uuid);
}

int make_check_old(struct make *m, int dirfd, const char *name, const char *out)
{
	uint8_t magic[6];
	int fd = openat(dirfd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC), r;

	if (fd < 0)
		return 0;
	r = io_pread(fd, magic, sizeof(magic), 16 * 2048);
	close(fd);
	if (r == 0 && memcmp(magic, "\1CD001", 6) == 0)
		return 0;
	return fault_set(&m->fault, -EEXIST,
		"%s: is one of the files that would go on the drive, not an image", out);
}

/* --- seed and tree --- */

static int begin_layout(struct make *m, const struct iso_options *iso)
{
	const size_t blocks = m->seed_mode == CONFIG_SEED_ON ? m->seed.blocks : 0;
	int r = 0;

	if (!m->plain && m->seed_mode == CONFIG_SEED_OFF)
		drive_drop_old(&m->tree);
	else if (!m->plain)
		r = drive_prepare(&m->drive, &m->tree, blocks, m->request.now, &m->fault);
	return r < 0 ? r : iso_layout_begin(&m->layout, &m->tree, iso, &m->fault);
}

/* There is no seed at all, and an image is wanted all the same: once more, without. */
static int go_without(struct make *m, const struct iso_options *iso)
{
	iso_layout_clear(&m->layout);
	drive_forget(&m->drive, &m->tree);
	m->seed_mode = CONFIG_SEED_OFF;
	return begin_layout(m, iso);
}

/* The sources were drawn beside all that; now their bytes are needed. */
static int take_seed(struct make *m, const struct iso_options *iso)
{
	const int status = m->memory ? -1 : entropy_end(&m->seed, m->entropy);

	if (status < 0)
		return drive_seed(&m->drive, &m->tree, &m->request, &m->fault) < 0 ?
			report_failed(&m->fault) :
			-1;
	if (!m->entropy->settings.claim_less)
		return status;
	return go_without(m, iso) < 0 ? report_failed(&m->fault) : -1;
}

int make_lay_out(struct make *m, const struct iso_options *iso)
{
	int status = -1;

	m->request.seed = &m->seed;
	m->request.now = (uint64_t)m->now;
	m->request.provenance = m->entropy->settings.provenance_full;
	if (begin_layout(m, iso) < 0)
		return report_failed(&m->fault);
	if (!m->plain && m->seed_mode != CONFIG_SEED_OFF)
		status = take_seed(m, iso);
	if (status < 0 && iso_layout_end(&m->layout, &m->fault) < 0)
		return report_failed(&m->fault);
	return status;
}

/* --- the image --- */

/* Nothing of ours passes through the buffer: no secret, that is, but the caller's. */
static bool is_public(const struct make *m)
{
	return m->plain || m->seed_mode == CONFIG_SEED_OFF;
}

int make_write(struct make *m, int fd, const char *what)
{
	struct progress progress;
	int r;

	m->buffer = is_public(m) ? malloc(BUFFER_SIZE) : secret_new(BUFFER_SIZE);
	if (!m->buffer)
		return fault_errno(&m->fault, -ENOMEM, what);
	progress_init(&progress, what, m->entropy->quiet);
	r = iso_layout_write(&m->layout, &m->tree, fd, m->buffer, BUFFER_SIZE, progress_show,
		&progress, &m->fault);
	progress_end(&progress);
	return r;
}

void make_clear(struct make *m)
{
	iso_layout_clear(&m->layout);
	tree_clear(&m->tree);
	drive_clear(&m->drive);
	seed_clear(&m->seed);
	if (is_public(m))
		free(m->buffer);
	else
		secret_free(m->buffer);
	m->buffer = NULL;
	if (!is_public(m))
		secret_wipe_stack();
}
