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

#define CHECK_LEAST 1024 /* bytes; statistics are computed only of samples of at least this size */
#define CHECK_ROWS  16
#define CHECK_TEXT  160

/* One source: its sample, and all results. Nothing in here is secret, as the bytes are wiped. */
struct checked {
	struct source_spec spec;
	char label[SOURCE_LABEL_SIZE];
	struct sample sample;   /* without its bytes: check_source() wipes them */
	struct restart restart; /* only if @restart.done: the restart tests were asked for */
	bool counted;           /* are @stats, @fips and @estimate set? */
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
	VERDICT_PASSED, /* PASSED and FAILED: of a test that decides whether the source passes */
	VERDICT_FAILED,
	VERDICT_WITHIN, /* WITHIN and BEYOND its bound: of a figure that is only reported */
	VERDICT_BEYOND,
	VERDICT_NONE, /* not judged */
};

/* One line of the table of verdicts. */
struct check_row {
	const char *what;
	char figure[CHECK_TEXT], bound[CHECK_TEXT];
	enum verdict verdict;
	bool decides; /* the source passes only if this row does */
};

/**
 * check_source - take a sample of one source, and compute all figures; shows a progress bar on a terminal
 * @c:       the caller has set @c->spec and @c->label
 * @asked, @timeout_ms, @windows: see sample_take()
 * @raw_fd:  the delivered bytes are written to this descriptor; -1: to none
 * Returns: 0, also if the source failed; -ENOMEM; an -errno of a write to @raw_fd.
 */
int check_source(struct checked *c, size_t asked, unsigned timeout_ms,
	const struct sample_windows *windows, int raw_fd);

/** check_restart - run the restart tests; shows a progress bar on a terminal. Returns: 0 or -ENOMEM. */
int check_restart(struct checked *c, unsigned timeout_ms);

/** check_below - is the least estimate of the source below its assessment? */
bool check_below(const struct checked *c);

/** check_verdict - "passed", "failed", or that the source passed but its estimate is below its assessment. */
const char *check_verdict(const struct checked *c, char *out, size_t size);

/** check_passed - did the source deliver, and pass the health and restart tests? Statistics do not count. */
bool check_passed(const struct checked *c);

/** check_why - why the source did not pass, as the end of a sentence. */
const char *check_why(const struct checked *c, char *out, size_t size);

/** check_too_low - is the least estimate below --min-estimate? If so, @out says so, as the end of a sentence. */
bool check_too_low(const struct check *all, const struct checked *c, char *out, size_t size);

/** check_assessed - the assessment in bits a byte, such as "4" or "0.0078"; "-" if it is 0. */
const char *check_assessed(const struct sample *s, char *out, size_t size);

/** check_number - a number with its noun: "1 block", "2 blocks"; @out has at least 32 bytes. */
const char *check_number(uint64_t n, const char *one, const char *many, char *out, size_t size);

/** check_rows - fill in the table of verdicts. Returns: the number of rows. */
size_t check_rows(const struct checked *c, struct check_row rows[CHECK_ROWS]);

/** check_least - which estimator gave the least estimate, and whether over bytes or bits: "Compression, of bits". */
const char *check_least(const struct estimate *e, char *out, size_t size);

/** check_rate - the average rate of the sample, "229.1 MB/s"; "-" if the source gave nothing. */
const char *check_rate(const struct sample *s, char *out, size_t size);

const char *verdict_word(enum verdict v);

/* The three forms of the report: cli/check/text.c, json.c, page.c. */
void check_print(const struct check *c, FILE *to);
json_object *check_json(const struct check *c);
void check_html(const struct check *c, FILE *to);

#endif
