/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef UTIL_SHA256_H
#define UTIL_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32

/**
 * sha256 - the digest of FIPS 180-4 over one buffer
 * @data: may be secret: what of it passed through the working storage is wiped
 * @out:  32 bytes
 *
 * The one digest that the guest and the record need, small rather than fast; the host hashes
 * with libsodium, against which the tests hold this one.
 */
void sha256(const void *data, size_t len, uint8_t out[SHA256_SIZE]);

#endif
