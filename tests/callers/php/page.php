<?php
// A page of a web server: what it is told, and whether FFI is open to it.
require getenv('LIBOAUTH_PHP') . '/LibOAuth.php';
header('Content-Type: text/plain; charset=utf-8');
$client = new LibOAuth\Client();
$client->set(OAUTH_SCOPE, "L\u{f6}hne");
echo $client->get(OAUTH_SCOPE), "\n";
try {
    $client->set(OAUTH_PKCE, 'sometimes');
} catch (LibOAuth\OAuthError $error) {
    echo $error->getCode(), "\n";
}
try {
    FFI::cdef('int abs(int);');
    echo "FFI is open\n";
} catch (FFI\Exception $closed) {
    echo "FFI is closed\n";
}
