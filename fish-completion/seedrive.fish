# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of seedrive(1) for fish.

# __seedrive_list NAME...: completes the last piece of a list of these names, separated by commas.
function __seedrive_list
    set -l before (string match -r '^(?:--[a-z-]+=)?(.*,)' -- (commandline -ct))[2]
    printf '%s\n' $before$argv
end

# __seedrive_of COMMAND...: is the command on the line one of these?
function __seedrive_of
    set -l words (commandline -opc)
    contains -- "$words[2]" $argv
end

# Has the line no command yet?
function __seedrive_alone
    test (count (commandline -opc)) -eq 1
end

set -l sources rdseed rdrand tpm hwrng egd: file: jitter kernel

complete -c seedrive -f
complete -c seedrive -n __seedrive_alone -a build -d 'a metadata tree becomes a seeded config drive'
complete -c seedrive -n __seedrive_alone -a reseed -d 'a fresh seed for an existing drive, in place'
complete -c seedrive -n __seedrive_alone -a inspect -d 'verify and describe a drive'
complete -c seedrive -n __seedrive_alone -a draw -d 'a seed, or any number of bytes'
complete -c seedrive -n __seedrive_alone -a sources -d 'what this host offers, and what each source is worth'
complete -c seedrive -n __seedrive_alone -a check -d 'health and statistics of live sources'
complete -c seedrive -n __seedrive_alone -a config -d 'the configuration, as the tools read it'
complete -c seedrive -n __seedrive_alone -a serve -d 'the daemon'
complete -c seedrive -n __seedrive_alone -l version -d 'print the version, and exit'
complete -c seedrive -s h -l help -d 'print a summary, and exit'

# Options that several commands share.
complete -c seedrive -n '__seedrive_of build reseed draw sources' -l source -x -a "(__seedrive_list broker $sources)" -d 'draw from these'
complete -c seedrive -n '__seedrive_of serve' -l source -x -a "(__seedrive_list $sources)" -d 'draw from these'
complete -c seedrive -n '__seedrive_of build reseed draw' -l require -x -a '(__seedrive_list hardware none broker rdseed rdrand tpm hwrng egd file jitter kernel)' -d 'fail unless these passed'
complete -c seedrive -n '__seedrive_of build reseed draw' -l bits -x -d 'strength to claim'
complete -c seedrive -n '__seedrive_of build reseed draw sources check config serve' -l config -r -F -d 'read this file instead of the usual ones'
complete -c seedrive -n '__seedrive_of build reseed draw inspect sources check config serve' -l json -d 'in JSON'
complete -c seedrive -n '__seedrive_of build reseed draw' -s q -l quiet -d 'say nothing unless something is wrong'
complete -c seedrive -n '__seedrive_of build reseed draw' -s v -l verbose -d 'say what each source gave'
complete -c seedrive -n '__seedrive_of build draw' -s o -l output -r -F -d 'where it goes'
complete -c seedrive -n '__seedrive_of draw check' -s n -l bytes -x -d 'number of bytes'
complete -c seedrive -n '__seedrive_of build reseed' -l ttl -x -d 'the seed expires after this time'
complete -c seedrive -n '__seedrive_of reseed inspect' -l no-links -d 'refuse a path with a symbolic link'
complete -c seedrive -n '__seedrive_of reseed inspect' -F

complete -c seedrive -n '__seedrive_of build' -l label -x -a 'config-2 cidata' -d 'the volume label'
complete -c seedrive -n '__seedrive_of build' -l publisher -x -d 'for the volume descriptor'
complete -c seedrive -n '__seedrive_of build' -l bind -x -a 'auto none' -d 'the machine whose guest may credit the seed'
complete -c seedrive -n '__seedrive_of build' -l user-data -r -F -d 'in place of DIR'
complete -c seedrive -n '__seedrive_of build' -l meta-data -r -F -d 'in place of DIR'
complete -c seedrive -n '__seedrive_of build' -l network-config -r -F -d 'in place of DIR'
complete -c seedrive -n '__seedrive_of build' -l batch -r -F -d 'many drives, by this list'
complete -c seedrive -n '__seedrive_of build' -l jobs -x -d 'drives to build at once'
complete -c seedrive -n '__seedrive_of build' -l force -d 'overwrite a device even if it holds data'
complete -c seedrive -n '__seedrive_of build' -l seed -x -a 'on mix off' -d 'whether there is one'
complete -c seedrive -n '__seedrive_of build' -a '(__fish_complete_directories)'

complete -c seedrive -n '__seedrive_of reseed' -l bind -x -a none -d 'bind the seed anew'
complete -c seedrive -n '__seedrive_of inspect' -l min-bits -x -d 'exit with 3 unless the seed claims this many bits'
complete -c seedrive -n '__seedrive_of draw' -l format -x -a 'raw hex base64 record' -d 'in which form'
complete -c seedrive -n '__seedrive_of check' -l report -r -F -d 'a page with plots'
complete -c seedrive -n '__seedrive_of check' -l restart -d 'open and close each source 1000 times'
complete -c seedrive -n '__seedrive_of check' -l raw -r -F -d 'keep the sample'
complete -c seedrive -n '__seedrive_of check' -l min-estimate -x -d 'least bits a byte'
complete -c seedrive -n '__seedrive_of check' -a "$sources"
complete -c seedrive -n '__seedrive_of config' -a check
complete -c seedrive -n '__seedrive_of serve' -l socket -r -F -d 'where to listen'
complete -c seedrive -n '__seedrive_of serve' -l reservoir -x -d 'blocks to keep in stock'
complete -c seedrive -n '__seedrive_of serve' -l rate -x -d 'blocks a second for one user'
complete -c seedrive -n '__seedrive_of serve' -l burst -x -d 'blocks at once for one user'
complete -c seedrive -n '__seedrive_of serve' -l status -d 'print the state of the running daemon'
