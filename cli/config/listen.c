/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/config/listen.h"
#include "cli/config/value.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

enum { PROTOCOL, ADDRESS, MODE, GROUP, FRAMING, RATE, BURST, WEIGHT, TOKEN_FILE };

static int take_protocol(struct config_listener *l, const char *text, struct fault *f)
{
	static const char *const words[] = { "egd", "fifo", "http", "metrics" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(text, words[i]) == 0) {
			l->protocol = text;
			return 0;
		}
	}
	return fault_set(f, -EINVAL, "protocol: %s: must be egd, fifo, http or metrics", text);
}

/* @text: "unix:PATH" or "fifo:PATH". */
static int take_path(struct config_listener *l, const char *text, struct fault *f)
{
	const size_t max = sizeof(((struct sockaddr_un *)0)->sun_path) - 1;
	const char *path = text + 5;

	if (path[0] != '/' || strlen(path) > max)
		return fault_set(f, -EINVAL,
			"address: %s: must be an absolute path of at most %zu bytes", text, max);
	l->path = path;
	l->fifo = text[0] == 'f';
	return 0;
}

static bool is_address(const char *host)
{
	struct in6_addr any;

	return inet_pton(AF_INET, host, &any) == 1 || inet_pton(AF_INET6, host, &any) == 1;
}

static bool is_loopback(const char *host)
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

/* @text: "127.0.0.1:8888", "[::1]:8888". */
static int take_port(struct config_listener *l, const char *text, struct fault *f)
{
	const char *colon = strrchr(text, ':');
	const bool six = text[0] == '[' && colon && colon > text + 1 && colon[-1] == ']';
	const size_t len = colon ? (size_t)(colon - text) - (six ? 2 : 0) : 0;
	uint32_t port;

	if (len == 0 || len >= sizeof(l->host))
		return fault_set(f, -EINVAL, "address: tcp:%s: must be tcp:IP:PORT", text);
	memcpy(l->host, text + six, len);
	l->host[len] = '\0';
	if (!is_address(l->host))
		return fault_set(f, -EINVAL,
			"address: tcp:%s: must be a numeric address, such as 127.0.0.1 or [::1]",
			text);
	if (value_number("port", colon + 1, 1, 65535, &port, NULL) < 0)
		return fault_set(f, -EINVAL, "address: tcp:%s: the port must be 1 to 65535", text);
	l->port = (uint16_t)port;
	return 0;
}

static int take_address(struct config_listener *l, const char *text, struct fault *f)
{
	if (strcmp(text, VALUE_NONE) == 0)
		return 0;
	if (strncmp(text, "unix:", 5) == 0 || strncmp(text, "fifo:", 5) == 0)
		return take_path(l, text, f);
	if (strncmp(text, "tcp:", 4) == 0)
		return take_port(l, text + 4, f);
	return fault_set(
		f, -EINVAL, "address: %s: must be none, unix:PATH, tcp:IP:PORT or fifo:PATH", text);
}

static int take_mode(struct config_listener *l, const char *text, struct fault *f)
{
	char *end;
	const unsigned long mode = strtoul(text, &end, 8);

	if (text[0] < '0' || text[0] > '7' || *end || mode > 0777)
		return fault_set(f, -EINVAL, "mode: %s: must be octal, from 0 to 0777", text);
	l->mode = (mode_t)mode;
	return 0;
}

static int take_group(struct config_listener *l, const char *text, struct fault *f)
{
	(void)f;
	l->group = strcmp(text, VALUE_NONE) == 0 ? NULL : text;
	return 0;
}

static int take_framing(struct config_listener *l, const char *text, struct fault *f)
{
	l->qemu = strcmp(text, "qemu") == 0;
	if (!l->qemu && strcmp(text, "strict") != 0)
		return fault_set(f, -EINVAL, "framing: %s: must be strict or qemu", text);
	return 0;
}

static int take_rate(struct config_listener *l, const char *text, struct fault *f)
{
	if (strcmp(text, VALUE_NONE) == 0)
		return 0;
	return value_number("rate", text, 1, CONFIG_STREAM_MAX, &l->rate, f);
}

static int take_burst(struct config_listener *l, const char *text, struct fault *f)
{
	return value_number("burst", text, 64, CONFIG_STREAM_MAX, &l->burst, f);
}

static int take_weight(struct config_listener *l, const char *text, struct fault *f)
{
	return value_number("weight", text, 1, CONFIG_WEIGHT_MAX, &l->weight, f);
}

static int take_token_file(struct config_listener *l, const char *text, struct fault *f)
{
	const char *name = text + sizeof(CONFIG_CREDENTIAL) - 1;
	const bool credential =
		strncmp(text, CONFIG_CREDENTIAL, sizeof(CONFIG_CREDENTIAL) - 1) == 0;

	l->token_file = NULL;
	if (strcmp(text, VALUE_NONE) == 0)
		return 0;
	if (text[0] != '/' && (!credential || !*name || name[0] == '.' || strchr(name, '/')))
		return fault_set(f, -EINVAL,
			"token-file: %s: must be none, an absolute path or credential:NAME", text);
	l->token_file = text;
	return 0;
}

/* clang-format off */
static const struct {
	const char *name;
	int (*take)(struct config_listener *l, const char *text, struct fault *f);
	const char *initial;
} keys[] = {
	[PROTOCOL] = { "protocol", take_protocol, NULL },
	[ADDRESS]  = { "address",  take_address,  "none" },
	[MODE]     = { "mode",     take_mode,     "0660" },
	[GROUP]    = { "group",    take_group,    "none" },
	[FRAMING]  = { "framing",  take_framing,  "strict" },
	[RATE]     = { "rate",     take_rate,     "none" },
	[BURST]    = { "burst",    take_burst,    "4096" },
	[WEIGHT]   = { "weight",   take_weight,   "1" },
	[TOKEN_FILE] = { "token-file", take_token_file, "none" },
};
/* clang-format on */

#define KEYS (sizeof(keys) / sizeof(*keys))

_Static_assert(KEYS <= CONFIG_LISTEN_KEYS_MAX, "struct config_listen has room for every key");

const char *config_listen_name(const char *section)
{
	const size_t len = strlen(CONFIG_LISTEN);

	return strncmp(section, CONFIG_LISTEN, len) == 0 ? section + len : NULL;
}

static bool is_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	const size_t len = strlen(name);

	return len > 0 && len <= CONFIG_LISTEN_NAME_MAX && strspn(name, allowed) == len &&
		strcmp(name, "broker") != 0;
}

static struct config_listen *add(struct config *c, const char *name, unsigned line)
{
	struct config_listen *more = reallocarray(c->listen, c->listens + 1, sizeof(*c->listen)),
			     *l;

	if (!more)
		return NULL;
	c->listen = more;
	l = more + c->listens;
	*l = (struct config_listen){ .name = strdup(name), .file = c->files - 1, .line = line };
	if (!l->name)
		return NULL;
	c->listens++;
	return l;
}

struct config_listen *config_listen_find(
	struct config *c, const char *name, unsigned line, struct fault *f)
{
	size_t i;

	*f = (struct fault){ 0 };
	for (i = 0; i < c->listens; i++)
		if (strcmp(c->listen[i].name, name) == 0)
			return c->listen + i;
	if (!is_name(name)) {
		fault_set(f, -EINVAL,
			"[listen %s]: the name must have 1 to %u characters of a-z, 0-9 and -, and must not be broker",
			name, CONFIG_LISTEN_NAME_MAX);
		return NULL;
	}
	if (c->listens == CONFIG_LISTENERS_MAX) {
		fault_set(f, -EINVAL, "[listen %s]: more than %u listeners", name,
			CONFIG_LISTENERS_MAX);
		return NULL;
	}
	return add(c, name, line);
}

int config_listen_key(const char *key, const char *value, struct fault *f)
{
	struct config_listener scratch = { 0 };
	size_t i;

	for (i = 0; i < KEYS; i++)
		if (strcmp(keys[i].name, key) == 0)
			break;
	if (i == KEYS)
		return fault_set(f, -EINVAL, "%s: unknown key", key);
	if (!*value)
		return fault_set(f, -EINVAL, "%s: a value is missing", key);
	return keys[i].take(&scratch, value, f) < 0 ? -EINVAL : (int)i;
}

static const char *value_of(const struct config_listen *l, size_t key)
{
	return l->entry[key].value ? l->entry[key].value : keys[key].initial;
}

bool config_listen_settle(const struct config *c, size_t i, struct config_listener *ret)
{
	size_t key;

	if (i >= c->listens)
		return false;
	*ret = (struct config_listener){ .name = c->listen[i].name };
	/* No error is possible: the values were checked when they were read. */
	for (key = 0; key < KEYS; key++)
		if (value_of(c->listen + i, key))
			(void)keys[key].take(ret, value_of(c->listen + i, key), NULL);
	return true;
}

bool config_listen_show(const struct config *c, size_t i, size_t key, struct config_shown *ret)
{
	const struct config_entry *e;

	if (i >= c->listens || key >= KEYS)
		return false;
	e = c->listen[i].entry + key;
	*ret = (struct config_shown){ .key = keys[key].name,
		.value = value_of(c->listen + i, key),
		.file = e->value ? c->file[e->file] : NULL,
		.line = e->line };
	return true;
}

static const char *missing(const struct config_listen *l)
{
	size_t key;

	for (key = 0; key < KEYS; key++)
		if (!value_of(l, key))
			return keys[key].name;
	return NULL;
}

/* Others can read what is sent over a network, so bytes for a guest must not be sent over one. */
static int check_network(
	const struct config_listen *l, const struct config_listener *s, struct fault *f)
{
	if (!s->host[0] || is_loopback(s->host) || strcmp(s->protocol, "metrics") == 0)
		return 0;
	if (strcmp(s->protocol, "http") != 0)
		return fault_set(f, -EINVAL,
			"[listen %s]: address: %s: must be a loopback address for the protocol %s, such as 127.0.0.1 or [::1]",
			l->name, value_of(l, ADDRESS), s->protocol);
	if (!s->token_file)
		return fault_set(f, -EINVAL,
			"[listen %s]: address: %s: needs a token-file, as others than this host can connect",
			l->name, value_of(l, ADDRESS));
	return 0;
}

int config_listen_check(const struct config *c, size_t i, struct fault *f)
{
	const struct config_listen *l = c->listen + i;
	struct config_listener s;
	bool fifo;

	if (missing(l))
		return fault_set(f, -EINVAL, "[listen %s]: %s is missing", l->name, missing(l));
	(void)config_listen_settle(c, i, &s);
	fifo = strcmp(s.protocol, "fifo") == 0;
	if (fifo && !s.path)
		return fault_set(
			f, -EINVAL, "[listen %s]: a fifo needs an address, fifo:PATH", l->name);
	if (fifo != s.fifo)
		return fault_set(f, -EINVAL, "[listen %s]: address: %s: %s", l->name,
			value_of(l, ADDRESS),
			fifo ? "must be fifo:PATH for this protocol" :
			       "only for the protocol fifo");
	if (s.token_file && strcmp(s.protocol, "http") != 0)
		return fault_set(
			f, -EINVAL, "[listen %s]: token-file: only for the protocol http", l->name);
	return check_network(l, &s, f);
}
