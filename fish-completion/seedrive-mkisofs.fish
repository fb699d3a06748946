# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of seedrive-mkisofs(1) for fish. A long option has one dash or two.

# Options without a value.
for option in \
        joliet joliet-long rock rational-rock full-iso9660-filenames max-iso9660-filenames allow-lowercase \
        relaxed-filenames untranslated-filenames omit-version-number omit-period graft-points follow-links nobak \
        no-bak quiet version help ldots allow-leading-dots allow-multidot apple allow-limited-size cache-inodes \
        no-cache-inodes pad no-pad verbose debug gui disable-deep-relocation hide-rr-moved hide-joliet-trans-tbl \
        no-split-symlink-components no-split-symlink-fields check-oldnames force-rr no-rr no-emul-boot hard-disk-boot \
        no-boot boot-info-table norock joliet-utf16 ignore-error old-empty no-emul-toc no_rc
    complete -c seedrive-mkisofs -o $option -l $option
end
for option in J R r l U N d f L v D
    complete -c seedrive-mkisofs -s $option
end

# Options with a value that only the user knows.
for option in \
        appid publisher preparer sysid volset exclude old-exclude uid gid file-mode dir-mode new-dir-mode \
        boot-load-seg boot-load-size ucs-level rr_reloc_dir sort-weight
    complete -c seedrive-mkisofs -x -o $option -l $option
end
for option in A P p m x
    complete -c seedrive-mkisofs -x -s $option
end

# Options with a file.
for option in output log-file sort sort-weight-list sort-weight-patterns
    complete -c seedrive-mkisofs -r -F -o $option -l $option
end
complete -c seedrive-mkisofs -r -F -s o

# Options with one of a few words.
complete -c seedrive-mkisofs -x -s V -o volid -l volid -a 'config-2 cidata'
complete -c seedrive-mkisofs -x -o seed -l seed -a 'on mix off'
complete -c seedrive-mkisofs -x -o iso-level -l iso-level -a '1 2 3 4'
complete -c seedrive-mkisofs -x -o partition_cyl_align -l partition_cyl_align -a 'on all auto off'
complete -c seedrive-mkisofs -x -o stdio_sync -l stdio_sync -a 'on off end'
for option in input-charset output-charset jcharset
    complete -c seedrive-mkisofs -x -o $option -l $option -a utf-8
end
complete -c seedrive-mkisofs -x -n 'test (count (commandline -opc)) -le 1' -o as -a 'mkisofs genisoimage genisofs xorrisofs'
