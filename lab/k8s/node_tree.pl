# Compares the node's file system with the one that it should have, and makes it so.
#   perl -e PROGRAM NODE IMAGE list            names what the node has and the image has not, or has otherwise: for tar,
#                                              with a zero byte behind each
#   perl -e PROGRAM NODE IMAGE restore GOLDEN PART
#                                              makes it so: what GOLDEN has comes before what IMAGE has; says what was
#                                              changed, and ends with 1 where something could not be. PART: /var, or
#                                              empty for all the rest
# All are folders that are the root of a file system. Nothing below NODE is opened through a link: folders are gone into
# one by one, each after it was seen to be one.
use strict;
use warnings;
use Fcntl qw(S_ISDIR S_ISLNK S_ISREG);

my ($node, $image, $mode, $golden, $part) = @ARGV;
# kind's entrypoint draws the machine's id anew at each start of the node, and the journal is found by it.
my %SKIP = map { $_ => 1 } qw(/proc /sys /dev /run /tmp /lost+found /.dockerenv /etc/hosts /etc/hostname
    /etc/resolv.conf /etc/machine-id);
my %PARTLY = map { $_ => 1 } qw(/var /var/lib /var/lib/kubelet);    # the rest of them is the business of others
my @LOCKED = qw(etc root home opt srv usr/local var/lib/etcd var/lib/kubelet/pki var/lib/kubelet/config.yaml);
my $failed = 0;

# What the node has mounted somewhere is no part of its file system; /var is a volume of the node's own.
if (open my $mounts, '<', "$node/proc/1/mountinfo") {
    while (<$mounts>) { $SKIP{ (split)[4] } = 1 }
    delete @SKIP{qw(/ /var)};
}

sub names {
    my ($folder) = @_;
    opendir my $open, $folder or return ();
    return grep { $_ ne '.' && $_ ne '..' } readdir $open;
}

sub look {
    my ($path) = @_;
    my @found = lstat $path or return undef;
    my %of;
    @of{qw(mode uid gid size mtime)} = @found[2, 4, 5, 7, 9];
    $of{link} = readlink $path if S_ISLNK($of{mode});
    return \%of;
}

sub same {
    my ($one, $two) = @_;
    return 0 if $one->{mode} != $two->{mode} || $one->{uid} != $two->{uid} || $one->{gid} != $two->{gid};
    return $one->{link} eq $two->{link} if S_ISLNK($one->{mode});
    return !S_ISREG($one->{mode}) || $one->{size} == $two->{size} && $one->{mtime} == $two->{mtime};
}

# The golden state is small, and what a learner is most likely to have changed: the content tells, and of etcd nothing.
sub same_content {
    my ($one, $two) = @_;
    return 0 if $part eq '/var';
    my @read;
    for my $path ($one, $two) {
        open my $file, '<', $path or return 0;
        push @read, do { local $/; <$file> } // '';
    }
    return $read[0] eq $read[1];
}

sub is_folder { return $_[0] && S_ISDIR($_[0]{mode}) }

sub run { return system({ $_[0] } @_) == 0 }

# A learner may have made a file or its folder immutable.
sub unlock {
    my ($path) = @_;
    my ($folder) = $path =~ m{^(.*)/};
    open my $said, '>&', \*STDERR;
    open STDERR, '>', '/dev/null';
    run('chattr', '-i', '-a', "$folder/.");
    run('chattr', '-R', '-i', '-a', $path) if !-l $path && -e _;
    open STDERR, '>&', $said;
    return;
}

sub put {
    my ($path, $from, $wanted, $found) = @_;
    unlock("$node$path");
    if (is_folder($wanted)) {
        run('rm', '-rf', '--', "$node$path") if $found && !is_folder($found);
        mkdir "$node$path";
        return chown($wanted->{uid}, $wanted->{gid}, "$node$path") && chmod $wanted->{mode} & 07777, "$node$path";
    }
    my $draft = "$node$path.lab" =~ s{/([^/]*)$}{/.$1}r;
    run('rm', '-rf', '--', $draft);
    run('cp', '-a', '-T', '--sparse=always', '--', $from, $draft) or return 0;
    run('rm', '-rf', '--', "$node$path") if is_folder($found);
    return rename $draft, "$node$path";
}

sub restore_one {
    my ($path) = @_;
    my $own = lstat "$golden$path";
    my $from = $own ? "$golden$path" : "$image$path";
    my ($wanted, $found) = (look($from), look("$node$path"));
    if (!$wanted) {
        unlock("$node$path");
        run('rm', '-rf', '--', "$node$path") or $failed = 1;
        print "removed $path\n";
    }
    elsif (!$found || !same($wanted, $found) || $own && S_ISREG($wanted->{mode}) && !same_content($from, "$node$path")) {
        put($path, $from, $wanted, $found) or $failed = 1, print STDERR "$path on the node cannot be put back: $!\n";
        print "restored $path\n";
    }
    restore($path) if is_folder($wanted);
    return;
}

sub restore {
    my ($folder) = @_;
    my %names = map { $_ => 1 } names("$golden$folder"), $PARTLY{ $folder || '/' } ? () : (names("$node$folder"), names("$image$folder"));
    for my $name (sort keys %names) {
        my $path = "$folder/$name";
        restore_one($path) unless $SKIP{$path} || $path eq '/var';
    }
    return;
}

sub list {
    my ($folder) = @_;
    for my $name (sort(names("$node$folder"))) {
        my $path = "$folder/$name";
        next if $SKIP{$path} || $path eq '/var';
        my ($found, $wanted) = (look("$node$path"), look("$image$path"));
        print substr($path, 1), "\0" if !$wanted || !same($wanted, $found);
        list($path) if is_folder($found);
    }
    return;
}

sub unlock_all {
    my @there = map {"$node/$_"} grep { ($part eq '/var') == m{^var/} } @LOCKED;
    open my $flags, '-|', 'sh', '-c', 'exec lsattr -Ra "$@" 2>/dev/null', 'sh', @there or return;
    while (<$flags>) {
        my ($set, $path) = /^(\S+) +(.*)$/ or next;
        run('chattr', '-i', '-a', $path) if $set =~ /[ia]/ && !-l $path;
    }
    return;
}

if ($mode eq 'list') { list('') }
else { $part ? restore_one($part) : restore(''); unlock_all() }
exit $failed;
