/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REFRESH_VENDOR_H
#define GUEST_REFRESH_VENDOR_H

#include <stddef.h>
#include <stdint.h>

#include "util/wire/record.h"

/*
 * Reads vendor_data2.json of Nova's metadata service. It is an object that has one member for each vendordata service:
 * the operator chose the member's name, and its value is the answer of that service. Our answer is an object with two
 * members: "seedrive_record", a record in base64, and "seed_id", the record's seed id.
 */
struct vendor {
	uint8_t raw[RECORD_SIZE_MAX]; /* secret; the caller wipes it */
	size_t len;
	uint8_t id[RECORD_ID_SIZE];
};

/**
 * vendor_find - get the @nth record of a document, counted from 0; pure
 * @ret: on error its content is undefined, and may contain a part of the record
 * Returns: 0; -ENOENT: there are no more; -EBADMSG: this is not a JSON object; -ELOOP: it is nested too deeply;
 * -EINVAL: one of the two members does not occur exactly once, or is not a string; -EILSEQ: the record is not base64,
 * or the id is not hexadecimal; -E2BIG: larger than a record can be.
 */
int vendor_find(const char *text, size_t len, unsigned nth, struct vendor *ret);

#endif
