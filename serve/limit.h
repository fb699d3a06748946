/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_LIMIT_H
#define SERVE_LIMIT_H

#include <stdint.h>
#include <sys/types.h>

#define LIMIT_UIDS 256
#define LIMIT_MAX  1000000 /* of rate and burst */

/* What one user has left, as of a moment; in thousandths of a block. */
struct limit_bucket {
	uid_t uid;
	int64_t level, at_ms;
};

/*
 * A token bucket for each user: so many blocks a second, and so many at once. Pure: the clock is the
 * caller's. Users are remembered in a table of fixed size; where it is full, the one who has most left is
 * forgotten, and gains no more by that than the little he has used up.
 */
struct limit {
	uint32_t rate, burst; /* blocks a second; blocks at once */
	struct limit_bucket bucket[LIMIT_UIDS];
	size_t used;
};

/** limit_init - @rate, @burst: 1 to LIMIT_MAX. */
void limit_init(struct limit *l, uint32_t rate, uint32_t burst);

/** limit_take - 0; -EDQUOT where @uid has not so many left: then nothing is taken. */
int limit_take(struct limit *l, uid_t uid, uint32_t blocks, int64_t now_ms);

/** limit_return - blocks that were taken, and not given after all. */
void limit_return(struct limit *l, uid_t uid, uint32_t blocks, int64_t now_ms);

/** limit_left - thousandths of a block; who has more left has had less of late. */
int64_t limit_left(const struct limit *l, uid_t uid, int64_t now_ms);

#endif
