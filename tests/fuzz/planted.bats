#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `make check-planted`: can the fuzz targets find anything?

bats_require_minimum_version 1.5.0

@test "fuzz: each target finds an off-by-one planted in its parser" {
	run -0 "$BATS_TEST_DIRNAME/planted"
	[ "$(grep -c ': found by fuzz_.* in run ' <<<"$output")" -eq 35 ]
	for file in util/wire/record.c iso/read.c util/json.c util/utf8.c seed/mix.c guest/base64.c guest/text.c guest/refresh/reply.c guest/refresh/vendor.c cli/config/file.c \
		seed/source/tpm_packet.c util/wire/broker.c serve/handout.c cli/mkisofs_paths.c util/wire/egd.c serve/egd.c \
		drive/image.c drive/owned.c drive/reseed.c util/wire/policy.c serve/peer.c util/wire/http.c \
		util/wire/http_body.c serve/web_request.c serve/member.c; do
		grep -q "^$file: .*: found by" <<<"$output"
	done
}
