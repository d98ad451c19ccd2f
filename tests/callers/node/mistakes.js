// The mistakes of ../c/mistakes.c by liboauth.js.
'use strict';

const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');
const { Client, OAuthError, functions, prototypes, ...oauth } = require('liboauth.js');

const WORDS = 'L\u00f6hne f\u00fcr \u00c6r\u00f8 \u65e5\u672c \u{1f511}';

function cameBack(name, text) {
  console.log(`${name} 0 0 ${text}`);
}

function failed(name, error) {
  console.log(`${name} ${error.code} ${error.action} ${error.message}`);
}

function fails(name, call) {
  try {
    call();
    console.log(`${name} did not fail`);
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    failed(name, error);
  }
}

function refused(name, call) {
  try {
    call();
    console.log(`${name} went by`);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

function scope(client, text) {
  client.set(oauth.OAUTH_SCOPE, text);
  return client.get(oauth.OAUTH_SCOPE);
}

// Threads that fail in two ways at once are told their own sentence each.
function fail(number) {
  const client = new Client();
  let right = 0;
  for (let turn = 0; turn < 100; turn++) {
    try {
      client.set(number % 2 ? oauth.OAUTH_PKCE : 99999, 'sometimes');
    } catch (error) {
      right += error.message.startsWith(number % 2 ? 'pkce' : '99999');
    }
  }
  client.close();
  return right === 100;
}

async function toldTheirOwn() {
  const threads = Array.from({ length: 8 }, (_, number) => new Promise((resolve, reject) => {
    new Worker(__filename, { workerData: number }).on('message', resolve).on('error', reject);
  }));
  return (await Promise.all(threads)).filter(Boolean).length;
}

function ownHttp() {
  const type = 'Content-Type: application/json\r\n';
  const url = 'https://api.example/me';
  const client = new Client();

  client.set(oauth.OAUTH_HTTP, 'caller');
  client.set(oauth.OAUTH_TOKEN_ENDPOINT, 'https://tokens.example/token');
  client.set(oauth.OAUTH_CLIENT_ID, 'a client');
  client.set(oauth.OAUTH_CLIENT_AUTH, 'none');
  fails('needed', () => client.requestToken('client_credentials'));
  cameBack('method', client.httpRequest(oauth.OAUTH_REQUEST_METHOD));
  cameBack('url', client.httpRequest(oauth.OAUTH_REQUEST_URL));
  cameBack('content', client.httpRequest(oauth.OAUTH_REQUEST_CONTENT));
  const bytes = Buffer.from('{"access_token":"t\0w\u00ff"}', 'latin1');
  fails('bytes', () => client.httpResponse(200, type, bytes));
  try {
    client.requestToken('client_credentials');
  } catch (error) {
    if (error.code !== oauth.OAUTH_HTTP_NEEDED) throw error;
  }
  const json = JSON.stringify({ access_token: 'one', expires_in: 3600, who: { name: WORDS } });
  cameBack('taken', client.httpResponse(200, type, json));
  cameBack('token', client.accessToken());
  cameBack('member', client.field(oauth.OAUTH_FIELD_TOKEN, 'who.name'));
  fails('no_member', () => client.field(oauth.OAUTH_FIELD_TOKEN, 'who.else'));
  cameBack('headers', client.requestHeaders('GET', url).split('\r')[0]);
  cameBack('again', client.apiResponse(url, 401, ''));
  fails('rejected', () => client.bearerHeader());
  fails('busy', () => client.httpResponse(503, 'Retry-After: 7\r\n', ''));
  cameBack('retry_after', client.get(oauth.OAUTH_RETRY_AFTER));
}

async function main() {
  const client = new Client();
  const closed = new Client();
  const stale = closed.handle;

  closed.close();
  failed('stale', new OAuthError(functions.oauth_refresh(stale)));
  fails('closed', () => closed.refresh());
  client.set(oauth.OAUTH_CLIENT_ID, 'a client');
  failed('short_buffer',
    new OAuthError(functions.oauth_get(client.handle, oauth.OAUTH_CLIENT_ID, Buffer.alloc(4), 4)));
  const large = 'x'.repeat(100000);
  cameBack('grown', scope(client, large) === large ? '100000' : 'another text');
  fails('unknown_profile', () => new Client('no-such-profile'));
  fails('no_code', () => client.exchangeCode(''));
  fails('wrong_code', () => client.exchangeCode('not-a-code'));
  fails('value', () => client.set(oauth.OAUTH_PKCE, 'sometimes'));
  fails('property', () => client.set(99999, 'x'));
  failed('length',
    new OAuthError(functions.oauth_set(client.handle, oauth.OAUTH_SCOPE, Buffer.from('x'), -7)));
  const latin = Buffer.from([0xff, 0xfe, 0]);
  failed('not_utf_8', new OAuthError(
    functions.oauth_set(client.handle, oauth.OAUTH_SCOPE, latin, oauth.OAUTH_NUL_TERMINATED)));
  fails('null', () => client.set(oauth.OAUTH_SCOPE, null));
  failed('null_buffer',
    new OAuthError(functions.oauth_get(client.handle, oauth.OAUTH_CLIENT_ID, null, 64)));
  cameBack('utf_8', scope(client, WORDS));
  fails('utf_8_in_error', () => new Client(WORDS));
  cameBack('blanks', `[${scope(client, ' read ')}]`);
  const field = Buffer.from('read        ');
  functions.oauth_set(client.handle, oauth.OAUTH_SCOPE, field, field.length);
  cameBack('padded', `[${client.get(oauth.OAUTH_SCOPE)}]`);
  cameBack('empty', `[${scope(client, '')}]`);
  cameBack('threads', await toldTheirOwn());
  refused('a NUL in a text', () => client.set(oauth.OAUTH_SCOPE, 'read\0write'));
  refused('half a letter', () => client.set(oauth.OAUTH_SCOPE, '\ud83d'));
  refused('a number', () => client.set(oauth.OAUTH_SCOPE, 7));
  client.close();
  client.close();
}

// What liboauth.js has: its constants, and each function with zeros and nulls.
function all() {
  const values = Object.entries(oauth).filter(([name]) => name.startsWith('OAUTH_')).map(([, value]) => value);
  console.log(`constants ${values.length} ${values.reduce((sum, value) => sum + value, 0)}`);
  for (const name of Object.keys(functions).sort()) {
    const given = prototypes[name].map((type) => (type === 'int32_t' ? 0 : null));
    console.log(`${name} ${Math.min(functions[name](...given), 0)}`);
  }
}

if (process.argv[2] === 'all') all();
else if (process.argv.length === 3) ownHttp();
else if (isMainThread) main();
else parentPort.postMessage(fail(workerData));
