package LibOAuth;

=encoding utf8

=head1 NAME

LibOAuth - OAuth 2.0: a fresh C<Authorization> header from one call

=head1 SYNOPSIS

    use LibOAuth ':all';

    my $client = LibOAuth->open('acme');    # a profile; or LibOAuth->new, and $client->set(OAUTH_CLIENT_ID, ...)
    my $header = eval { $client->bearer_header };
    if (!defined $header) {
        die $@ unless LibOAuth::Error::code($@) == OAUTH_ERROR_SIGN_IN;
        print 'Open ', $client->build_authorize_url, "\n";
        $client->exchange_code(scalar <STDIN>);
        $header = $client->bearer_header;
    }

=head1 DESCRIPTION

A client has a method for each function of the library: C<oauth_exchange_code> is C<exchange_code>. LibOAuth::Functions
says what each one does, and has the C functions themselves. Texts are strings of characters: decode what comes from
outside, such as C<@ARGV>. What goes wrong dies with a LibOAuth::Error, which has C<code>, C<action> and C<text>.

A client is closed when the last reference to it goes. A thread (ithreads) has none of the clients of the thread that
made it. The shared library is the file that the environment variable LIBOAUTH_LIBRARY names, or else it is looked for
near this file, where C<make install> and C<make> put it, and where the system has libraries.

=cut

use strict;
use warnings;
use Exporter 'import';
use FFI::Platypus 1.00;
use FFI::Platypus::Buffer qw(grow scalar_to_pointer set_used_length);
use FFI::Platypus::DL qw(dlclose dlerror dlopen dlsym RTLD_PLATYPUS_DEFAULT);
use File::Basename ();
use LibOAuth::Functions ':constants';

our $VERSION = $LibOAuth::Functions::VERSION;
our @ISA = ('LibOAuth::Methods');
our @EXPORT_OK = @LibOAuth::Functions::EXPORT_OK;
our %EXPORT_TAGS = (all => \@EXPORT_OK);

sub new {
    my ($class) = @_;
    return $class->_client(LibOAuth::Functions::oauth_client_new());
}

# A client that is set up from a profile.
sub open {
    my ($class, $profile) = @_;
    return $class->_client(LibOAuth::Functions::oauth_client_open(LibOAuth::Methods::_characters($profile)));
}

sub _client {
    my ($class, $answer) = @_;
    return bless { handle => _checked($answer) }, $class;
}

# Closes the client and wipes the library's copies of its secrets; what was handed out is the program's, and what it
# stored stays. A second time is harmless.
sub close {
    my ($self) = @_;
    my $handle = $self->{handle};
    $self->{handle} = 0;
    _checked(LibOAuth::Functions::oauth_client_close($handle));
    return;
}

sub DESTROY {
    my ($self) = @_;
    local ($@, $!, $?);
    LibOAuth::Functions::oauth_client_close($self->{handle}) if $self->{handle};
}

# The copy that a new thread would get would close the client of the other.
sub CLONE_SKIP { return 1 }

# What LibOAuth::Functions calls it by; 0 when it is closed, which no function takes.
sub handle { return $_[0]{handle} }

# The library's version.
sub version { return _read('oauth_version') }

# ---- calls ----

sub _number {
    my ($self, $name, @arguments) = @_;
    return _checked(LibOAuth::Functions->can($name)->($self->{handle}, @arguments));
}

sub _text {
    my ($self, $name, @arguments) = @_;
    return _read($name, $self->{handle}, @arguments);
}

# The text of a function that writes one, in a buffer that is large enough.
sub _read {
    my ($name, @arguments) = @_;
    my $function = LibOAuth::Functions->can($name);
    for (my $capacity = 4096;; $capacity *= 4) {
        my $text = '';
        grow($text, $capacity);
        my $answer = $function->(@arguments, scalar_to_pointer($text), $capacity);
        next if $answer == OAUTH_ERROR_BUFFER && $capacity < 1 << 24;
        set_used_length($text, _checked($answer));
        utf8::decode($text);
        return $text;
    }
}

sub _checked {
    my ($answer) = @_;
    die LibOAuth::Error->last($answer) if $answer < 0;
    return $answer;
}

# ---- why there is no answer ----

package LibOAuth::Error;
use Scalar::Util 'blessed';
use overload '""' => sub { "OAuth error $_[0]{code}: $_[0]{text}\n" }, fallback => 1;

# The error of this thread's last call, before the next one changes it.
sub last {
    my ($class, $code) = @_;
    my $self = bless { code => $code, action => LibOAuth::Functions::oauth_error_action() }, $class;
    $self->{text} = LibOAuth::_read('oauth_error_text');
    return $self;
}

# One of OAUTH_ERROR_..., OAUTH_HTTP_NEEDED or OAUTH_PENDING; 0 where it is another exception.
sub code { return blessed $_[0] && $_[0]->isa(__PACKAGE__) ? $_[0]{code} : 0 }

# What an operator does now: one of OAUTH_ACTION_...
sub action { return $_[0]{action} }

# A sentence that says so.
sub text { return $_[0]{text} }

# ---- the shared library ----

package LibOAuth;

sub _candidates {
    return $ENV{LIBOAUTH_LIBRARY} if $ENV{LIBOAUTH_LIBRARY};
    my %names = (darwin => ['liboauth.2.dylib', 'liboauth.dylib'], MSWin32 => ['oauth.dll']);
    my @names = @{ $names{$^O} || ['liboauth.so.2'] };
    my $here = File::Basename::dirname(__FILE__);
    # From PREFIX/share/liboauth/perl, and from a checkout.
    my @near = map { my $folder = $_; map { "$here/$folder/$_" } @names } '../../../lib', '../../build/lib';
    return ((grep { -e } @near), @names);
}

# Why it cannot be used; nothing where it can.
sub _problem {
    my ($file) = @_;
    my $library = dlopen($file, RTLD_PLATYPUS_DEFAULT) or return dlerror();
    my ($lacking) = grep { !dlsym($library, $_) } sort keys %LibOAuth::Functions::FUNCTIONS;
    dlclose($library);
    return defined $lacking ? "older than this module, which is $VERSION: no $lacking" : undef;
}

sub _load {
    my @problems;
    for my $file (_candidates()) {
        if (my $problem = _problem($file)) {
            push @problems, "  $file: $problem";
            next;
        }
        my $ffi = FFI::Platypus->new(api => 1, lib => $file);
        while (my ($name, $types) = each %LibOAuth::Functions::FUNCTIONS) {
            $ffi->attach([$name => "LibOAuth::Functions::$name"], $types => 'sint32');
        }
        return;
    }
    die join "\n", 'liboauth cannot be loaded: install it, or name its file in the environment variable'
        . ' LIBOAUTH_LIBRARY. Tried:', @problems, '';
}

_load();

1;
