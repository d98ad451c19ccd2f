// signin.js - prints the header for a request to an API; signs in first where that is needed.
//
//     node signin.js PROFILE
//
// PROFILE is a profile's name, or a profile file (any text with a "/"): see oauth_client_open. The
// address to sign in at is printed as one line; what the browser ends at is read as one line.
'use strict';

const readline = require('node:readline');
const { Client, OAuthError, ...oauth } = require('./liboauth.js');

const WHAT_TO_DO = {
  [oauth.OAUTH_ACTION_NONE]: 'send the request that waits: the profile has http = "caller".',
  [oauth.OAUTH_ACTION_RETRY]: 'try again later.',
  [oauth.OAUTH_ACTION_SIGN_IN]: 'start again, and sign in.',
  [oauth.OAUTH_ACTION_FIX]: 'mend the configuration; trying again will not help.',
};

async function pasted() {
  for await (const line of readline.createInterface({ input: process.stdin })) return line;
  return '';
}

// From memory or the store, refreshed if it is about to expire; or else a person signs in.
async function header(client) {
  try {
    return client.bearerHeader();
  } catch (error) {
    if (error.action !== oauth.OAUTH_ACTION_SIGN_IN) throw error;
  }
  console.log(client.buildAuthorizeUrl());
  client.exchangeCode(await pasted());
  return client.bearerHeader();
}

async function main(words) {
  if (words.length !== 1) {
    console.error('usage: signin PROFILE');
    return 1;
  }
  let client;
  try {
    client = new Client(words[0]);
    console.log(await header(client));
    return 0;
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    console.error(`error ${error.code}: ${error.message}\nWhat to do: ${WHAT_TO_DO[error.action]}`);
    return 1;
  } finally {
    client?.close();
  }
}

main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
  process.stdin.destroy();
});
