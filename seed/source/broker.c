/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client of the broker. The broker is a daemon that may open devices which this process has no permission to
 * open. */
#include "seed/source/broker_client.h"
#include "seed/source/source.h"
#include "seed/source/stream.h"
#include "util/clock.h"
#include "util/secret.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* The kernel shows this uid for every user that has no mapping into this user namespace (DEFAULT_OVERFLOWUID in the
 * kernel). So it identifies nobody. */
#define OVERFLOW_UID 65534

/* Finds the owner of the folder that holds the socket. Returns: false if other users may create files in that
 * folder. */
static bool folder_owner(const char *path, uid_t *ret)
{
	char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];
	const char *slash = strrchr(path, '/');
	const size_t len = slash ? (size_t)(slash - path) : 0;
	struct stat st;

	if (len >= sizeof(folder))
		return false;
	memcpy(folder, path, len);
	folder[len] = '\0';
	if (stat(slash ? len ? folder : "/" : ".", &st) < 0 || st.st_mode & (S_IWGRP | S_IWOTH))
		return false;
	*ret = st.st_uid;
	return true;
}

static int check_peer(int fd, const char *path)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);
	uid_t owner;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return -errno;
	if (peer.uid == 0)
		return 0;
	return peer.uid != OVERFLOW_UID && folder_owner(path, &owner) && owner == peer.uid ? 0 :
											     -EPERM;
}

/* connect(2) to a unix socket blocks while the socket's queue is full; this sets a limit for that. */
static void limit_wait(int fd, int64_t deadline_ms)
{
	const int64_t left = deadline_ms - clock_ms();
	const int64_t us = left > 0 ? left * 1000 : 1;
	const struct timeval t = { us / 1000000, us % 1000000 };

	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof(t));
}

int broker_connect(const char *path, int64_t deadline_ms)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, r = 0;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	limit_wait(fd, deadline_ms);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		r = errno == EAGAIN || errno == EINTR ? -ETIMEDOUT : -errno;
	if (r == 0)
		r = check_peer(fd, path);
	if (r < 0) {
		close(fd);
		return r;
	}
	return fd;
}

static int wait_answer(int fd, int stop, int64_t deadline_ms)
{
	struct pollfd p[] = { { .fd = fd, .events = POLLIN }, { .fd = stop, .events = POLLIN } };
	int64_t left;
	int r;

	do {
		left = deadline_ms - clock_ms();
		r = poll(p, 2, left > 0 ? (int)left : 0);
	} while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : r == 0 ? -ETIMEDOUT : p[1].revents ? -ECANCELED : 0;
}

static int status_error(enum broker_status status)
{
	switch (status) {
	case BROKER_GIVEN:
		return 0;
	case BROKER_EMPTY:
		return -EAGAIN;
	case BROKER_LIMITED:
		return -EDQUOT;
	case BROKER_REFUSED:
		return -EPROTO;
	default:
		return -EBADMSG;
	}
}

static int ask(int fd, int stop, int64_t deadline_ms, const struct broker_request *request,
	struct broker_block *ret)
{
	uint8_t packet[BROKER_REQUEST_SIZE];
	/* There is room for one byte more than the longest answer, to detect an answer that is too long. */
	const size_t room = BROKER_HEAD_SIZE + request->blocks * (size_t)BROKER_BLOCK_SIZE_2 + 1;
	uint8_t *answer = secret_new(room);
	enum broker_status status = BROKER_REFUSED;
	ssize_t n = 0;
	int r;

	if (!answer)
		return -ENOMEM;
	broker_request_encode(packet, request);
	r = send(fd, packet, sizeof(packet), MSG_NOSIGNAL) < 0 ? -errno : 0;
	if (r == 0)
		r = wait_answer(fd, stop, deadline_ms);
	if (r == 0)
		n = recv(fd, answer, room, MSG_DONTWAIT);
	if (r == 0 && n <= 0)
		r = n < 0 ? -errno : -ECONNRESET;
	if (r == 0)
		r = broker_answer_parse(answer, (size_t)n, request, ret, &status);
	secret_free(answer);
	return r < 0 ? r : status_error(status);
}

int broker_fetch(const char *path, int stop, int64_t deadline_ms, size_t blocks,
	struct broker_block *ret, int *ret_fd)
{
	struct broker_request request = { BROKER_VERSION, (uint32_t)blocks };
	int r = -EPROTONOSUPPORT;

	*ret_fd = -1;
	for (; r == -EPROTONOSUPPORT && request.version > 0; request.version--) {
		/* The daemon closes the connection after it has refused a version. */
		if (*ret_fd >= 0)
			close(*ret_fd);
		*ret_fd = broker_connect(path, deadline_ms);
		r = *ret_fd < 0 ? *ret_fd : ask(*ret_fd, stop, deadline_ms, &request, ret);
	}
	if (*ret_fd < 0)
		*ret_fd = -1;
	return r;
}

void broker_send_note(int fd, const struct broker_note *note)
{
	uint8_t packet[BROKER_NOTE_SIZE];

	broker_note_encode(packet, note);
	(void)!send(fd, packet, sizeof(packet), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* --- the row in the table of sources: it only tests if the daemon runs; seed/schedule.c fetches the blocks --- */

static int check_broker(const struct source_spec *spec, struct fault *f)
{
	return stream_check_unix(spec->arg, f);
}

static int open_broker(const struct source_spec *spec, struct source_handle *h)
{
	h->fd = broker_connect(spec->arg[0] ? spec->arg : BROKER_SOCKET, h->deadline_ms);
	return h->fd < 0 ? h->fd : 0;
}

static int fill_broker(struct source_handle *h, uint8_t *raw, size_t len)
{
	(void)h;
	(void)raw;
	(void)len;
	return -EOPNOTSUPP;
}

static const char *why_broker(int err)
{
	switch (err) {
	case -EPERM:
		return "the daemon runs neither as root nor as the owner of the socket's folder";
	case -EAGAIN:
		return "has no more to give just now";
	case -EDQUOT:
		return "this user has had its share for now";
	case -EPROTO:
		return "the daemon refused the request as invalid; is it of another version?";
	case -EBADMSG:
		return "the daemon's answer is malformed";
	case -ENOENT:
	case -ECONNREFUSED:
		return "does not run";
	default:
		return NULL;
	}
}

const struct source source_broker = {
	.name = "broker",
	.what = "the daemon of this host, seedrive serve",
	.kind = SOURCE_BROKER,
	.arg = ARG_OPTIONAL,
	.by_default = true,
	.device = BROKER_SOCKET,
	.assessed_bits = 0,
	.per_bytes = 1,
	.test_mbit = SOURCE_TEST_MBIT,
	.check = check_broker,
	.open = open_broker,
	.fill = fill_broker,
	.close = source_close_descriptor,
	.why = why_broker,
};
