/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/refresh/fetch.h"

#include <errno.h>
#include <string.h>

#include "guest/process.h"
#include "guest/refresh/connection.h"
#include "guest/refresh/links.h"
#include "guest/sys.h"

#define METADATA_V4   "169.254.169.254"
#define METADATA_V6   "fe80::a9fe:a9fe"
#define METADATA_PATH "/openstack/latest/vendor_data2.json"

#define CODE_OK 200

#define REQUEST_MAX (URL_PATH_MAX + URL_HOST_MAX + 160)
#define PIECE       4096

static const char *why_unreached(int err)
{
	switch (err) {
	case -ECONNREFUSED:
		return "refuses connections";
	case -ETIMEDOUT:
	case -EHOSTUNREACH:
		return "does not answer";
	case -ENODEV:
		return "has no such interface";
	case -ENETUNREACH:
	case -EADDRNOTAVAIL:
	case -ENETDOWN:
	case -EAFNOSUPPORT:
		return "has no route";
	}
	return "cannot be reached";
}

static const char *why_refused(int err)
{
	switch (err) {
	case -EBADMSG:
		return "the answer is not well-formed HTTP/1.1";
	case -EPROTONOSUPPORT:
		return "the answer is not HTTP/1.0 or 1.1";
	case -EMSGSIZE:
		return "the head of the answer is too long";
	case -EFBIG:
		return "the answer is larger than 256 KiB";
	case -ENOTSUP:
		return "the answer has a coding that was not asked for";
	case -ENODATA:
		return "the answer has no length";
	case -EPIPE:
		return "the answer ends too soon";
	case -ETIMEDOUT:
		return "the answer does not come in time";
	}
	return "the connection broke";
}

static void add(char *text, size_t size, const char *a, const char *b, const char *c)
{
	const size_t n = strlen(text);

	(void)sys_join(text + n, size - n, a, b, c);
}

static int ask(int fd, const struct url *url, unsigned end_ms)
{
	char text[REQUEST_MAX] = "";

	add(text, sizeof(text), "GET ", url->path, " HTTP/1.1\r\n");
	add(text, sizeof(text), "Host: ", url->host, "\r\n");
	add(text, sizeof(text), "User-Agent: seedrive-refresh/", VERSION, "\r\n");
	add(text, sizeof(text), "Accept: application/json\r\n", "Connection: close\r\n", "\r\n");
	return connection_send(fd, text, strlen(text), end_ms);
}

static int read_answer(int fd, struct reply *reply, unsigned end_ms)
{
	uint8_t piece[PIECE];
	int r = 0;

	while (r == 0) {
		const long n = connection_receive(fd, piece, sizeof(piece), end_ms);

		r = n < 0 ? (int)n : n == 0 ? -EPIPE : reply_take(reply, piece, (size_t)n);
	}
	explicit_bzero(piece, sizeof(piece));
	return r < 0 ? r : 0;
}

/* Sends the request on an established connection, and reads the answer. */
static int converse(int fd, const struct url *url, unsigned end_ms, struct fetch *f)
{
	static struct reply reply;
	int r = ask(fd, url, end_ms);

	reply_begin(&reply, f->body);
	if (r == 0)
		r = read_answer(fd, &reply, end_ms);
	f->code = reply.code;
	f->why = r < 0 ? why_refused(r) : NULL;
	if (r == 0 && reply.code == CODE_OK)
		f->len = reply.len;
	else
		explicit_bzero(f->body, reply.len);
	explicit_bzero(&reply, sizeof(reply));
	if (r < 0) /* -ENOENT has another meaning here; no socket returns it */
		return r == -ENOENT ? -EIO : r;
	/* A metadata service of another kind answers 4xx: it demands a token or a field that this request does not
	 * have. */
	return f->code == CODE_OK ? 0 : f->code / 100 == 4 ? -ENOENT : -EPROTO;
}

static unsigned earlier(unsigned a_ms, unsigned b_ms)
{
	return (int)(a_ms - b_ms) < 0 ? a_ms : b_ms;
}

int fetch_url(const struct url *url, unsigned end_ms, struct fetch *f)
{
	const unsigned interface = url->zone[0] ? links_number(url->zone) : 0;
	int fd = -ENODEV, r;

	f->len = f->code = 0;
	f->from[0] = '\0';
	add(f->from, sizeof(f->from), url->host, url->zone[0] ? "%" : "", url->zone);
	if (!url->zone[0] || interface > 0)
		fd = connection_open(
			url, interface, earlier(end_ms, process_now_ms() + FETCH_CONNECT_MS));
	if (fd < 0) {
		f->why = why_unreached(fd);
		return -ENOENT;
	}
	r = converse(fd, url, end_ms, f);
	sys_close(fd);
	return r;
}

/* Makes the URL of the metadata service with one of its two addresses, on port 80. */
static struct url metadata(const char *address, const char *zone)
{
	struct url url = { .port = 80, .path = METADATA_PATH };

	(void)url_address(address, strlen(address), &url);
	add(url.host, sizeof(url.host), url.is_v6 ? "[" : "", address, url.is_v6 ? "]" : "");
	add(url.zone, sizeof(url.zone), zone, "", "");
	return url;
}

int fetch_metadata(unsigned end_ms, struct fetch *f)
{
	struct url url = metadata(METADATA_V4, "");
	struct link links[LINKS_MAX];
	struct fetch first;
	size_t i, n;
	int r = fetch_url(&url, end_ms, f);

	first = *f;
	n = r == -ENOENT ? links_up(links) : 0;
	for (i = 0; i < n && r == -ENOENT; i++) {
		url = metadata(METADATA_V6, links[i].name);
		r = fetch_url(&url, end_ms, f);
	}
	/* If no address answers, the message names the IPv4 address, because the service is best known by it. */
	if (r == -ENOENT)
		*f = first;
	return r;
}
