<?php
// A page that asks for a token by its own HTTP, and ends as ?end= says while the request waits. Says what it is told.
require getenv('LIBOAUTH_PHP') . '/LibOAuth.php';
header('Content-Type: text/plain; charset=utf-8');
error_reporting(0);

/** A framework's handler, which is there before the client, and has handled the error. */
register_shutdown_function(function () { error_clear_last(); });
$client = new LibOAuth\Client();
/** A program's, which still has its client where nothing was wrong. */
register_shutdown_function(function () {
    global $client;
    try {
        $client->get(OAUTH_CLIENT_ID);
        echo "open\n";
    } catch (LibOAuth\OAuthError $closed) {
        echo "closed\n";
    }
});
$client->set(OAUTH_HTTP, 'caller');
$client->set(OAUTH_TOKEN_ENDPOINT, 'https://tokens.example/token');
$client->set(OAUTH_CLIENT_ID, 'a client');
$client->set(OAUTH_CLIENT_AUTH, 'none');
$client->set(OAUTH_GRANT_TYPE, 'client_credentials');
$client->set(OAUTH_STORE, 'file:' . $_GET['store']);
$client->set(OAUTH_LOCK_TIMEOUT, '1');
try {
    $client->bearerHeader();
} catch (LibOAuth\OAuthError $waits) {
    echo $waits->getCode(), "\n";
}
switch ($_GET['end']) {
    case 'well':
        break;
    case 'exit':
        exit;
    case 'memory':
        ini_set('memory_limit', '64M');
        str_repeat('x', 1 << 30);
        break;
    case 'time':
        set_time_limit(1);
        while (true) {
        }
    case 'user':
        trigger_error('fatal', E_USER_ERROR);
        break;
    case 'class':
        eval('class Twice {} class Twice {}');
        break;
    default:
        throw new Exception('nobody catches it');
}
