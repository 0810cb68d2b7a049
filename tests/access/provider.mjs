// A certified OpenID Connect provider on this machine, of invented systems and people: node provider.mjs PORT KEY BACK...
//
// It signs with a fresh key of the name KEY, sends whoever signs in back to one of the addresses BACK, says where it
// listens (PORT 0 is any that is free), and ends when its input does. Whoever it is asked to let in it lets in, without a
// password.

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

// What it advises those who run it for real is for nobody here, who stop reading once it is ready.
console.info = console.warn = () => {};

const [port, name, ...back] = process.argv.slice(2);
const key = { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), kid: name, use: 'sig', alg: 'ES256' };

const system = (id) => ({
  client_id: id,
  client_secret: `${id}-secret`,
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
  id_token_signed_response_alg: 'ES256',
});

const browser = {
  client_id: 'goldthread',
  client_secret: 'a secret: with/signs&that=are+written%',
  redirect_uris: back,
  id_token_signed_response_alg: 'ES256',
};

const settings = {
  jwks: { keys: [key] },
  clients: [...['the-schools', 'a-strangers'].map(system), ...(back.length ? [browser] : [])],
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  // Nobody is asked whether their employer may know who they are.
  loadExistingGrant: async ({ oidc }) => {
    const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope('openid');
    await grant.save();
    return grant;
  },
  pkce: { required: () => true },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => 'urn:goldthread',
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => ({
        audience: resource,
        scope: '',
        accessTokenTTL: 600,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
};

const server = createServer();
server.listen(Number(port), '127.0.0.1', () => {
  const { port } = server.address();
  server.on('request', new Provider(`http://127.0.0.1:${port}`, settings).callback());
  console.log(`ready ${port}`);
});
process.stdin.on('end', () => process.exit()).resume();
