import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';

interface Block {
  type: string;
  text: string;
}

const blocks = (pem: string): Block[] =>
  [...pem.matchAll(/-----BEGIN ([^\n]*?)-----\r?\n[\s\S]*?-----END \1-----/g)].map(([text, type]) => ({
    text,
    type: type ?? '',
  }));

const isKey = ({ type }: Block) => type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY');
const typesOf = (skipped: readonly Block[]) => `[${skipped.map(({ type }) => type).join(' ')}]`;

/** Why a certificate and its key are no pair, in the words of Go's `tls.X509KeyPair`; undefined when they are one. */
export function keyPairComplaint(certificates: string, key: string): string | undefined {
  const found = blocks(certificates);
  const certificate = found.find(({ type }) => type === 'CERTIFICATE');
  if (certificate === undefined) return noCertificate(found);
  const keys = blocks(key);
  const own = keys.find(isKey);
  if (own === undefined) return noKey(keys);
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(certificate.text);
  } catch {
    return 'x509: malformed certificate';
  }
  let secret: KeyObject;
  try {
    secret = createPrivateKey(own.text);
  } catch {
    return 'tls: failed to parse private key';
  }
  if (secret.asymmetricKeyType !== parsed.publicKey.asymmetricKeyType)
    return 'tls: private key type does not match public key type';
  return parsed.checkPrivateKey(secret) ? undefined : 'tls: private key does not match public key';
}

function noCertificate(found: readonly Block[]): string {
  const [first] = found;
  if (first === undefined) return 'tls: failed to find any PEM data in certificate input';
  return found.length === 1 && first.type.endsWith('PRIVATE KEY')
    ? 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'
    : `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: ${typesOf(found)}`;
}

function noKey(found: readonly Block[]): string {
  const [first] = found;
  if (first === undefined) return 'tls: failed to find any PEM data in key input';
  return found.length === 1 && first.type === 'CERTIFICATE'
    ? 'tls: found a certificate rather than a key in the PEM for the private key'
    : `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: ${typesOf(found)}`;
}
