/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_SOURCE_H
#define SEED_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/fault.h"

#define SOURCES_MAX        16
#define SOURCE_DEADLINE_MS 2000 /* for a device to deliver all that is asked of it */

enum source_kind {
	SOURCE_CPU,    /* an instruction: cannot hang, delivers words of 64 bits */
	SOURCE_DEVICE, /* something to open */
	SOURCE_KERNEL, /* this kernel's generator: strength, but never hardware */
};

struct source_spec;

/* One source, open. What it is worth is settled by then: @open may only lower it. */
struct source_handle {
	int fd;
	unsigned assessed_bits, per_bytes; /* 128 per 16384, say; 0: mixed, never counted */
	uint64_t retries;                  /* answers without success on the way; a CPU source's */
	int64_t deadline_ms; /* of a device, for all that is asked of it; see clock_ms() */
};

/* The contract. A row outlives its library: without @open it is "not built in". */
struct source {
	const char *name;  /* as typed after --source */
	const char *alias; /* typed as well, or NULL */
	const char *what;  /* one line for people */
	enum source_kind kind;
	bool wants_arg;
	unsigned assessed_bits, per_bytes;
	int (*open)(
		const struct source_spec *spec, struct source_handle *h); /* -ENODEV: none here */
	int (*fill)(struct source_handle *h, uint8_t *raw, size_t len); /* all of len, or -errno */
	void (*close)(struct source_handle *h);
};

/* A source as the user asked for it. */
struct source_spec {
	const struct source *src;
	char arg[256];
	bool stated;          /* the user says what it is worth: */
	unsigned stated_bits; /* bits a byte, 0..8 */
};

struct source_list {
	struct source_spec spec[SOURCES_MAX];
	size_t count;
	bool by_default;      /* nobody named these: one that is absent is no news */
	unsigned deadline_ms; /* for all of them together; 0: the default */
};

/** source_row - the rows of the table, in the order of drawing; NULL behind the last. */
const struct source *source_row(size_t i);

/** source_find - by name or alias; NULL: unknown. */
const struct source *source_find(const char *name, size_t len);

/**
 * source_parse - "NAME[:ARG][,key=value...],..." into a list, `kernel` put last
 * Returns: 0, or -EINVAL with @f naming the word.
 */
int source_parse(const char *text, struct source_list *ret, struct fault *f);

/** source_default - all sources that need no argument and are assessed above 0, `kernel` last. */
void source_default(struct source_list *ret);

/** source_open - with what is stated put in place; h->assessed_bits is the last word on its worth. */
int source_open(const struct source_spec *spec, struct source_handle *h);

extern const struct source source_rdseed, source_rdrand, source_file, source_kernel;

#endif
