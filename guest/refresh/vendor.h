/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_REFRESH_VENDOR_H
#define GUEST_REFRESH_VENDOR_H

#include <stddef.h>
#include <stdint.h>

#include "util/wire/record.h"

/*
 * What Nova's metadata service calls vendor_data2.json: an object, in which the answer of each vendordata service
 * has a member of the name that the operator chose. Ours is an object with the members "seedrive_record", base64
 * of a record, and "seed_id", its public number.
 */
struct vendor {
	uint8_t raw[RECORD_SIZE_MAX]; /* secret; the caller wipes it */
	size_t len;
	uint8_t id[RECORD_ID_SIZE];
};

/**
 * vendor_find - the @nth record of a document, from 0; pure
 * @ret: not a result on error, but may hold a part
 * Returns: 0; -ENOENT: there are no more; -EBADMSG or -ELOOP: this is no JSON object, or too deep; -EINVAL: the members are
 * not both there just once, as strings; -EILSEQ: of one the text is not base64 or not hexadecimal; -E2BIG: larger than a record.
 */
int vendor_find(const char *text, size_t len, unsigned nth, struct vendor *ret);

#endif
