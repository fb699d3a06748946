/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_MIX_H
#define SEED_MIX_H

#include <stddef.h>
#include <stdint.h>

#define MIX_KEY \
	"random_seed" /* in Nova's meta_data.json: base64 of 512 bytes of the host's urandom */
#define MIX_MAX 4096  /* bytes of a value; a longer one, of whoever, is left alone */

#define MIX_FILE_MAX (16u << 20) /* a meta_data.json that is larger was not made by Nova */
#define MIX_ALL_MAX  (32u << 20) /* of one drive: all of them are in locked memory at once */

/* Working storage in locked memory, for as many files as there are. */
struct mixer;

/** mixer_new - @key: seed_mix_key(), held by the caller as long as the mixer. NULL: no memory. */
struct mixer *mixer_new(const uint8_t key[64]);

/** mixer_free - wipe and give back; NULL is fine. */
void mixer_free(struct mixer *m);

/**
 * mix_metadata - mix host entropy into the top-level random_seed of a meta_data.json, in place
 * @json, @len: the whole file, secret; on success the value has another content of the same length,
 *              and no other byte has changed; on error nothing has
 * @path:       of the file in the tree; two paths, two values, whatever stood there
 *
 * The new value is HKDF(key || old value, path): never worse than the old one.
 * Returns: 0; -ENOENT without such a key; or, each with words in mix_why(), -EEXIST, -EINVAL,
 * -EBADMSG, -ELOOP from json_find_string(), -EILSEQ for what is not base64, -E2BIG.
 */
int mix_metadata(struct mixer *m, char *json, size_t len, const char *path);

/** mix_size - may a file of @len bytes be mixed? Returns: 0, or -EFBIG, which mix_why() explains too. */
int mix_size(uint64_t len);

/** mix_why - why a file was left as it was, as the end of a sentence. */
const char *mix_why(int err);

#endif
