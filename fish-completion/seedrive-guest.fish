# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of seedrive-guest(8) for fish.

complete -c seedrive-guest -f
complete -c seedrive-guest -l device -r -F -d 'look at this device alone'
complete -c seedrive-guest -l ledger -x -a '(__fish_complete_directories)' -d 'note spent seeds there'
complete -c seedrive-guest -l ledger-persistent -d 'ledgers outlive the boot'
complete -c seedrive-guest -l no-drive-ledger -d 'do not write to the drive'
complete -c seedrive-guest -l no-efi-ledger -d 'leave the firmware alone'
complete -c seedrive-guest -l carry-over -r -F -d 'use what the last boot left'
complete -c seedrive-guest -l mix-carry-over -d 'do not credit that'
complete -c seedrive-guest -l save-carry-over -r -F -d 'leave one for the next boot'
complete -c seedrive-guest -l wait -x -d 'for drives'
complete -c seedrive-guest -l mix-only -d 'credit nothing'
complete -c seedrive-guest -l stock-credit -d 'credit a random_seed too'
complete -c seedrive-guest -l trust-device -d 'trust device and machine'
complete -c seedrive-guest -l stage -x -d 'for the status'
complete -c seedrive-guest -l dry-run -d 'change nothing'
complete -c seedrive-guest -l status -d 'what this boot came to'
complete -c seedrive-guest -l help -d 'print a summary, and exit'
complete -c seedrive-guest -l version -d 'print the version, and exit'
