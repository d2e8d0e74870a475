# Tells of changes on the node, in lines: `ready` once it listens, `files PATH`, `containers TOPIC`.
# Arguments: the node's root as the helper sees it, and the paths to watch, as the node has them. It ends when its standard input does: the engine closes that when its client is gone,
# and ends nothing itself. Perl's base is on every Debian system, so the node needs no package for this.
use strict;
use warnings;
use POSIX ();

$0 = 'cks-lab: tells of changes';    # for who looks at the node's processes

my %CALLS = (x86_64 => [294, 254, 255, 157], aarch64 => [26, 27, 28, 167]);
my ($INIT, $ADD, $REMOVE, $PRCTL) = @{ $CALLS{ (POSIX::uname())[4] } or die "no system calls known\n" };
my ($NONBLOCK_CLOEXEC, $DEATH_SIGNAL, $SIGTERM) = (02004000, 1, 15);
my ($ATTRIB, $CLOSE_WRITE, $MOVED_FROM, $MOVED_TO) = (0x4, 0x8, 0x40, 0x80);
my ($CREATE, $DELETE, $DELETE_SELF, $MOVE_SELF) = (0x100, 0x200, 0x400, 0x800);
my ($OVERFLOW, $IGNORED, $IS_DIRECTORY) = (0x4000, 0x8000, 0x40000000);
my $WANTED = $ATTRIB | $CLOSE_WRITE | $MOVED_FROM | $MOVED_TO | $CREATE | $DELETE | $DELETE_SELF | $MOVE_SELF;
my $TREE = $CREATE | $DELETE | $MOVED_FROM | $MOVED_TO;    # of a folder: other folders may be there to watch
my $MOST = 2000;                                           # folders; a learner may unpack something large
my $NOISE = qr{/\.kube/cache(?:/|$)|/\.bash_history|/\.[^/]*\.sw[a-z]$|/\.viminfo|/\.lesshst|/4913$};
my @CONTAINERS = ('ctr', '-n', 'k8s.io', 'events', 'topic~="^/(tasks/(start|exit|paused|resumed)|images/)"');

my ($node, @roots) = @ARGV;
my (%path_of, $ctr, $pid);
my ($since, $lost) = (0, 1);    # when the listening to containerd began, and whether something may have been missed
my $notify = syscall($INIT, $NONBLOCK_CLOEXEC);
die "inotify: $!\n" if $notify < 0;
open my $inotify, '<&=', $notify or die "inotify: $!\n";
opendir my $own, '/' or die "/: $!\n";
$node eq '/' or chroot $node and chdir '/' or die "the node's files: $!\n";    # links lead where they lead on the node
$SIG{PIPE} = 'IGNORE';
$SIG{$_} = sub { exit 0 } for qw(TERM INT HUP);
END { kill TERM => $pid if $pid }

sub tell_all {
    my ($lines) = @_;
    my $text = join '', map {"$_\n"} map { s/[^\x20-\x7e]/?/gr } @$lines;
    exit 0 if length $text && !defined syswrite STDOUT, $text;
}

# Watches a path, and with $deep the folders below it. Watching it again changes nothing.
sub watch {
    my ($path, $deep) = @_;
    return if $path =~ $NOISE || keys %path_of >= $MOST;
    my $name = "$path";
    my $number = syscall($ADD, $notify, $name, $WANTED);
    return if $number < 0;
    $path_of{$number} = $path;
    return unless $deep && !-l $path && opendir(my $folder, $path);
    for my $entry (readdir $folder) {
        next if $entry eq '.' || $entry eq '..';
        watch("$path/$entry", 1) if !-l "$path/$entry" && -d _;
    }
}

# Watches all roots, and the folders that lead to them, in which they may come back.
sub watch_all {
    my %before = %path_of;
    %path_of = ();
    for my $root (@roots) {
        watch($root, 1);
        for (my $above = $root; $above =~ s{/[^/]*$}{};) { watch($above eq '' ? '/' : $above, 0) }
    }
    syscall($REMOVE, $notify, $_ + 0) for grep { !$path_of{$_} } keys %before;
}

sub concerns {
    my ($path) = @_;
    return 0 if $path =~ $NOISE;
    return scalar grep { $path eq $_ || index($path, "$_/") == 0 || index($_, "$path/") == 0 } @roots;
}

sub files {
    my ($tree, %changed) = 0;
    while (sysread $inotify, my $events, 65536) {
        while (length $events >= 16) {
            my ($watch, $mask, undef, $length) = unpack 'iIII', $events;
            my $name = unpack 'Z*', substr $events, 16, $length;
            substr $events, 0, 16 + $length, '';
            my $folder = $path_of{$watch};
            $changed{''} = $tree = 1 if $mask & $OVERFLOW;
            next unless defined $folder;
            my $path = length $name ? ($folder eq '/' ? '' : $folder) . "/$name" : $folder;
            next unless concerns($path);
            $tree = 1 if $mask & ($DELETE_SELF | $MOVE_SELF | $IGNORED) || $mask & $IS_DIRECTORY && $mask & $TREE;
            $tree = 1 if $mask & $TREE && grep { $_ eq $path } @roots;
            $changed{$path} = 1 unless $mask & $IGNORED;
        }
    }
    watch_all() if $tree;
    tell_all([map {"files $_"} sort keys %changed]);
}

sub listen_to_containers {
    $pid = open $ctr, '-|';
    $since = time;
    return unless defined $pid;
    if (!$pid) {
        syscall($PRCTL, $DEATH_SIGNAL, $SIGTERM, 0, 0, 0);
        open STDIN, '<', '/dev/null';
        open STDERR, '>', '/dev/null';
        $node eq '/' or chdir $own and chroot '.' or POSIX::_exit(127);    # ctr is the helper's
        exec @CONTAINERS or POSIX::_exit(127);
    }
}

# Of a process that was run inside a container the end is told too, with an id of its own: nothing has changed then.
sub containers {
    my $length = sysread $ctr, my $text, 65536;
    if (!$length) {    # containerd has stopped
        close $ctr;
        ($ctr, $pid) = ();
        tell_all(['containers away']) unless $lost;
        $lost = 1;
        return;
    }
    my %topics;
    for (split /\n/, $text) {
        next if /"container_id":"([^"]*)","id":"([^"]*)"/ && $1 ne $2;
        $topics{ m{ (/(?:tasks|images)/\w+) } ? $1 : 'changed' } = 1;
    }
    tell_all([map {"containers $_"} sort keys %topics]);
}

# At the start and after containerd was away: start listening each second until it lasts for one, then say that things
# may differ.
sub settle {
    return if time <= $since;
    return listen_to_containers() unless $ctr;
    $lost = 0;
    tell_all(['containers again']);
}

watch_all();
listen_to_containers();
tell_all(['ready']);
while (1) {
    my $ready = '';
    vec($ready, fileno $_, 1) = 1 for grep {defined} \*STDIN, $inotify, $ctr;
    next if select($ready, undef, undef, $lost ? 1 : undef) < 0;
    last if vec($ready, fileno STDIN, 1) && !sysread STDIN, my $said, 4096;
    files() if vec $ready, fileno $inotify, 1;
    containers() if $ctr && vec $ready, fileno $ctr, 1;
    settle() if $lost;
}
