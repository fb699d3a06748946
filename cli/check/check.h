/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CHECK_CHECK_H
#define CLI_CHECK_CHECK_H

#include <json-c/json.h>
#include <stdio.h>
#include <time.h>

#include "seed/estimate/restart.h"
#include "seed/estimate/sample.h"
#include "seed/estimate/estimate.h"
#include "seed/estimate/fips.h"
#include "seed/estimate/stats.h"

#define CHECK_LEAST 1024 /* bytes to count in; of fewer only the delivery is told */
#define CHECK_ROWS  16
#define CHECK_TEXT  160

/* One source: what it gave, and all that was counted in it. Nothing in here is secret. */
struct checked {
	struct source_spec spec;
	char label[SOURCE_LABEL_SIZE];
	struct sample sample;   /* its bytes are gone */
	struct restart restart; /* where that was asked for */
	bool counted;           /* the following are there */
	struct stats stats;
	struct fips fips;
	struct estimate estimate;
};

struct check {
	struct checked source[SOURCES_MAX];
	size_t count;
	time_t begun;
	unsigned min_mbit; /* --min-estimate, thousandths of a bit a byte; 0: none */
};

enum verdict {
	VERDICT_PASSED, /* of what decides, */
	VERDICT_FAILED,
	VERDICT_WITHIN, /* and of what is only told */
	VERDICT_BEYOND,
	VERDICT_NONE,
};

/* One line of the table of verdicts. */
struct check_row {
	const char *what;
	char figure[CHECK_TEXT], bound[CHECK_TEXT];
	enum verdict verdict;
	bool decides; /* whether the source has passed */
};

/**
 * check_source - sample one source, and count; a bar is drawn meanwhile where there is a terminal
 * @c:       @c->spec and @c->label are set
 * @asked, @timeout_ms, @windows: see sample_take()
 * @raw_fd: where what was delivered is written to, or -1
 * Returns: 0, also where the source failed; -ENOMEM; -errno of @raw_fd.
 */
int check_source(struct checked *c, size_t asked, unsigned timeout_ms,
	const struct sample_windows *windows, int raw_fd);

/** check_restart - restart it, and judge; a bar is drawn meanwhile. Returns: 0 or -ENOMEM. */
int check_restart(struct checked *c, unsigned timeout_ms);

/** check_below - is its estimate below what it is assessed at? */
bool check_below(const struct checked *c);

/** check_verdict - "passed", "failed", or that it passed although its estimate is too low for its assessment. */
const char *check_verdict(const struct checked *c, char *out, size_t size);

/** check_passed - what decides the exit status: delivery and health tests, no statistics. */
bool check_passed(const struct checked *c);

/** check_why - what is wrong with one that did not pass, as the end of a sentence. */
const char *check_why(const struct checked *c, char *out, size_t size);

/** check_too_low - is its estimate below --min-estimate? Then @out has that, as the end of a sentence. */
bool check_too_low(const struct check *all, const struct checked *c, char *out, size_t size);

/** check_assessed - what a byte of it is assessed at, "4" or "0.0078", in bits; "-" if it is not. */
const char *check_assessed(const struct sample *s, char *out, size_t size);

/** check_number - a number and its word: "1 block", "2 blocks"; @out is at least 32 bytes. */
const char *check_number(uint64_t n, const char *one, const char *many, char *out, size_t size);

/** check_rows - the table of verdicts; how many rows it has. */
size_t check_rows(const struct checked *c, struct check_row rows[CHECK_ROWS]);

/** check_least - which estimator said least, and of what: "Compression, of bits". */
const char *check_least(const struct estimate *e, char *out, size_t size);

/** check_rate - "229.1 MB/s", of all of it; "-" if it gave nothing. */
const char *check_rate(const struct sample *s, char *out, size_t size);

const char *verdict_word(enum verdict v);

/* The three ways to tell: cli/check/text.c, json.c, page.c. */
void check_print(const struct check *c, FILE *to);
json_object *check_json(const struct check *c);
void check_html(const struct check *c, FILE *to);

#endif
