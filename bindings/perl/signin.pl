#!/usr/bin/perl
# signin PROFILE: prints the header for a request to the API. Where a person must sign in for it, prints the address to
# open in a browser, and reads the one that the browser ends at.
use strict;
use warnings;
use Encode qw(decode);
use FindBin;
use lib $FindBin::Bin;
use LibOAuth ':all';

binmode $_, ':encoding(UTF-8)' for *STDIN, *STDOUT, *STDERR;
$| = 1;

my %WHAT_TO_DO = (
    OAUTH_ACTION_NONE, 'send the request that waits: the profile has http = "caller".',
    OAUTH_ACTION_RETRY, 'try again later.',
    OAUTH_ACTION_SIGN_IN, 'start again, and sign in.',
    OAUTH_ACTION_FIX, 'mend the configuration; trying again will not help.',
);

sub sign_in {
    my ($client) = @_;
    print $client->build_authorize_url, "\n";
    my $answer = <STDIN>;
    $client->exchange_code(defined $answer ? $answer : '');
    return $client->bearer_header;
}

sub main {
    my ($profile) = @_;
    my $client = LibOAuth->open($profile);
    my $header = eval { $client->bearer_header };
    if (!defined $header) {
        die $@ unless LibOAuth::Error::code($@) == OAUTH_ERROR_SIGN_IN;
        $header = sign_in($client);
    }
    print "$header\n";
}

if (@ARGV != 1) {
    print STDERR "usage: signin.pl PROFILE\n";
    exit 1;
}
eval { main(decode('UTF-8', $ARGV[0])); 1 } and exit 0;
my $error = $@;
die $error unless LibOAuth::Error::code($error);
printf STDERR "error %d: %s\nWhat to do: %s\n", $error->code, $error->text, $WHAT_TO_DO{$error->action};
exit 1;
