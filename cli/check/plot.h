/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CHECK_PLOT_H
#define CLI_CHECK_PLOT_H

#include <stdbool.h>
#include <stdio.h>

/* A plot as inline SVG. What it looks like is the style sheet's: classes, no colours. */
struct plot {
	const char *id;    /* of the page, unique */
	const char *title; /* for who cannot see it: what it is, ... */
	const char *about; /* ... and what it shows; plain text */
	const char *x_label, *y_label;
	double left, right, bottom, top; /* the values at its edges */
	bool log;                        /* upwards: powers of ten; @bottom above 0 */
};

/** plot_begin - frame, labels and the ticks upwards. */
void plot_begin(const struct plot *p, FILE *to);

/** plot_tick - one along the bottom. */
void plot_tick(const struct plot *p, FILE *to, double x, const char *text);

/** plot_ticks - round numbers along the bottom, some @many of them. */
void plot_ticks(const struct plot *p, FILE *to, int many);

/** plot_bar - from @y0 to @y1; @text: what a pointer that rests on it is told. */
void plot_bar(const struct plot *p, FILE *to, double x0, double x1, double y0, double y1,
	const char *class, const char *text);

/** plot_across, plot_upright - a line at a value, from edge to edge; @text, or NULL, beside it. */
void plot_across(const struct plot *p, FILE *to, double y, const char *class);
void plot_upright(const struct plot *p, FILE *to, double x, const char *class, const char *text);

/** plot_dash - a short one, from @x0 to @x1. */
void plot_dash(const struct plot *p, FILE *to, double x0, double x1, double y, const char *class);

/** plot_point - a dot. */
void plot_point(const struct plot *p, FILE *to, double x, double y, const char *text);

/** plot_note - a few words above a value. */
void plot_note(const struct plot *p, FILE *to, double x, double y, const char *text);

void plot_end(FILE *to);

/** plot_round_up - the next number that a scale may well end at. */
double plot_round_up(double x);

#endif
