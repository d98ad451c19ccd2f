// oidc-provider with the clients that the cases need. Arguments: http|https CERTIFICATES_FOLDER
// Listens on a free port of 127.0.0.1 and prints it: `READY https://127.0.0.1:PORT`. The user is whoever signs in.
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import crypto from 'node:crypto';
import Provider, { errors } from 'oidc-provider';

const [scheme, certificates] = process.argv.slice(2);
const pem = (file) => fs.readFileSync(`${certificates}/${file}`);
const secure = scheme === 'https';

const client = (client_id, token_endpoint_auth_method, more = {}) => ({
  client_id,
  token_endpoint_auth_method,
  ...(token_endpoint_auth_method.startsWith('client_secret') && { client_secret: 's3cret-0123456789abcdef0123456789abcdef' }),
  grant_types: ['authorization_code', 'refresh_token'],
  redirect_uris: ['http://127.0.0.1:9999/cb', 'http://127.0.0.1:9999/other'],
  response_types: ['code'],
  ...more,
});

const pays = { authorization_details_types: ['payment'] };
const machine = { grant_types: ['client_credentials'], redirect_uris: [], response_types: [], scope: 'read write', ...pays };

const all = { grant_types: ['authorization_code', 'refresh_token', 'client_credentials'] };
const bound = { tls_client_certificate_bound_access_tokens: true };
const own = () => {
  const certificate = new crypto.X509Certificate(pem('own.pem'));
  return { ...certificate.publicKey.export({ format: 'jwk' }), x5c: [certificate.raw.toString('base64')] };
};

const clients = [
  client('basic', 'client_secret_basic', pays),
  client('post', 'client_secret_post'),
  // RFC 6749 section 2.3.1: both halves of Basic are form-encoded first; this client makes that visible.
  client('odd:id', 'client_secret_basic',
    { client_secret: 'p@ss:w%rd+/= &x', grant_types: ['authorization_code', 'refresh_token', 'client_credentials'] }),
  client('public', 'none'),
  client('native', 'none', { application_type: 'native', redirect_uris: ['http://127.0.0.1/cb', 'com.example.app:/cb'] }),
  client('noncer', 'none', { dpop_bound_access_tokens: true }), // its proofs need a nonce
  client('norotate', 'client_secret_basic'),
  client('screen', 'client_secret_basic', { // signs people in elsewhere: by a code, or on their telephone
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'urn:openid:params:grant-type:ciba', 'refresh_token'],
    redirect_uris: [], response_types: [], backchannel_token_delivery_mode: 'poll' }),
  client('short', 'client_secret_basic'), // its access tokens live 3 seconds
  client('machine', 'client_secret_basic', machine),
  client('secret-jwt', 'client_secret_jwt', all),
  client('key-jwt', 'private_key_jwt', { ...all, jwks: JSON.parse(pem('keys.json')) }),
  client('es256-jwt', 'private_key_jwt', { ...all, jwks: JSON.parse(pem('keys.json')), token_endpoint_auth_signing_alg: 'ES256' }),
  client('pushing', 'client_secret_basic', { require_pushed_authorization_requests: true }),
  client('signing', 'client_secret_basic', { ...pays, jwks: JSON.parse(pem('keys.json')), require_signed_request_object: true }),
  client('signing-pushing', 'private_key_jwt',
    { jwks: JSON.parse(pem('keys.json')), require_signed_request_object: true, require_pushed_authorization_requests: true }),
  ...(secure ? [
    client('tls', 'tls_client_auth', { ...all, ...bound, tls_client_auth_subject_dn: 'CN=alice-mtls' }),
    client('own-tls', 'self_signed_tls_client_auth', { ...all, ...bound, jwks: { keys: [own()] } }),
  ] : []),
];

// Whose ID tokens and userinfo are signed by each algorithm.
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'HS256'];
const BYE = 'http://127.0.0.1:9999/bye';
clients.push(...ALGORITHMS.map((alg) => client(`id-${alg}`, 'client_secret_basic',
  { id_token_signed_response_alg: alg, userinfo_signed_response_alg: alg })));
clients[0].post_logout_redirect_uris = [BYE];
const jwk = (kid) => JSON.parse(pem(`${kid}.jwk`));
const newKey = (kid) => ({ ...crypto.generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), kid });

const peer = (ctx) => { const c = ctx.socket.getPeerCertificate?.(); return c?.raw ? c : undefined; };

const asked = (ctx) => ctx.oidc.params.authorization_details && JSON.parse(ctx.oidc.params.authorization_details);

// The telephone that rings, until it is answered.
let rings;
const answers = async (provider, isYes) => {
  const request = rings;
  if (!isYes) return provider.backchannelResult(request, new errors.AccessDenied());
  const grant = new provider.Grant({ accountId: request.accountId, clientId: request.clientId });
  grant.addOIDCScope(request.scope);
  await grant.save();
  return provider.backchannelResult(request, grant);
};

const configuration = {
  clients,
  scopes: ['openid', 'offline_access', 'read', 'write'],
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt', 'none',
    ...(secure ? ['tls_client_auth', 'self_signed_tls_client_auth'] : [])],
  enabledJWA: {
    requestObjectSigningAlgValues: ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'],
    idTokenSigningAlgValues: ALGORITHMS,
    userinfoSigningAlgValues: ALGORITHMS,
    clientAuthSigningAlgValues: ['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA'],
  },
  cookies: { keys: ['test'] },
  clockTolerance: 0,
  // Only a client without a secret must use PKCE.
  pkce: { required: (ctx, c) => c.clientAuthMethod === 'none' },
  features: {
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    ciba: {
      enabled: true,
      deliveryModes: ['poll'],
      processLoginHint: (ctx, hint) => (hint === 'nobody' ? undefined : hint),
      verifyUserCode: () => {},
      validateRequestContext: () => {},
      triggerAuthenticationDevice: (ctx, request) => { rings = request; },
    },
    introspection: { enabled: true },
    registration: { enabled: true, initialAccessToken: 'initial-0123456789' },
    registrationManagement: { enabled: true },
    dPoP: {
      enabled: true,
      nonceSecret: crypto.randomBytes(32),
      requireNonce: (ctx) => ctx.oidc.client?.clientId === 'noncer' && ctx.path === '/token' || 'nonce' in ctx.query,
    },
    pushedAuthorizationRequests: { enabled: true },
    requestObjects: { enabled: true },
    claimsParameter: { enabled: true },
    richAuthorizationRequests: {
      enabled: true,
      types: {
        payment: {
          validate: (ctx, detail) => {
            if (typeof detail.amount !== 'string') throw new errors.InvalidAuthorizationDetails('payment has no amount');
          },
        },
      },
      authorizationDetailsForGrantSource: (ctx) => asked(ctx),
      // What is granted is said with what the server has made of it.
      authorizationDetailsForAccessToken: (ctx, token, source) => (source?.rar ?? asked(ctx))?.map((d) => ({ ...d, granted: true })),
      authorizationDetailsForIntrospection: (ctx, token) => token.rar,
    },
    jwtUserinfo: { enabled: true },
    revocation: {
      enabled: true,
      // Usually a revoked access token takes its refresh token with it. Here it goes alone.
      allowedPolicy: async (ctx, c, token) => {
        if (token.kind === 'AccessToken') await token.destroy();
        return token.kind !== 'AccessToken';
      },
    },
    mTLS: {
      enabled: secure, tlsClientAuth: secure, selfSignedTlsClientAuth: secure, certificateBoundAccessTokens: secure,
      getCertificate: (ctx) => peer(ctx) && new crypto.X509Certificate(peer(ctx).raw).toString(),
      certificateAuthorized: (ctx) => ctx.socket.authorized,
      certificateSubjectMatches: (ctx, prop, expected) => `CN=${peer(ctx).subject.CN}` === expected,
    },
    // These resources' access tokens are JWTs.
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (ctx, resource) => {
        if (!['urn:api:jwt', 'urn:api:other'].includes(resource)) throw new errors.InvalidTarget();
        return { scope: 'read write', audience: resource, accessTokenFormat: 'jwt' };
      },
    },
  },
  rotateRefreshToken: (ctx) => ctx.oidc.client.clientId !== 'norotate',
  ttl: { AccessToken: (ctx, token, c) => (c.clientId === 'short' ? 3 : 3600) },
};

const server = secure
  ? https.createServer({ key: pem('server.key'), cert: pem('server.pem'), ca: pem('ca.pem'), requestCert: true, rejectUnauthorized: false })
  : http.createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `${scheme}://127.0.0.1:${server.address().port}`;
  // What is signed in stays: all of them keep it in the same memory.
  const serving = (first) => {
    const keys = [first, ...['p256', 'p384', 'ed25519'].map(jwk)];
    const provider = new Provider(issuer, { ...configuration, jwks: { keys } });
    for (const event of ['server_error', 'grant.error', 'authorization.error']) {
      provider.on(event, (ctx, error) => console.error(`${ctx.method} ${ctx.path}: ${error.error ?? error}: ${error.error_detail ?? ''}`));
    }
    return { kid: first.kid, answer: provider.callback(), provider };
  };
  let now = serving(jwk('rsa')), rotations = 0;
  server.on('request', (request, response) => {
    if (request.url === '/rotate') { // another key for RS256
      now = serving(newKey(`rsa-${rotations += 1}`));
      response.end();
    } else if (request.url.startsWith('/telephone/')) {
      answers(now.provider, request.url.endsWith('/yes')).then(() => response.end(), (error) => { response.statusCode = 500; response.end(String(error)); });
    } else if (request.url === '/others') { // another server's keys, of the same name
      const { kty, n, e, kid } = newKey(now.kid);
      response.end(JSON.stringify({ keys: [{ kty, n, e, kid }] }));
    } else {
      now.answer(request, response);
    }
  });
  console.log(`READY ${issuer}`);
});
