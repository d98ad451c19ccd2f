# The mistakes of ../c/mistakes.c by LibOAuth.pm.
use strict;
use warnings FATAL => 'all';
use threads;
use utf8;
use FFI::Platypus::Buffer qw(grow scalar_to_pointer);
use LibOAuth ':all';

binmode STDOUT, ':encoding(UTF-8)';
use constant WORDS => "L\x{f6}hne f\x{fc}r \x{c6}r\x{f8} \x{65e5}\x{672c} \x{1f511}";

sub came_back {
    my ($name, $text) = @_;
    print "$name 0 0 $text\n";
}

sub failed {
    my ($name, $error) = @_;
    print join(' ', $name, $error->code, $error->action, $error->text), "\n";
}

sub fails {
    my ($name, $function) = @_;
    eval { $function->(); 1 } and return print "$name did not fail\n";
    failed($name, $@);
}

# By the C function of that name.
sub answers {
    my ($name, $function, @arguments) = @_;
    failed($name, LibOAuth::Error->last(LibOAuth::Functions->can($function)->(@arguments)));
}

sub scope {
    my ($client, $text) = @_;
    $client->set(OAUTH_SCOPE, $text);
    return $client->get(OAUTH_SCOPE);
}

# Threads that fail in two ways at once are told their own sentence each.
sub told_its_own {
    my ($number) = @_;
    my $client = LibOAuth->new;
    my $right = 0;
    for (1 .. 100) {
        eval { $client->set($number % 2 ? OAUTH_PKCE : 99999, 'sometimes') };
        $right++ if index($@->text, $number % 2 ? 'pkce' : '99999') == 0;
    }
    return $right == 100;
}

sub threads_told {
    my @threads = map { threads->create({ context => 'scalar' }, \&told_its_own, $_) } 0 .. 7;
    return scalar grep { $_->join } @threads;
}

# The program's own HTTP: answers are bytes, or characters that become UTF-8.
sub own_http {
    my ($type, $url) = ("Content-Type: application/json\r\n", 'https://api.example/me');
    my $client = LibOAuth->new;
    $client->set(OAUTH_HTTP, 'caller');
    $client->set(OAUTH_TOKEN_ENDPOINT, 'https://tokens.example/token');
    $client->set(OAUTH_CLIENT_ID, 'a client');
    $client->set(OAUTH_CLIENT_AUTH, 'none');
    fails('needed', sub { $client->request_token('client_credentials') });
    came_back('method', $client->http_request(OAUTH_REQUEST_METHOD));
    came_back('url', $client->http_request(OAUTH_REQUEST_URL));
    came_back('content', $client->http_request(OAUTH_REQUEST_CONTENT));
    fails('bytes', sub { $client->http_response(200, $type, "{\"access_token\":\"t\0w\xff\"}") });
    eval { $client->request_token('client_credentials') };
    my $json = '{"access_token":"one","expires_in":3600,"who":{"name":"' . WORDS . '"}}';
    came_back('taken', $client->http_response(200, $type, $json));
    came_back('token', $client->access_token);
    came_back('member', $client->field(OAUTH_FIELD_TOKEN, 'who.name'));
    fails('no_member', sub { $client->field(OAUTH_FIELD_TOKEN, 'who.else') });
    came_back('headers', $client->request_headers('GET', $url) =~ s/\r.*//sr);
    came_back('again', $client->api_response($url, 401, ''));
    fails('rejected', sub { $client->bearer_header });
    fails('busy', sub { $client->http_response(503, "Retry-After: 7\r\n", '') });
    came_back('retry_after', $client->get(OAUTH_RETRY_AFTER));
    exit 0;
}

# All that there is, each function with zeros and NULLs.
sub all_there_is {
    my $sum = 0;
    $sum += $_ for values %LibOAuth::Functions::CONSTANTS;
    print join(' ', 'constants', scalar keys %LibOAuth::Functions::CONSTANTS, $sum), "\n";
    for my $name (sort keys %LibOAuth::Functions::FUNCTIONS) {
        my @nothing = map { $_ eq 'sint32' ? 0 : undef } @{ $LibOAuth::Functions::FUNCTIONS{$name} };
        my $answer = LibOAuth::Functions->can($name)->(@nothing);
        print "$name ", $answer < 0 ? $answer : 0, "\n";
    }
    exit 0;
}

all_there_is() if @ARGV && $ARGV[0] eq 'all';
own_http() if @ARGV;
my $client = LibOAuth->new;
my $closed = LibOAuth->new;
my $stale = $closed->handle;
$closed->close;
answers('stale', 'oauth_refresh', $stale);
fails('closed', sub { $closed->refresh });
$client->set(OAUTH_CLIENT_ID, 'a client');
my $buffer = '';
grow($buffer, 64);
answers('short_buffer', 'oauth_get', $client->handle, OAUTH_CLIENT_ID, scalar_to_pointer($buffer), 4);
my $large = 'x' x 100_000;
came_back('grown', scope($client, $large) eq $large ? length $large : 'another text');
fails('unknown_profile', sub { LibOAuth->open('no-such-profile') });
fails('no_code', sub { $client->exchange_code('') });
fails('wrong_code', sub { $client->exchange_code('not-a-code') });
fails('value', sub { $client->set(OAUTH_PKCE, 'sometimes') });
fails('property', sub { $client->set(99999, 'x') });
answers('length', 'oauth_set', $client->handle, OAUTH_SCOPE, 'x', -7);
answers('not_utf_8', 'oauth_set', $client->handle, OAUTH_SCOPE, "\xff\xfe", OAUTH_NUL_TERMINATED);
fails('null', sub { $client->set(OAUTH_SCOPE, undef) });
answers('null_buffer', 'oauth_get', $client->handle, OAUTH_CLIENT_ID, undef, 64);
came_back('utf_8', scope($client, WORDS));
fails('utf_8_in_error', sub { LibOAuth->open(WORDS) });
came_back('blanks', '[' . scope($client, ' read ') . ']');
LibOAuth::Functions::oauth_set($client->handle, OAUTH_SCOPE, 'read        ', 12);
came_back('padded', '[' . $client->get(OAUTH_SCOPE) . ']');
came_back('empty', '[' . scope($client, '') . ']');
came_back('threads', threads_told());

# What is Perl's alone: characters of one byte inside are the same as those of several, a NUL is refused, a thread does
# not close what is its parent's, and a client that has gone takes no error along.
my $bytes = "\xf6";
utf8::downgrade($bytes);
print "a string's inside shows\n" if scope($client, $bytes) ne "\x{f6}";
eval { $client->set(OAUTH_SCOPE, "read\0write"); 1 } and print "a NUL in a text went by\n";
threads->create(sub { undef $client })->join;
print "a thread closed it\n" if scope($client, 'mine') ne 'mine';
eval { my $other = LibOAuth->new; $other->set(OAUTH_PKCE, 'sometimes') };
print "the error went with its client: $@" if $@->code != OAUTH_ERROR_VALUE;
$client->close;
$client->close;
