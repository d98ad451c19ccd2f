<?php
// signin PROFILE: prints the header for a request to the API. Where a person must sign in for it, prints the address to
// open in a browser, and reads the one that the browser ends at.
require __DIR__ . '/LibOAuth.php';

use LibOAuth\Client;
use LibOAuth\OAuthError;

const WHAT_TO_DO = [
    OAUTH_ACTION_NONE => 'send the request that waits: the profile has http = "caller".',
    OAUTH_ACTION_RETRY => 'try again later.',
    OAUTH_ACTION_SIGN_IN => 'start again, and sign in.',
    OAUTH_ACTION_FIX => 'mend the configuration; trying again will not help.',
];

/** Sends the person to the browser, and exchanges what comes back for tokens. */
function sign_in(Client $client): void
{
    echo $client->buildAuthorizeUrl(), "\n";
    $client->exchangeCode((string) fgets(STDIN));
}

/** From memory or the store, refreshed if it is about to expire; or else a person signs in. */
function bearer(Client $client): string
{
    try {
        return $client->bearerHeader();
    } catch (OAuthError $error) {
        if ($error->action() !== OAUTH_ACTION_SIGN_IN) {
            throw $error;
        }
    }
    sign_in($client);
    return $client->bearerHeader();
}

if ($argc !== 2) {
    fwrite(STDERR, "usage: signin PROFILE\n");
    exit(1);
}
try {
    $client = Client::open($argv[1]);
    echo bearer($client), "\n";
    $client->close();
} catch (OAuthError $error) {
    fwrite(STDERR, "error {$error->getCode()}: {$error->getMessage()}\nWhat to do: " . WHAT_TO_DO[$error->action()] . "\n");
    exit(1);
}
