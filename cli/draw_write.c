/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/draw_write.h"
#include "cli/options.h"
#include "cli/report.h"
#include "iso/output/interrupt.h"
#include "iso/output/replace.h"
#include "util/io.h"
#include "util/secret.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static size_t text_len(const struct drawn *d, enum draw_format format)
{
	return format == DRAW_HEX ?
		2 * d->len + 1 :
		sodium_base64_encoded_len(d->len, sodium_base64_VARIANT_ORIGINAL);
}

/* A line of text: libsodium ends it with a zero byte, which a newline replaces. */
static uint8_t *make_text(const struct drawn *d, enum draw_format format, size_t *ret_len)
{
	const size_t size = text_len(d, format);
	char *text = secret_new(size);

	if (!text)
		return NULL;
	if (format == DRAW_HEX)
		sodium_bin2hex(text, size, d->raw, d->len);
	else
		sodium_bin2base64(text, size, d->raw, d->len, sodium_base64_VARIANT_ORIGINAL);
	text[size - 1] = '\n';
	*ret_len = size;
	return (uint8_t *)text;
}

static uint8_t *make_record(const struct drawn *d, size_t *ret_len)
{
	struct record rec = { .credit_bits = d->credit_bits,
		.hardware_bits = d->hardware_bits,
		.issued_at = (uint64_t)time(NULL),
		.seed = d->raw,
		.seed_len = d->len };
	uint8_t *out;

	*ret_len = record_size(d->len);
	out = secret_new(*ret_len);
	memcpy(rec.seed_id, d->id, sizeof(rec.seed_id));
	if (out && record_encode(&rec, out, *ret_len) < 0) {
		secret_free(out);
		return NULL;
	}
	return out;
}

static int write_out(const char *out, const uint8_t *bytes, size_t len, struct fault *f)
{
	static struct replace r = REPLACE_NONE;
	const bool to_stdout = option_stdout(out);
	int e = to_stdout ? 0 : interrupt_open(&r, out, &report_sink, f);

	if (e == 0) {
		e = to_stdout ? 0 : replace_reserve(&r, len);
		if (e == 0)
			e = io_write(to_stdout ? STDOUT_FILENO : r.fd, bytes, len);
		if (e < 0)
			fault_errno(f, e, to_stdout ? "standard output" : out);
		else if (!to_stdout)
			e = replace_commit(&r, f);
	}
	interrupt_end(&r);
	return e;
}

int draw_write(const struct drawn *d, enum draw_format format, const char *out, struct fault *f)
{
	uint8_t *made = NULL;
	size_t len = d->len;
	int r;

	if (format == DRAW_RAW)
		return write_out(out, d->raw, len, f);
	made = format == DRAW_RECORD ? make_record(d, &len) : make_text(d, format, &len);
	if (!made)
		return fault_errno(f, -ENOMEM, "output");
	r = write_out(out, made, len, f);
	secret_free(made);
	return r;
}
