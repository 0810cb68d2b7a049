// A certified OpenID Connect provider on this machine, of invented systems: node provider.mjs PORT KEY
//
// It signs with a fresh key of the name KEY, says where it listens (PORT 0 is any that is free), and ends when its input
// does.

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [port, name] = process.argv.slice(2);
const key = { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), kid: name, use: 'sig', alg: 'ES256' };

const system = (id) => ({
  client_id: id,
  client_secret: `${id}-secret`,
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
  id_token_signed_response_alg: 'ES256',
});

const settings = {
  jwks: { keys: [key] },
  clients: ['the-schools', 'a-strangers'].map(system),
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
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
