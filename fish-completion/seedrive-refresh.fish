# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of seedrive-refresh(8) for fish.

complete -c seedrive-refresh -f
complete -c seedrive-refresh -l url -x -d 'in place of the metadata service'
complete -c seedrive-refresh -l uuid -x -a any -d 'the instance that a record must be for'
complete -c seedrive-refresh -l timeout -x -d 'of a fetch'
complete -c seedrive-refresh -l watch -d 'stay, and notice clones and restores'
complete -c seedrive-refresh -l device -r -F -d 'watch this one'
complete -c seedrive-refresh -l hooks -x -a '(__fish_complete_directories)' -d 'programs to run then'
complete -c seedrive-refresh -l hook-timeout -x -d 'of each hook'
complete -c seedrive-refresh -l hooks-on-disruption -d 'run hooks where a live migration looks the same, too'
complete -c seedrive-refresh -l help -d 'print a summary, and exit'
complete -c seedrive-refresh -l version -d 'print the version, and exit'
