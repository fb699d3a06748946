/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_VENDORDATA_H
#define SERVE_VENDORDATA_H

#include "serve/generator.h"
#include "serve/instances.h"
#include "util/wire/record.h"

/* A record: header and seed, of one block. The rest of its sector is zeros. */
#define VENDORDATA_USED (RECORD_HEADER + RECORD_BLOCK)

struct vendordata_secret;

/*
 * What Nova's DynamicJSON vendordata asks for: for an instance and a request one record of the generator, bound to the
 * instance, that claims no bits. Each instance has a limit, see serve/instances.h; beyond it the answer is empty, at
 * once and with status 200, as Nova would fail or warn otherwise.
 */
struct vendordata {
	struct generator *generator;
	struct instances *instances;
	struct vendordata_secret *secret;
	uint64_t records, limited,
		unready; /* answers with one; and those that are empty, and why */
};

/** vendordata_init - needs vendordata_clear() in the end, also after an error. Returns: 0 or -errno. */
int vendordata_init(struct vendordata *v, struct generator *generator);
void vendordata_clear(struct vendordata *v);

#endif
