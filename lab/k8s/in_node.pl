# Enters a folder of the node: perl -e PROGRAM [-p] FOLDER COMMAND...
# The command is a program of the helper's, with the helper's libraries; its working folder is the node's, found as the
# node finds it, whatever links lead there. -p makes the folder first. With COMMAND `< FILE`, prints a file of the node.
# Ends with 44 where the folder or the file is not there.
use strict;
use warnings;

my $make = $ARGV[0] eq '-p' && shift;
my ($folder, @command) = @ARGV;
my $missing = 44;

sub refuse {
    my ($path) = @_;
    my $code = $!{ENOENT} ? $missing : 1;
    print STDERR "$path on the node: $!\n";
    exit $code;
}

opendir my $own, '/' or die "/: $!\n";
chroot '/proc/1/root' and chdir '/' or die "the node's files: $!\n";
if ($make) {
    my $path = '';
    for my $part (grep {length} split m{/}, $folder) { mkdir $path .= "/$part" }
}
chdir $folder or refuse($folder);
if ($command[0] eq '<') {
    open my $file, '<', $command[1] or refuse("$folder/$command[1]");
    -f $file or die "$folder/$command[1] on the node is no file\n";
    my $content = do { local $/; <$file> };
    print $content // '';
    exit 0;
}
opendir my $there, '.' or refuse($folder);
$ENV{PWD} = '/proc/self/cwd';    # a shell cannot find its way up from there to its own root
chdir $own and chroot '.' and chdir $there or die "$folder: $!\n";
exec { $command[0] } @command or die "$command[0]: $!\n";
