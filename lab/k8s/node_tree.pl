# Compares the node's file system with the one that it should have, and makes it so.
#   perl -e PROGRAM NODE IMAGE list            names what the node has and the image has not, or has otherwise: for tar,
#                                              with a zero byte behind each
#   perl -e PROGRAM NODE IMAGE restore GOLDEN PART
#                                              makes it so: what GOLDEN has comes before what IMAGE has; says what was
#                                              changed, and ends with 1 where something could not be. PART: /var, or
#                                              empty for all the rest
#   perl -e PROGRAM NODE IMAGE drift GOLDEN    changes nothing: says `added`, `changed` or `removed`, and the path, with a
#                                              zero byte behind each
# All are folders that are the root of a file system. Nothing below NODE is opened through a link: folders are gone into
# one by one, each after it was seen to be one.
use strict;
use warnings;
use Fcntl qw(S_ISDIR S_ISLNK S_ISREG);

my ($node, $image, $mode, $golden, $part) = @ARGV;
$part //= '';
# kind's entrypoint draws the machine's id anew at each start of the node, and the journal is found by it. kubectl keeps
# what it learns of the API in /root/.kube/cache.
my %SKIP = map { $_ => 1 } qw(/proc /sys /dev /run /tmp /lost+found /.dockerenv /etc/hosts /etc/hostname
    /etc/resolv.conf /etc/machine-id), $mode eq 'restore' ? () : qw(/root/.kube/cache /var/lib/etcd/member
    /var/lib/etcd/.golden);
# What containerd, the kubelet, the container network and the running system write by themselves.
$SKIP{"/var/$_"} = 1 for qw(lib/containerd lib/cni lib/systemd/random-seed lib/systemd/timers lib/systemd/catalog log/journal
    log/pods log/containers), map {"lib/kubelet/$_"} qw(pods plugins plugins_registry device-plugins pod-resources
    checkpoints image_manager usernamespaces actuated_pods_state allocated_pods_state cpu_manager_state memory_manager_state
    dra_manager_state);
# Nothing is in them right after `lab up`; of the image they may hold what belongs to this program's own container.
my %EMPTY = map { $_ => 1 } qw(/tmp /dev/shm /var/tmp);
# An older lab saved no more of /var than this.
my %PARTLY = map { $_ => 1 } $mode ne 'list' && !-e "$golden/run/whole" ? qw(/var /var/lib /var/lib/kubelet) : ();
my @LOCKED = qw(etc root home opt srv usr/local var/lib/etcd var/lib/kubelet/pki var/lib/kubelet/config.yaml);
my ($failed, %named) = 0;
# The helper has it, and the image has not.
my $OWN = '/etc/cks-lab-kubeconfig';

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
    return undef if $path eq "$image$OWN";
    my @found = lstat $path or return undef;
    my %of;
    @of{qw(mode uid gid size mtime ctime)} = @found[2, 4, 5, 7, 9, 10];
    $of{path} = $path;
    $of{link} = readlink $path if S_ISLNK($of{mode});
    return \%of;
}

# A file that neither was touched nor copied up by the overlay is the image's own: both times tell, and cost nothing.
sub same {
    my ($one, $two) = @_;
    return 0 if $one->{mode} != $two->{mode} || $one->{uid} != $two->{uid} || $one->{gid} != $two->{gid};
    return $one->{link} eq $two->{link} if S_ISLNK($one->{mode});
    return 1 if !S_ISREG($one->{mode});
    return 0 if $one->{size} != $two->{size} || $one->{path} =~ m{/var/lib/etcd/member/};    # etcd's is always put back
    return $one->{mtime} == $two->{mtime} && $one->{ctime} == $two->{ctime} || same_content($one->{path}, $two->{path});
}

sub same_content {
    open my $one, '<', $_[0] or return 0;
    open my $two, '<', $_[1] or return 0;
    while (1) {
        my ($more, $other) = map { sysread $_, my $read, 1 << 16; $read } $one, $two;
        return $more eq $other if $more eq '' || $more ne $other;
    }
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
    my $from = lstat "$golden$path" ? "$golden$path" : "$image$path";
    my ($wanted, $found) = ($EMPTY{$path =~ s{/[^/]*$}{}r} ? undef : look($from), look("$node$path"));
    return if !$wanted && !$found;
    my $differs = !$wanted ? 'added' : !$found ? 'removed' : same($wanted, $found) ? '' : 'changed';
    if ($mode eq 'drift') {
        print "$differs $path\0" if $differs;
        return if !$wanted || !is_folder($found);
    }
    elsif ($differs eq 'added') {
        unlock("$node$path");
        run('rm', '-rf', '--', "$node$path") or $failed = 1;
        print "removed $path\n";
    }
    elsif ($differs) {
        put($path, $from, $wanted, $found) or $failed = 1, print STDERR "$path on the node cannot be put back: $!\n";
        print "restored $path\n";
    }
    restore($path) if is_folder($wanted);
    return;
}

sub restore {
    my ($folder) = @_;
    my @of_image = $EMPTY{$folder} ? () : names("$image$folder");
    my %names = map { $_ => 1 } names("$golden$folder"), $PARTLY{ $folder || '/' } ? () : (names("$node$folder"), @of_image);
    for my $name (sort keys %names) {
        my $path = "$folder/$name";
        restore_one($path) unless $SKIP{$path} || $path eq '/var' || $path =~ m{/tmp/systemd-private-|^/dev/shm/LAB_SHELL=};
    }
    return;
}

# With the folders that lead there: tar makes those that it is not told of with modes of its own.
sub name_for_tar {
    my ($path) = @_;
    return if $path eq '' || $named{$path}++;
    name_for_tar($path =~ s{/[^/]*$}{}r);
    print substr($path, 1), "\0";
    return;
}

sub list {
    my ($folder) = @_;
    for my $name (sort(names("$node$folder"))) {
        my $path = "$folder/$name";
        next if $SKIP{$path} || $EMPTY{$folder};
        my ($found, $wanted) = (look("$node$path"), look("$image$path"));
        name_for_tar($path) if !$wanted || !same($wanted, $found);
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

if ($mode eq 'list') { list(''); exit }
if ($part eq '') { restore($_) for '', '/tmp', '/dev/shm' }
restore_one('/var') if $part eq '/var' || $mode eq 'drift';
for my $name ($mode eq 'drift' ? qw(hosts resolv.conf) : ()) {
    next if !-f "$golden/run/$name" || same_content("$golden/run/$name", "$node/etc/$name");
    print "changed /etc/$name\0";
}
unlock_all() if $mode eq 'restore';
exit $failed;
