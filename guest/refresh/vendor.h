/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REFRESH_VENDOR_H
#define GUEST_REFRESH_VENDOR_H

#include <stddef.h>
#include <stdint.h>

#include "util/wire/record.h"

/*
 * Reads vendor_data2.json of Nova's metadata service: an object in which the answer of each vendordata service is a
 * member, with a name that the operator chose. Our answer is an object with the members "seedrive_record", a record in
 * base64, and "seed_id", its seed id.
 */
struct vendor {
	uint8_t raw[RECORD_SIZE_MAX]; /* secret; the caller wipes it */
	size_t len;
	uint8_t id[RECORD_ID_SIZE];
};

/**
 * vendor_find - get the @nth record of a document, counted from 0; pure
 * @ret: undefined on error, when it may contain a part of the record
 * Returns: 0; -ENOENT: there are no more; -EBADMSG: this is not a JSON object; -ELOOP: it is nested too deeply; -EINVAL: the
 * two members do not both occur exactly once, as strings; -EILSEQ: the record is not base64, or the id not hexadecimal;
 * -E2BIG: larger than a record can be.
 */
int vendor_find(const char *text, size_t len, unsigned nth, struct vendor *ret);

#endif
