# Tells of files of the node as one of its processes sees them: each path is looked up below /proc/PROCESS/root, so that
# links lead where they lead for that process, and nothing is run but this program.
# Standard input, a line an ask: NUMBER PROCESS LIMIT DEEP PATH. DEEP 1: of a folder, the files in it too.
# Standard output, in lines that begin with the ask's number; paths and contents in hexadecimal digits:
#   entry NAME | way KIND MTIME CTIME PATH TARGET | found KIND CUT CONTENT | missing | error WHY | end
# "way" is a line for each folder and link that leads to the file, and for the file itself; "entry" begins a file of a
# folder that is asked for with what is in it.
use strict;
use warnings;
use Fcntl qw(:mode O_RDONLY O_NONBLOCK O_NOFOLLOW);
use POSIX ();

my %STATX = (x86_64 => 332, aarch64 => 291);    # perl-base has no Time::HiRes, so statx(2) tells parts of seconds
my $CALL  = $STATX{ (POSIX::uname())[4] } or die "no system calls known\n";
my ($HERE, $NOFOLLOW, $BASIC) = (-100, 0x100, 0x7ff);
my ($MOST_LINKS, $MOST_ENTRIES, $SECONDS) = (40, 1000, 15);

sub hex_of { return unpack 'H*', $_[0] }

# Kind, mtime and ctime of a path, not following a link at its end; nothing, and $!, when it cannot be looked at.
sub look {
    my ($path) = @_;
    my ($name, $buffer) = ("$path", "\0" x 256);
    return if syscall($CALL, $HERE, $name, $NOFOLLOW, $BASIC, $buffer) < 0;
    my $mode = unpack 'x28 S', $buffer;
    my @ctime = unpack 'x96 q L', $buffer;
    my @mtime = unpack 'x112 q L', $buffer;
    my $kind = S_ISREG($mode) ? 'file' : S_ISDIR($mode) ? 'directory' : S_ISLNK($mode) ? 'link' : 'other';
    return [$kind, map { sprintf '%d.%09d', @$_ } \@mtime, \@ctime];
}

# The place that a path leads to and its kind, after telling of the way there; nothing, and $!, when it leads nowhere.
sub walk {
    my ($path, $tell) = @_;
    my @names = split m{/}, $path;
    my ($at, $kind, $links) = ('', 'directory', 0);
    my $root = look('/') or return;
    $tell->("way @$root " . hex_of('/') . ' ');
    while (@names) {
        my $name = shift @names;
        next if $name eq '' || $name eq '.';
        if ($name eq '..') { $at =~ s{/[^/]*\z}{}; next }
        my $seen = look("$at/$name") or return;
        my $target = $seen->[0] eq 'link' ? readlink "$at/$name" : '';
        return unless defined $target;
        $tell->("way @$seen " . hex_of("$at/$name") . ' ' . hex_of($target));
        if ($seen->[0] eq 'link') {
            if (++$links > $MOST_LINKS) { $! = POSIX::ELOOP(); return }
            $at = '' if $target =~ m{^/};
            unshift @names, split m{/}, $target;
            $kind = 'directory';
            next;
        }
        ($at, $kind) = ("$at/$name", $seen->[0]);
    }
    return (length $at ? $at : '/', $kind);
}

# Up to LIMIT bytes of a file, and whether there are more; nothing, and $!, when it cannot be read.
sub content {
    my ($path, $limit) = @_;
    sysopen my $file, $path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW or return;
    my $content = '';
    while (length $content <= $limit) {
        my $length = sysread $file, $content, $limit + 1 - length $content, length $content;
        return unless defined $length;
        last unless $length;
    }
    my $cut = length $content > $limit ? 1 : 0;
    return (substr($content, 0, $limit), $cut);
}

sub failed {
    my ($tell) = @_;
    my $nowhere = grep { $! == $_ } POSIX::ENOENT(), POSIX::ENOTDIR(), POSIX::ELOOP(), POSIX::ENAMETOOLONG();
    return $tell->($nowhere ? 'missing' : 'error ' . hex_of("$!"));
}

sub file {
    my ($path, $limit, $deep, $tell) = @_;
    my ($place, $kind) = walk($path, $tell) or return failed($tell);
    my ($content, $cut) = $kind eq 'file' ? content($place, $limit) : ('', 0);
    return failed($tell) unless defined $content;
    my @entries;
    if ($kind eq 'directory' && $deep) {
        opendir my $folder, $place or return failed($tell);
        @entries = sort grep { $_ ne '.' && $_ ne '..' } readdir $folder;
        if (@entries > $MOST_ENTRIES) { $cut = 1; splice @entries, $MOST_ENTRIES }
    }
    $tell->("found $kind $cut " . hex_of($content));
    for my $entry (@entries) {
        $tell->('entry ' . hex_of($entry));
        file("$path/$entry", $limit, 0, $tell);
    }
}

my %asks;
while (my $line = <STDIN>) {
    my ($number, $process, $limit, $deep, $path) = split ' ', $line;
    push @{ $asks{$process} }, [$number, pack('H*', $path // ''), $limit, $deep];
}
for my $process (sort keys %asks) {    # in a process of its own each: there is no way out of a chroot
    next if fork;
    alarm $SECONDS;
    my $why = chroot("/proc/$process/root") && chdir('/') ? '' : "$!";
    for my $ask (@{ $asks{$process} }) {
        my ($number, $path, $limit, $deep) = @$ask;
        my $text = '';
        my $tell = sub { $text .= "$number $_[0]\n" };
        $why ? $tell->('error ' . hex_of("what the process $process sees cannot be looked at: $why")) : file($path, $limit, $deep, $tell);
        $tell->('end');
        while (length $text) { substr $text, 0, syswrite(STDOUT, $text) // exit(1), '' }
    }
    exit 0;
}
1 while wait > 0;
