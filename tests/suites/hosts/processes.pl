# SPDX-License-Identifier: MIT
#
# Processes, pipes, sleeps and signals, as scripts of perl use them.
use strict;
use warnings;
use IO::Handle;
use IPC::Open3;
use POSIX qw(:sys_wait_h :signal_h);
use Socket;
use Time::HiRes qw(sleep ualarm time);

STDOUT->autoflush(1);

# system, backquotes and pipes.
print "system ", system('exit 3;') >> 8, "\n";
print "system of a list ", system('sh', '-c', 'kill -TERM $$') & 127, "\n";
print "system of nothing ", system('/nonexistent'), "\n";
print "backquotes ", `echo from a shell`;
open my $reader, '-|', 'echo', 'from a pipe' or die $!;
print <$reader>;
close $reader;
open my $writer, '|-', 'tr a-z A-Z' or die $!;
print $writer "to a pipe\n";
close $writer;
open my $forked, '-|' or do { print "from a fork\n"; exit 5 };
print <$forked>;
close $forked;
print "status ", $? >> 8, "\n";
my $pid = open3(my $in, my $out, undef, 'sort');
print $in "b\na\n";
close $in;
print <$out>;
waitpid $pid, 0;

# Fifty children, each with an answer of its own.
my %answers;
for my $number (1 .. 50) {
  my $child = fork // die $!;
  POSIX::_exit($number) unless $child;
  $answers{$child} = $number;
}
my $right = 0;
while ((my $child = wait) > 0) {
  $right++ if $? >> 8 == $answers{$child};
}
print "$right children\n";

# Signals: each comes once, to whom it was sent.
my %seen;
$SIG{USR1} = $SIG{USR2} = sub { $seen{$_[0]}++ };
kill USR1 => $$ for 1 .. 100;
kill USR2 => $$ for 1 .. 7;
print "USR1 $seen{USR1} USR2 $seen{USR2}\n";
my $set = POSIX::SigSet->new(SIGUSR1);
my $before = POSIX::SigSet->new;
sigprocmask(SIG_BLOCK, $set, $before);
kill USR1 => $$ for 1 .. 3;
print "while blocked $seen{USR1}\n";
sigprocmask(SIG_SETMASK, $before);
print "after that $seen{USR1}\n";

# A sleep and a read that a signal interrupts; one that nothing does.
$SIG{ALRM} = sub { die "alarm\n" };
for my $wait (sub { sleep 60 }, sub { select undef, undef, undef, 60 }, sub { POSIX::pause() }) {
  ualarm 100_000;
  eval { $wait->() };
  print "interrupted by $@";
}
pipe my $from, my $to or die $!;
ualarm 100_000;
eval { sysread $from, my $text, 1 };
print "read interrupted by $@";
my $start = time;
sleep 0.2;
print "slept ", time - $start >= 0.2 ? "long enough" : "too short", "\n";

# A child stops, goes on, and is killed; a handler reaps it.
my @reaped;
$SIG{CHLD} = sub { while ((my $child = waitpid -1, WNOHANG) > 0) { push @reaped, $? } };
my $sleeper = fork // die $!;
unless ($sleeper) { sleep 60; exit }
kill $_ => $sleeper for qw(STOP CONT KILL);
sleep 0.01 until @reaped;
print "reaped @reaped\n";
$SIG{CHLD} = 'IGNORE';
print "ignored ", system('true'), "\n";
$SIG{CHLD} = 'DEFAULT';

# A pair of sockets between parent and child, and a server on a socket of the file system.
socketpair my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die $!;
if (fork // die $!) {
  close $theirs;
  $ours->autoflush(1);
  print $ours "ping\n";
  print scalar <$ours>;
} else {
  close $ours;
  my $line = <$theirs>;
  syswrite $theirs, "pong to $line";
  POSIX::_exit(0);
}
wait;
socket my $server, AF_UNIX, SOCK_STREAM, 0 or die $!;
bind $server, pack_sockaddr_un('socket') or die $!;
listen $server, 5 or die $!;
unless (fork // die $!) {
  socket my $client, AF_UNIX, SOCK_STREAM, 0 or die $!;
  connect $client, pack_sockaddr_un('socket') or die $!;
  syswrite $client, "a client\n";
  POSIX::_exit(0);
}
accept my $client, $server or die $!;
print "from ", <$client>;
wait;
unlink 'socket' or die $!;
mkdir 'folder' or die $!;
print "mkdir again: $!\n" unless mkdir 'folder';
print "unlink of nothing: $!\n" unless unlink 'nothing';

# At last another program in this one's place.
$SIG{ALRM} = 'DEFAULT';
my $same = $$;
exec 'sh', '-c', "test \$\$ = $same && echo the same process";
