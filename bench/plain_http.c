/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The simplest possible servers of HTTP, with which bench/web compares: evhttp of libevent, and libmicrohttpd, each
 * with one thread. They read the body as these libraries do, and answer with as many bytes as seedrive does, but they
 * have no limits, make no record and do not look at the request.
 *
 *     plain_http evhttp|microhttpd PORT
 */
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define ANSWER 2803

static char answer[ANSWER];

static void on_request(struct evhttp_request *q, void *unused)
{
	struct evbuffer *out = evhttp_request_get_output_buffer(q);

	(void)unused;
	evhttp_add_header(evhttp_request_get_output_headers(q), "Content-Type", "application/json");
	evbuffer_add(out, answer, sizeof(answer));
	evhttp_send_reply(q, 200, "OK", NULL);
}

static int serve_evhttp(uint16_t port)
{
	struct event_base *base = event_base_new();
	struct evhttp *http = evhttp_new(base);

	if (evhttp_bind_socket(http, "127.0.0.1", port) < 0)
		return 1;
	evhttp_set_gencb(http, on_request, NULL);
	return event_base_dispatch(base);
}

static enum MHD_Result on_access(void *unused, struct MHD_Connection *c, const char *url,
	const char *method, const char *version, const char *data, size_t *len, void **state)
{
	static int begun;
	struct MHD_Response *r;
	enum MHD_Result result;

	(void)unused, (void)url, (void)method, (void)version, (void)data;
	if (!*state) {
		*state = &begun;
		return MHD_YES;
	}
	if (*len > 0) {
		*len = 0;
		return MHD_YES;
	}
	r = MHD_create_response_from_buffer(sizeof(answer), answer, MHD_RESPMEM_MUST_COPY);
	MHD_add_response_header(r, "Content-Type", "application/json");
	result = MHD_queue_response(c, 200, r);
	MHD_destroy_response(r);
	return result;
}

static int serve_microhttpd(uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	if (!MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, port, NULL, NULL, on_access, NULL,
		    MHD_OPTION_SOCK_ADDR, &a, MHD_OPTION_CONNECTION_LIMIT, 4000u, MHD_OPTION_END))
		return 1;
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	const struct rlimit files = { 8192, 8192 };

	if (argc != 3)
		return 2;
	(void)setrlimit(RLIMIT_NOFILE, &files);
	memset(answer, 'A', sizeof(answer));
	return strcmp(argv[1], "evhttp") == 0 ? serve_evhttp((uint16_t)atoi(argv[2])) :
						serve_microhttpd((uint16_t)atoi(argv[2]));
}
