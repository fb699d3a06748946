/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_VENDORDATA_H
#define SERVE_VENDORDATA_H

#include "serve/generator.h"
#include "serve/instances.h"
#include "util/wire/record.h"

/* The bytes of a record that has a seed of one block. The rest of the record's sector is zeros. */
#define VENDORDATA_USED (RECORD_HEADER + RECORD_BLOCK)

struct vendordata_secret;

/*
 * The answers to Nova's DynamicJSON vendordata. Each request gets a record whose seed is bytes of the generator. The
 * record is bound to the instance, and claims no bits. Each instance has a limit, see serve/instances.h. Beyond the
 * limit the answer is an empty object, at once and with status 200, because to any other answer Nova reacts with a
 * failure or a warning.
 */
struct vendordata {
	struct generator *generator;
	struct instances *instances;
	struct vendordata_secret *secret;
	uint64_t records; /* answers with a record */
	uint64_t limited; /* empty answers because the instance was over its limit */
	uint64_t unready; /* empty answers because the kernel's generator was not ready */
};

/** vendordata_init - set up; needs vendordata_clear() in the end, also after an error. Returns: 0 or -errno. */
int vendordata_init(struct vendordata *v, struct generator *generator);
void vendordata_clear(struct vendordata *v);

#endif
