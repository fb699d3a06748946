/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/base64.h"

#include <sodium.h>

void base64_encode(const uint8_t *raw, size_t len, char *out)
{
	sodium_bin2base64(out, BASE64_LEN(len) + 1, raw, len, sodium_base64_VARIANT_ORIGINAL);
}
