# Runs a command in the helper container: perl -e PROGRAM COMMAND...
# Standard input begins with a line that has a number, then come so many bytes, which the command reads. What follows
# never comes: when standard input ends, whoever asked is gone, and all that the command started is ended. The engine
# itself ends nothing that it runs in a container.
use strict;
use warnings;
use POSIX ();

# The folders of /run in which the node's services listen.
for my $name (split ' ', $ENV{LAB_NODE_SOCKETS} // '') {
    next if -l "/run/$name";
    rename "/run/$name", "/run/$name.own";
    symlink "/proc/1/root/run/$name", "/run/$name";
}

sub input {
    my ($size, $text) = ('', '');
    while (1) {
        sysread STDIN, my $digit, 1 or exit 1;
        last if $digit eq "\n";
        $size .= $digit;
    }
    while (length $text < $size) {
        sysread STDIN, $text, $size - length $text, length $text or exit 1;
    }
    open my $file, '+>', undef or die "a temporary file: $!\n";
    syswrite $file, $text;
    sysseek $file, 0, 0;
    return $file;
}

# The processes of a session, by the field behind the name, which may hold anything: state parent group session.
sub members {
    my ($session) = @_;
    my @found;
    for my $file (glob '/proc/[0-9]*/stat') {
        open my $stat, '<', $file or next;
        my $fields = do { local $/; <$stat> } // '';
        $fields =~ s/^.*\) //s;
        my ($state, undef, undef, $of) = split ' ', $fields;
        push @found, $file =~ m{(\d+)} if ($of // 0) == $session && $state ne 'Z';
    }
    return @found;
}

# Ends the command and all that it started. What still runs 0.5 s after SIGTERM is killed, but not the command itself,
# which may be at tidying up: that, and what it starts for it, has 3 s.
sub end_all {
    my ($session) = @_;
    my %asked = map { $_ => $_ != $session } members($session);
    kill TERM => keys %asked;
    for my $tenth (1 .. 30) {
        select undef, undef, undef, 0.1;
        my @left = members($session) or return;
        kill KILL => grep { $asked{$_} } @left if $tenth == 5;
    }
    kill KILL => members($session);
    return;
}

my $input = input();
my $command = fork // die "fork: $!\n";
if (!$command) {
    POSIX::setsid();
    open STDIN, '<&', $input or die "input: $!\n";
    exec { $ARGV[0] } @ARGV or POSIX::_exit(127);
}
my $guard = fork // die "fork: $!\n";
if (!$guard) {
    open STDOUT, '>', '/dev/null';
    open STDERR, '>', '/dev/null';
    1 while sysread STDIN, my $rest, 4096;
    $SIG{TERM} = 'IGNORE';    # the command ends before those that it started
    end_all($command);
    POSIX::_exit(0);
}
waitpid $command, 0;
my $status = $?;
kill TERM => $guard;
waitpid $guard, 0;
exit($status & 127 ? 128 + ($status & 127) : $status >> 8);
