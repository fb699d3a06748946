# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of seedrive-guest(8) for fish.

set --local add complete -c seedrive-guest
$add -f
$add -l device -r -F -d 'look at this device alone'
$add -l ledger -x -a '(__fish_complete_directories)' -d 'note spent seeds there'
$add -l ledger-persistent -d 'ledgers outlive the boot'
$add -l no-drive-ledger -d 'do not write to the drive'
$add -l no-efi-ledger -d 'leave the firmware alone'
$add -l carry-over -r -F -d 'use what the last boot left'
$add -l mix-carry-over -d 'do not credit that'
$add -l save-carry-over -r -F -d 'leave one for the next boot'
$add -l wait -x -d 'for drives'
$add -l mix-only -d 'credit nothing'
$add -l stock-credit -d 'credit a random_seed too'
$add -l trust-device -d 'trust device and machine'
$add -l stage -x -d 'for the status'
$add -l dry-run -d 'change nothing'
$add -l status -d 'what this boot came to'
$add -l help -d 'print a summary, and exit'
$add -l version -d 'print the version, and exit'
