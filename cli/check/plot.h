/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CHECK_PLOT_H
#define CLI_CHECK_PLOT_H

#include <stdbool.h>
#include <stdio.h>

/* A plot as inline SVG. It has classes, no colours: the style sheet decides what it looks like. */
struct plot {
	const char *id;    /* unique in the page */
	const char *title; /* for screen readers: the name of the plot */
	const char *about; /* for screen readers: what the plot shows, in plain text */
	const char *x_label, *y_label;
	double left, right, bottom, top; /* the values at its edges */
	bool log; /* the vertical axis is logarithmic; @bottom must be above 0 */
};

/** plot_begin - draw the frame, the labels, and the ticks of the vertical axis. */
void plot_begin(const struct plot *p, FILE *to);

/** plot_tick - draw one tick of the horizontal axis. */
void plot_tick(const struct plot *p, FILE *to, double x, const char *text);

/** plot_ticks - draw about @many ticks of the horizontal axis, at round numbers. */
void plot_ticks(const struct plot *p, FILE *to, int many);

/** plot_bar - draw a bar from @y0 to @y1; @text: its tooltip. */
void plot_bar(const struct plot *p, FILE *to, double x0, double x1, double y0, double y1,
	const char *class, const char *text);

/** plot_across, plot_upright - draw a horizontal, or vertical, line through the plot; @text: beside it, or NULL. */
void plot_across(const struct plot *p, FILE *to, double y, const char *class);
void plot_upright(const struct plot *p, FILE *to, double x, const char *class, const char *text);

/** plot_dash - draw a horizontal line from @x0 to @x1. */
void plot_dash(const struct plot *p, FILE *to, double x0, double x1, double y, const char *class);

/** plot_point - draw a dot; @text: its tooltip. */
void plot_point(const struct plot *p, FILE *to, double x, double y, const char *text);

/** plot_note - write a few words above a value. */
void plot_note(const struct plot *p, FILE *to, double x, double y, const char *text);

void plot_end(FILE *to);

/** plot_round_up - the next round number at or above @x, for the end of an axis. */
double plot_round_up(double x);

#endif
