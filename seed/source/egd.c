/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client of an entropy gathering daemon (EGD), such as ekeyd, prngd or egd.pl. */
#include "seed/source/source.h"
#include "seed/source/stream.h"
#include "util/wire/egd.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * EGD has no greeting and no framing, so the bytes of any other server at that port would pass for entropy. To detect
 * such a server, the first request asks for 10 bytes, so its second byte is a newline. A server of a text protocol
 * (HTTP, SMTP) takes this request for a line and answers it, or it has already sent a greeting. Either is more than 10
 * bytes, and stream_quiet() finds the surplus.
 */
#define FIRST_REQUEST_LEN '\n'

struct where {
	bool tcp;
	char path[SOURCE_ARG_MAX]; /* the path of a unix socket, or the host */
	char port[8];
};

/* Parses "localhost:8888" or "[::1]:8888". */
static int parse_tcp(const char *text, struct where *w, struct fault *f)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : 0;
	const bool six = len > 2 && text[0] == '[' && text[len - 1] == ']';

	w->tcp = true;
	if (six) {
		text++;
		len -= 2;
	}
	if (len == 0 || (!six && strcspn(text, ":[]") < len))
		return fault_set(f, -EINVAL, "must be tcp:HOST:PORT, an IPv6 address in brackets");
	memcpy(w->path, text, len);
	w->path[len] = '\0';
	if (!stream_is_port(colon + 1, strlen(colon + 1)))
		return fault_set(f, -EINVAL, "the port must be 1 to 65535");
	strcpy(w->port, colon + 1);
	return 0;
}

static int parse(const char *arg, struct where *w, struct fault *f)
{
	*w = (struct where){ 0 };
	if (strncmp(arg, "tcp:", 4) == 0)
		return parse_tcp(arg + 4, w, f);
	if (strncmp(arg, "unix:", 5) != 0 || !arg[5])
		return fault_set(f, -EINVAL, "must be unix:PATH or tcp:HOST:PORT");
	if (stream_check_unix(arg + 5, f) < 0)
		return -EINVAL;
	strcpy(w->path, arg + 5);
	return 0;
}

static int check_egd(const struct source_spec *spec, struct fault *f)
{
	struct where w;

	return parse(spec->arg, &w, f);
}

static int open_egd(const struct source_spec *spec, struct source_handle *h)
{
	struct stat st;
	struct where w;
	int r = parse(spec->arg, &w, NULL);

	if (r < 0)
		return r;
	h->fd = w.tcp ? stream_tcp(w.path, w.port, h->deadline_ms) :
			stream_unix(w.path, &st, h->deadline_ms);
	if (h->fd < 0) {
		r = h->fd;
		h->fd = -1;
		return r;
	}
	if (!w.tcp)
		source_identify(h, &st);
	else if (!stream_peer(h->fd, h->device, sizeof(h->device)))
		source_set_assessed(
			h, 0, 1, "comes over a network"); /* others may read the bytes on the way */
	return 0;
}

static int ask(struct source_handle *h, uint8_t *raw, size_t len)
{
	const uint8_t request[] = { EGD_READ, (uint8_t)len };
	int r = stream_quiet(h->fd);

	if (r == 0)
		r = stream_send(h->fd, request, sizeof(request), h->deadline_ms);
	if (r == 0)
		r = stream_read(h->fd, raw, len, h->deadline_ms);
	return r == 0 ? stream_quiet(h->fd) : r;
}

static int fill_egd(struct source_handle *h, uint8_t *raw, size_t len)
{
	int r = 0;

	while (len > 0 && r == 0) {
		const size_t most = h->state ? EGD_BYTES_MAX : FIRST_REQUEST_LEN;
		const size_t n = len < most ? len : most;

		r = ask(h, raw, n);
		h->state = h; /* any value but NULL: the first request was made */
		raw += n;
		len -= n;
	}
	return r;
}

static const char *why_egd(int err)
{
	switch (err) {
	case -EPROTO:
		return "the server sent more bytes than requested; is it an EGD server?";
	case -ENODATA:
		return "the server closed the connection before it had sent all bytes";
	case -ENOTSOCK:
		return "not a socket";
	case -EADDRNOTAVAIL:
		return "no such host";
	default:
		return NULL;
	}
}

const struct source source_egd = {
	.name = "egd",
	.what = "an entropy gathering daemon",
	.kind = SOURCE_DEVICE,
	.arg = ARG_REQUIRED,
	.may_state = true,
	.assessed_bits = 0,
	.per_bytes = 1,
	.test_mbit = SOURCE_TEST_MBIT,
	.check = check_egd,
	.open = open_egd,
	.fill = fill_egd,
	.close = source_close_descriptor,
	.why = why_egd,
};
