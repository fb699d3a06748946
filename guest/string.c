/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions of string.h that the guest's programs use. They work byte by byte: those of a C library are not faster for
 * some kilobytes, and ten times as large. The compiler itself generates calls of some of them. */
#include <string.h>

/* An alias: if memcpy() called memmove(), the compiler might turn that into a call of memcpy() itself. */
void *memcpy(void *restrict to, const void *restrict from, size_t len)
	__attribute__((alias("memmove")));

void *memmove(void *to, const void *from, size_t len)
{
	const unsigned char *f = from;
	unsigned char *t = to;
	size_t i;

	if (t <= f)
		for (i = 0; i < len; i++)
			t[i] = f[i];
	else
		while (len-- > 0)
			t[len] = f[len];
	return to;
}

void *memset(void *to, int c, size_t len)
{
	unsigned char *t = to;

	while (len-- > 0)
		*t++ = (unsigned char)c;
	return to;
}

/* The asm keeps the compiler from removing the write, although nothing reads the memory afterwards. */
void explicit_bzero(void *to, size_t len)
{
	memset(to, 0, len);
	__asm__ volatile("" : : "r"(to) : "memory");
}

int memcmp(const void *a, const void *b, size_t len)
{
	const unsigned char *x = a, *y = b;

	for (; len > 0; len--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

size_t strlen(const char *text)
{
	size_t n = 0;

	while (text[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t len)
{
	for (; len > 0; len--, a++, b++)
		if (*a != *b || *a == '\0')
			return (unsigned char)*a - (unsigned char)*b;
	return 0;
}

char *strchr(const char *text, int c)
{
	while (*text != (char)c)
		if (*text++ == '\0')
			return NULL;
	return (char *)text;
}

char *strstr(const char *text, const char *part)
{
	const size_t len = strlen(part);

	while (strncmp(text, part, len) != 0)
		if (*text++ == '\0')
			return NULL;
	return (char *)text;
}
