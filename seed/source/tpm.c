/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A TPM 2.0: the kernel's device, or the socket of a software TPM. */
#include "seed/source/source.h"
#include "seed/source/machine.h"
#include "seed/source/stream.h"
#include "seed/source/tpm_packet.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define DEVICE "/dev/tpmrm0"
#define HOST   "127.0.0.1"
#define PORT   "2321"
/* The first and the longest pause before a busy TPM is asked again, in milliseconds. Each pause is twice the one
 * before. */
#define BACKOFF_MS  1
#define BACKOFF_MAX 64

/* The tests replace these two. */
static bool (*is_virtual)(void) = machine_is_virtual;
static const char *sysfs = "/sys";

struct where {
	enum { AT_DEVICE, AT_TCP, AT_UNIX } kind;
	char path[SOURCE_ARG_MAX]; /* the path of a device or unix socket, or the host */
	char port[8];
};

/* Takes one setting of swtpm, "host=H" or "port=P". */
static int take_setting(struct where *w, const char *piece, size_t len, struct fault *f)
{
	const char *value = piece + 5;

	if (len > 5 && strncmp(piece, "host=", 5) == 0) {
		memcpy(w->path, value, len - 5);
		w->path[len - 5] = '\0';
		return 0;
	}
	if (len < 5 || strncmp(piece, "port=", 5) != 0)
		return fault_set(f, -EINVAL, "must be swtpm:host=HOST,port=PORT");
	if (!stream_is_port(value, len - 5))
		return fault_set(f, -EINVAL, "the port must be 1 to 65535");
	memcpy(w->port, value, len - 5);
	w->port[len - 5] = '\0';
	return 0;
}

/* Parses what follows "swtpm": ":host=127.0.0.1,port=2321", ",port=2321" or nothing. */
static int parse_swtpm(const char *rest, struct where *w, struct fault *f)
{
	int r = 0;

	*w = (struct where){ .kind = AT_TCP, .path = HOST, .port = PORT };
	while (*rest && r == 0) {
		const size_t len = strcspn(++rest, ",");

		r = take_setting(w, rest, len, f);
		rest += len;
	}
	return r;
}

static int parse_path(const char *path, struct where *w, struct fault *f)
{
	/* Settings follow a comma, and only swtpm has settings. */
	if (strchr(path, ','))
		return fault_set(f, -EINVAL, "host= and port= are settings of swtpm only");
	if (!*path)
		return fault_set(f, -EINVAL, "a path is missing");
	if (w->kind == AT_UNIX && stream_check_unix(path, f) < 0)
		return -EINVAL;
	strcpy(w->path, path);
	return 0;
}

static int parse(const char *arg, struct where *w, struct fault *f)
{
	*w = (struct where){ .kind = AT_DEVICE };
	if (strncmp(arg, "swtpm", 5) == 0 && (!arg[5] || arg[5] == ':' || arg[5] == ','))
		return parse_swtpm(arg + 5, w, f);
	if (strncmp(arg, "unix:", 5) == 0) {
		w->kind = AT_UNIX;
		return parse_path(arg + 5, w, f);
	}
	return parse_path(*arg ? arg : DEVICE, w, f);
}

static int check_tpm(const struct source_spec *spec, struct fault *f)
{
	struct where w;

	return parse(spec->arg, &w, f);
}

#define DEVICE_PATH 64
#define SOFTWARE    "a software TPM"

/* Where sysfs describes the device. */
static void device_path(dev_t device, char out[DEVICE_PATH])
{
	snprintf(out, DEVICE_PATH, "%s/dev/char/%u:%u", sysfs, major(device), minor(device));
}

/* Finds the number N of the chip in the name that the kernel gave the device (tpmN, tpmrmN). Returns: false if the
 * kernel does not list the device as a TPM. */
static bool chip_number(dev_t device, unsigned *ret)
{
	char path[DEVICE_PATH + 8], text[256], *name, tail;

	device_path(device, path);
	strcat(path, "/uevent");
	if (machine_text(path, text, sizeof(text)) < 0)
		return false;
	name = strstr(text, "DEVNAME=tpm");
	if (!name)
		return false;
	name[strcspn(name, "\n")] = '\0';
	return sscanf(name, "DEVNAME=tpm%u%c", ret, &tail) == 1 ||
		sscanf(name, "DEVNAME=tpmrm%u%c", ret, &tail) == 1;
}

static bool is_tpm(const struct stat *st)
{
	unsigned chip;

	return S_ISCHR(st->st_mode) && chip_number(st->st_rdev, &chip);
}

static int open_device(
	const struct source_spec *spec, const struct where *w, struct source_handle *h)
{
	char path[DEVICE_PATH];
	unsigned chip = 0;
	struct stat st;
	bool known;

	h->fd = open(w->path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (h->fd <
		0) /* the user gave no path, so a missing device only means that the host has no TPM */
		return errno == ENOENT && !spec->arg[0] ? -ENODEV : -errno;
	if (fstat(h->fd, &st) < 0)
		return -errno;
	if (!S_ISCHR(st.st_mode))
		return -ENOTTY;
	device_path(st.st_rdev, path);
	known = chip_number(st.st_rdev, &chip);
	if (known)
		snprintf(h->device, sizeof(h->device), "tpm %u", chip);
	else
		source_identify(h, &st);
	if (!spec->stated && !known)
		source_set_assessed(h, 0, 1, "the kernel does not list this device as a TPM");
	else if (!spec->stated && is_virtual())
		source_set_assessed(h, 0, 1, "from the hypervisor, as this machine is virtual");
	else if (!spec->stated && machine_made_up(path))
		source_set_assessed(h, 0, 1, SOFTWARE);
	return 0;
}

/* A software TPM is assessed at 0 unless the user states an assessment, because we cannot know where it gets its
 * bytes. */
static int open_stream(
	const struct source_spec *spec, const struct where *w, struct source_handle *h)
{
	bool here = true;
	struct stat st;

	h->fd = w->kind == AT_UNIX ? stream_unix(w->path, &st, h->deadline_ms) :
				     stream_tcp(w->path, w->port, h->deadline_ms);
	if (h->fd < 0)
		return h->fd;
	if (w->kind == AT_UNIX)
		source_identify(h, &st);
	else
		here = stream_peer(h->fd, h->device, sizeof(h->device));
	if (!here)
		source_set_assessed(h, 0, 1, "comes over a network");
	else if (!spec->stated)
		source_set_assessed(h, 0, 1, SOFTWARE);
	return 0;
}

static int open_tpm(const struct source_spec *spec, struct source_handle *h)
{
	struct where w;
	int r = parse(spec->arg, &w, NULL);

	if (r == 0)
		r = w.kind == AT_DEVICE ? open_device(spec, &w, h) : open_stream(spec, &w, h);
	if (r < 0)
		source_close_descriptor(h);
	return r;
}

/* One command and its response. The buffer is one byte longer than the longest response, to detect a response that is
 * too long. */
struct exchange {
	bool stream;
	size_t asked, len;
	uint8_t command[TPM_COMMAND_SIZE], answer[TPM_ANSWER_MAX + 1];
};

/* The kernel's device takes a whole command in one write, and gives the whole response in one read. */
static int ask_device(const struct source_handle *h, struct exchange *x)
{
	ssize_t n = write(h->fd, x->command, sizeof(x->command));
	int r;

	if (n != sizeof(x->command))
		return n < 0 ? -errno : -EIO;
	do {
		r = stream_wait(h->fd, POLLIN, h->deadline_ms);
		if (r < 0)
			return r;
		n = read(h->fd, x->answer, sizeof(x->answer));
	} while (n < 0 && (errno == EINTR || errno == EAGAIN));
	if (n <= 0)
		return n < 0 ? -errno : -ENODATA;
	x->len = (size_t)n;
	return 0;
}

static int ask_stream(const struct source_handle *h, struct exchange *x)
{
	int r = stream_quiet(h->fd);

	if (r == 0)
		r = stream_send(h->fd, x->command, sizeof(x->command), h->deadline_ms);
	if (r == 0)
		r = stream_read(h->fd, x->answer, TPM_HEADER_SIZE, h->deadline_ms);
	if (r == 0)
		r = tpm_answer_size(x->answer, x->asked, &x->len);
	if (r == 0)
		r = stream_read(h->fd, x->answer + TPM_HEADER_SIZE, x->len - TPM_HEADER_SIZE,
			h->deadline_ms);
	return r == 0 ? stream_quiet(h->fd) : r;
}

/* Asks once for at most *@len bytes. The chip may give fewer bytes: *@len becomes the number of bytes written to
 * @out. */
static int ask(const struct source_handle *h, struct exchange *x, uint8_t *out, size_t *len)
{
	const uint8_t *bytes = NULL;
	int r;

	x->asked = *len < TPM_ASK_MAX ? *len : TPM_ASK_MAX;
	tpm_command(x->command, x->asked);
	r = x->stream ? ask_stream(h, x) : ask_device(h, x);
	if (r == 0)
		r = tpm_answer(x->answer, x->len, x->asked, &bytes, len);
	if (r == 0)
		memcpy(out, bytes, *len);
	return r;
}

/* Does the same as ask(), but repeats the request while the TPM reports that it is busy. */
static int ask_until_ready(struct source_handle *h, struct exchange *x, uint8_t *out, size_t *len)
{
	unsigned pause_ms = BACKOFF_MS;
	int r;

	while ((r = ask(h, x, out, len)) == -EAGAIN) {
		h->retries++;
		r = stream_pause(pause_ms, h->deadline_ms);
		if (r < 0)
			return r;
		pause_ms = pause_ms < BACKOFF_MAX ? 2 * pause_ms : BACKOFF_MAX;
	}
	return r;
}

static int fill_tpm(struct source_handle *h, uint8_t *raw, size_t len)
{
	struct exchange x = { 0 };
	struct stat st;
	int r = 0;

	if (fstat(h->fd, &st) < 0)
		return -errno;
	x.stream = S_ISSOCK(st.st_mode);
	(void)mlock(&x, sizeof(x));
	while (len > 0 && r == 0) {
		size_t n = len;

		r = ask_until_ready(h, &x, raw, &n);
		raw += n;
		len -= n;
	}
	explicit_bzero(&x, sizeof(x));
	return r;
}

static const char *why_tpm(int err)
{
	return err == -ENOTTY         ? "not a character device" :
		err == -ENOTSOCK      ? "not a socket" :
		err == -EADDRNOTAVAIL ? "no such host" :
					tpm_why(err);
}

const struct source source_tpm = {
	.name = "tpm",
	.what = "a TPM 2.0",
	.kind = SOURCE_DEVICE,
	.arg = ARG_OPTIONAL,
	.may_state = true,
	.by_default = true,
	.device = DEVICE,
	.settings = (const char *const[]){ "host", "port", NULL },
	.assessed_bits = 4,
	.per_bytes = 1,
	.test_mbit = SOURCE_TEST_MBIT,
	.knows = is_tpm,
	.check = check_tpm,
	.open = open_tpm,
	.fill = fill_tpm,
	.close = source_close_descriptor,
	.why = why_tpm,
};
