/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_MIX_H
#define SEED_MIX_H

#include <stddef.h>
#include <stdint.h>

/* A member of Nova's meta_data.json. Its value is the base64 of 512 bytes from the host's urandom. */
#define MIX_KEY "random_seed"
#define MIX_MAX 4096 /* bytes of a value; a longer one is left unchanged */

#define MIX_FILE_MAX (16u << 20) /* bytes of one file; Nova makes no larger meta_data.json */
/* Limit for all such files of one drive together, in bytes, because they are in locked memory at the same time. */
#define MIX_ALL_MAX (32u << 20)

/* Working storage in locked memory. One mixer is used for one file after the other. */
struct mixer;

/**
 * mixer_new - make a mixer. @key: from seed_mix_key(); it must stay valid as long as the mixer.
 * Returns: NULL: no memory.
 */
struct mixer *mixer_new(const uint8_t key[64]);

/** mixer_free - wipe and free; accepts NULL. */
void mixer_free(struct mixer *m);

/**
 * mix_metadata - mix host entropy into the top-level random_seed of a meta_data.json, in place
 * @json, @len: the whole file, secret; on success only the value has changed, and its length is the same; on error
 *              nothing has changed
 * @path:       of the file in the tree; files with different paths get different values, even if the old values are
 *              equal
 *
 * The new value is HKDF(key || old value, path), so it is at least as unpredictable as the old one.
 * Returns: 0; -ENOENT: the file has no random_seed; or an error that mix_why() explains: -EEXIST, -EINVAL, -EBADMSG or
 * -ELOOP from json_find_string(), -EILSEQ: the value is not base64, -E2BIG: it is too long.
 */
int mix_metadata(struct mixer *m, char *json, size_t len, const char *path);

/** mix_size - may a file of @len bytes be mixed? Returns: 0, or -EFBIG, which mix_why() explains too. */
int mix_size(uint64_t len);

/** mix_why - why a file was left unchanged, as the end of a sentence. */
const char *mix_why(int err);

#endif
