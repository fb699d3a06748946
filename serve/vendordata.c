/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serve/vendordata.h"
#include "serve/listener.h"
#include "serve/protocol.h"
#include "serve/web.h"
#include "util/base64.h"
#include "util/hex.h"
#include "util/secret.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

/* The pages that a request can ask for. */
enum { PAGE_RECORD, PAGE_CLOUD_INIT };

static const char *const pages[] = {
	[PAGE_RECORD] = "/vendordata",
	[PAGE_CLOUD_INIT] = "/cloud-init",
};

struct vendordata_secret {
	uint8_t bytes[RECORD_BLOCK + RECORD_ID_SIZE];
	uint8_t record[RECORD_SECTOR];
};

int vendordata_init(struct vendordata *v, struct generator *generator)
{
	uint64_t secret[2];

	*v = (struct vendordata){ .generator = generator };
	v->instances = malloc(sizeof(*v->instances));
	v->secret = secret_new(sizeof(*v->secret));
	if (!v->instances || !v->secret)
		return -ENOMEM;
	/* This key only protects a hash table, so random bytes from before the kernel's generator is ready are good
	 * enough. */
	if (getrandom(secret, sizeof(secret), GRND_INSECURE) != sizeof(secret))
		return -EIO;
	instances_init(v->instances, secret);
	return 0;
}

void vendordata_clear(struct vendordata *v)
{
	free(v->instances);
	secret_free(v->secret);
	*v = (struct vendordata){ 0 };
}

/* Matches "/vendordata", or "/vendordata/TOKEN" if the listener has a token; the other page in the same way. */
static int route(const struct listen_options *o, struct http_text target)
{
	size_t i, len;

	for (i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
		len = strlen(pages[i]);
		if (target.len < len || memcmp(target.at, pages[i], len) != 0)
			continue;
		if (!o->token.set)
			return target.len == len ? (int)i : -ENOENT;
		return target.len > len && target.at[len] == '/' &&
				token_matches(
					&o->token, target.at + len + 1, target.len - len - 1) ?
			(int)i :
			-ENOENT;
	}
	return -ENOENT;
}

/* Encodes only the first VENDORDATA_USED bytes. The rest of the sector is zeros; in base64 these are 'A', and the
 * padding at the end. */
static size_t put_record(const uint8_t *record, char *out)
{
	const size_t used = BASE64_LEN(VENDORDATA_USED), all = BASE64_LEN(RECORD_SECTOR);

	_Static_assert(VENDORDATA_USED % 3 == 0, "the zeros begin a new group of three bytes");
	_Static_assert(RECORD_SECTOR % 3 == 2, "the last group has two bytes, so one '=' follows");
	base64_encode(record, VENDORDATA_USED, out);
	memset(out + used, 'A', all - used - 1);
	out[all - 1] = '=';
	return all;
}

/*
 * The record never expires. Only the guest's clock could decide that it has expired, and a guest that was restored from
 * a snapshot may have a wrong clock, although it needs the record most.
 */
static int make_record(struct vendordata_secret *s, const uint8_t uuid[UUID_SIZE])
{
	struct record rec = {
		.issued_at = (uint64_t)time(NULL), .seed = s->bytes, .seed_len = RECORD_BLOCK
	};

	memcpy(rec.uuid, uuid, UUID_SIZE);
	memcpy(rec.seed_id, s->bytes + RECORD_BLOCK, RECORD_ID_SIZE);
	return record_encode(&rec, s->record, sizeof(s->record));
}

static size_t write_record(struct vendordata_secret *s, char *out)
{
	static const char first[] = "{\"seedrive_record\": \"", second[] = "\", \"seed_id\": \"",
			  last[] = "\"}\n";
	char *p = out;

	memcpy(p, first, sizeof(first) - 1);
	p += sizeof(first) - 1;
	p += put_record(s->record, p);
	memcpy(p, second, sizeof(second) - 1);
	p += sizeof(second) - 1;
	hex_encode(s->bytes + RECORD_BLOCK, RECORD_ID_SIZE, p);
	p += 2 * (size_t)RECORD_ID_SIZE;
	memcpy(p, last, sizeof(last) - 1);
	return (size_t)(p - out) + sizeof(last) - 1;
}

/* Writes a JSON string that cloud-init accepts as a part of its configuration; cloud-init's module cc_seed_random then
 * writes the bytes to /dev/urandom. */
static size_t write_cloud_init(struct vendordata_secret *s, char *out)
{
	static const char first[] = "\"#cloud-config\\nrandom_seed: {encoding: base64, data: ",
			  last[] = "}\\n\"\n";
	char *p = out;

	memcpy(p, first, sizeof(first) - 1);
	p += sizeof(first) - 1;
	base64_encode(s->bytes, RECORD_BLOCK, p);
	p += BASE64_LEN(RECORD_BLOCK);
	memcpy(p, last, sizeof(last) - 1);
	return (size_t)(p - out) + sizeof(last) - 1;
}

/* An empty object has no effect, neither in Nova nor in cloud-init. */
static void answer_empty(struct web_answer *ret)
{
	ret->len = (size_t)sprintf(ret->body, "{}\n");
}

static void answer_seed(struct vendordata *v, int page, const uint8_t uuid[UUID_SIZE],
	int64_t now_ms, struct web_answer *ret)
{
	struct vendordata_secret *s = v->secret;

	if (generator_make(v->generator, s->bytes, sizeof(s->bytes), now_ms) < 0 ||
		make_record(s, uuid) < 0) {
		v->unready++;
		answer_empty(ret);
		return;
	}
	v->records++;
	ret->len =
		page == PAGE_RECORD ? write_record(s, ret->body) : write_cloud_init(s, ret->body);
	explicit_bzero(s, sizeof(*s));
}

static int find_instance(const struct web_request *q, uint8_t ret[UUID_SIZE], const char **why)
{
	const char *text;
	size_t len;

	switch (member_end(&q->member, &text, &len)) {
	case 0:
		if (uuid_parse(text, len, ret) == 0)
			return 0;
		/* fallthrough */
	case -EINVAL:
	case -EMSGSIZE:
		*why = "instance-id is not a UUID";
		return -EINVAL;
	case -ENOENT:
		*why = "the body has no instance-id";
		return -EINVAL;
	case -EEXIST:
		*why = "the body has instance-id twice";
		return -EINVAL;
	default:
		*why = "the body is not a JSON object";
		return -EINVAL;
	}
}

static void answer(
	struct web *w, const struct web_request *q, int64_t now_ms, struct web_answer *ret)
{
	struct vendordata *v = &w->vendordata;
	uint8_t uuid[UUID_SIZE];
	const char *why;

	if (find_instance(q, uuid, &why) < 0) {
		web_refuse(ret, 400, why);
		return;
	}
	ret->type = "application/json";
	if (instances_take(v->instances, uuid, (uint32_t)q->page, now_ms)) {
		answer_seed(v, q->page, uuid, now_ms, ret);
		return;
	}
	v->limited++;
	answer_empty(ret);
}

static const struct web_site site = {
	.route = route, .posts = true, .secret = true, .answer = answer
};

const struct protocol http_protocol = {
	.name = "http",
	.socket_type = SOCK_STREAM,
	.site = &site,
};
