<?php
// The mistakes of ../c/mistakes.c by LibOAuth.php, which is in the folder that is given.
require $argv[1] . '/LibOAuth.php';

use LibOAuth\Client;
use LibOAuth\OAuthError;

const WORDS = "L\u{f6}hne f\u{fc}r \u{c6}r\u{f8} \u{65e5}\u{672c} \u{1f511}";

function came_back(string $name, string $text): void
{
    echo "$name 0 0 $text\n";
}

function failed(string $name, OAuthError $error): void
{
    echo "$name {$error->getCode()} {$error->action()} {$error->getMessage()}\n";
}

function fails(string $name, callable $function): void
{
    try {
        $function();
        echo "$name did not fail\n";
    } catch (OAuthError $error) {
        failed($name, $error);
    }
}

/** `$code` is what the last C function has returned. */
function answered(string $name, int $code): void
{
    $c = Client::library();
    $why = $c->new('char[512]');
    $length = $c->oauth_error_text($why, 512);
    failed($name, new OAuthError($code, $c->oauth_error_action(), FFI::string($why, $length)));
}

function scope(Client $client, string $text): string
{
    $client->set(OAUTH_SCOPE, $text);
    return $client->get(OAUTH_SCOPE);
}

/** The program's own HTTP: answers are bytes. */
function own_http(): void
{
    $type = "Content-Type: application/json\r\n";
    $client = new Client();
    $client->set(OAUTH_HTTP, 'caller');
    $client->set(OAUTH_TOKEN_ENDPOINT, 'https://tokens.example/token');
    $client->set(OAUTH_CLIENT_ID, 'a client');
    $client->set(OAUTH_CLIENT_AUTH, 'none');
    fails('needed', function () use ($client) { $client->requestToken('client_credentials'); });
    came_back('method', $client->httpRequest(OAUTH_REQUEST_METHOD));
    came_back('url', $client->httpRequest(OAUTH_REQUEST_URL));
    came_back('content', $client->httpRequest(OAUTH_REQUEST_CONTENT));
    $bytes = "{\"access_token\":\"t\0w\xff\"}";
    fails('bytes', function () use ($client, $type, $bytes) { $client->httpResponse(200, $type, $bytes); });
    try {
        $client->requestToken('client_credentials');
    } catch (OAuthError $needed) {
    }
    $json = '{"access_token":"one","expires_in":3600,"who":{"name":"' . WORDS . '"}}';
    came_back('taken', (string) $client->httpResponse(200, $type, $json));
    came_back('token', $client->accessToken());
    came_back('member', $client->field(OAUTH_FIELD_TOKEN, 'who.name'));
    fails('no_member', function () use ($client) { $client->field(OAUTH_FIELD_TOKEN, 'who.else'); });
    $url = 'https://api.example/me';
    came_back('headers', strtok($client->requestHeaders('GET', $url), "\r"));
    came_back('again', (string) $client->apiResponse($url, 401, ''));
    fails('rejected', function () use ($client) { $client->bearerHeader(); });
    fails('busy', function () use ($client) { $client->httpResponse(503, "Retry-After: 7\r\n", ''); });
    came_back('retry_after', $client->get(OAUTH_RETRY_AFTER));
}

if ($argc === 3) {
    own_http();
    exit;
}
$c = Client::library();
$client = new Client();
$closed = new Client();
$stale = $closed->handle();
$closed->close();
answered('stale', $c->oauth_refresh($stale));
fails('closed', function () use ($closed) { $closed->refresh(); });
$client->set(OAUTH_CLIENT_ID, 'a client');
answered('short_buffer', $c->oauth_get($client->handle(), OAUTH_CLIENT_ID, $c->new('char[64]'), 4));
$large = str_repeat('x', 100000);
came_back('grown', scope($client, $large) === $large ? (string) strlen($large) : 'another text');
fails('unknown_profile', function () { Client::open('no-such-profile'); });
fails('no_code', function () use ($client) { $client->exchangeCode(''); });
fails('wrong_code', function () use ($client) { $client->exchangeCode('not-a-code'); });
fails('value', function () use ($client) { $client->set(OAUTH_PKCE, 'sometimes'); });
fails('property', function () use ($client) { $client->set(99999, 'x'); });
answered('length', $c->oauth_set($client->handle(), OAUTH_SCOPE, 'x', -7));
fails('not_utf_8', function () use ($client) { $client->set(OAUTH_SCOPE, "\xff\xfe"); });
answered('null', $c->oauth_set($client->handle(), OAUTH_SCOPE, null, OAUTH_NUL_TERMINATED));
answered('null_buffer', $c->oauth_get($client->handle(), OAUTH_CLIENT_ID, null, 64));
came_back('utf_8', scope($client, WORDS));
fails('utf_8_in_error', function () { Client::open(WORDS); });
came_back('blanks', '[' . scope($client, ' read ') . ']');
$c->oauth_set($client->handle(), OAUTH_SCOPE, 'read        ', 12);
came_back('padded', '[' . $client->get(OAUTH_SCOPE) . ']');
came_back('empty', '[' . scope($client, '') . ']');

// What is PHP's alone: a NUL is refused, a client is no value, one that goes is closed and takes no error along, and no
// trace shows a text.
try {
    $client->set(OAUTH_SCOPE, "read\0write");
    echo "a NUL in a text went by\n";
} catch (InvalidArgumentException $refused) {
}
foreach ([function () use ($client) { clone $client; }, function () use ($client) { serialize($client); }] as $copy) {
    try {
        $copy();
        echo "a client was copied\n";
    } catch (Error | LogicException $refused) {
    }
}
$other = new Client();
$abandoned = $other->handle();
unset($other);
if ($c->oauth_stop_waiting($abandoned) !== OAUTH_ERROR_HANDLE) {
    echo "a client that has gone is not closed\n";
}
$calling = new ReflectionProperty(Client::class, 'calling');
$calling->setAccessible(true);
$other = new Client();
$abandoned = $other->handle();
$calling->setValue(null, true);
unset($other);
if ($c->oauth_set($abandoned, OAUTH_SCOPE, '', 0) !== 0) {
    echo "garbage is closed during a call\n";
}
Client::version();
if ($c->oauth_stop_waiting($abandoned) !== OAUTH_ERROR_HANDLE) {
    echo "garbage of a call is not closed\n";
}
try {
    $client->set(99999, 'a-secret');
} catch (OAuthError $error) {
    if (PHP_VERSION_ID >= 80200 && strpos(print_r($error->getTrace(), true), 'a-secret') !== false) {
        echo "a trace shows a text\n";
    }
}
$client->close();
$client->close();
