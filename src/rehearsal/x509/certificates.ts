import { createHash, createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { isIPv4 } from 'node:net';
import {
  bits,
  decoded,
  encoded,
  extension,
  identifier,
  integer,
  parts,
  pem,
  sequence,
  set,
  tagged,
  text,
  time,
} from './der.ts';
import { algorithmOf, signed } from './keys.ts';

/** Who a certificate is for. */
export interface Subject {
  commonName?: string;
  dnsNames?: readonly string[];
  ipAddresses?: readonly string[];
}

interface SigningRequest {
  subject: Buffer;
  publicKey: KeyObject;
  /** The whole extension, if the request has one. */
  alternativeNames?: Buffer;
}

/** An authority: its certificate and key, both in PEM. */
export interface Authority {
  certificate: string;
  key: string;
}

export interface Issue {
  isAuthority: boolean;
  /** Milliseconds since 1970. */
  from: number;
  until: number;
  serial: Buffer;
  /** Its own key when it signs itself. */
  signer: Authority | { key: string };
}

const alternativeNamesId = '2.5.29.17';
const extensionRequestId = '1.2.840.113549.1.9.14';

const nameOf = (commonName: string | undefined): Buffer =>
  commonName === undefined ? sequence() : sequence(set(sequence(identifier('2.5.4.3'), text(0x0c, commonName))));

function alternativeNames({ commonName, dnsNames = [], ipAddresses = [] }: Subject): Buffer[] {
  const names = [
    ...dnsNames.map((name) => text(0x82, name)),
    ...ipAddresses
      .filter((address) => isIPv4(address))
      .map((address) => encoded(0x87, Buffer.from(address.split('.').map(Number)))),
  ];
  // A certificate without a subject is known by these alone (RFC 5280, 4.2.1.6).
  return names.length === 0 ? [] : [extension(alternativeNamesId, sequence(...names), commonName === undefined)];
}

/** A request to be certified (RFC 2986), in PEM; `key` is the private key in PEM. */
export function signingRequest(subject: Subject, key: string): string {
  const privateKey = createPrivateKey(key);
  const extensions = sequence(...alternativeNames(subject));
  const body = sequence(
    integer(Buffer.from([0])),
    nameOf(subject.commonName),
    createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
    tagged(0xa0, sequence(identifier(extensionRequestId), set(extensions))),
  );
  const { algorithm, signature } = signed(body, privateKey);
  return pem('CERTIFICATE REQUEST', sequence(body, algorithm, bits(signature)));
}

/** What a request says; undefined when it is none. */
export function readRequest(request: string): SigningRequest | undefined {
  try {
    const bytes = Buffer.from(request.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
    const [body] = parts(decoded(bytes).content);
    const [, subject, publicKey, attributes] = parts(body?.content ?? Buffer.alloc(0));
    if (subject === undefined || publicKey === undefined) return undefined;
    const wanted = identifier(extensionRequestId);
    const extensions = parts(attributes?.content ?? Buffer.alloc(0))
      .map(({ content }) => parts(content))
      .filter(([id]) => id?.whole.equals(wanted) === true)
      .flatMap(([, values]) => parts(values?.content ?? Buffer.alloc(0)))
      .flatMap(({ content }) => parts(content));
    const names = extensions.find(({ content }) => decoded(content).whole.equals(identifier(alternativeNamesId)));
    return {
      subject: subject.whole,
      publicKey: createPublicKey({ key: publicKey.whole, type: 'spki', format: 'der' }),
      ...(names === undefined ? {} : { alternativeNames: names.whole }),
    };
  } catch {
    return undefined; // Neither Go nor Node tells more of what is no request.
  }
}

/** A certificate (RFC 5280) with the fields that cert-manager writes, in PEM. */
export function issueCertificate(request: SigningRequest, { isAuthority, from, until, serial, signer }: Issue): string {
  const key = createPrivateKey(signer.key);
  const authority = 'certificate' in signer ? new X509Certificate(signer.certificate) : undefined;
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), serial])),
    algorithmOf(key),
    authority === undefined ? request.subject : subjectOf(authority),
    sequence(time(from), time(until)),
    request.subject,
    request.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(
      0xa3,
      sequence(
        // digitalSignature and keyEncipherment, keyCertSign of an authority.
        extension('2.5.29.15', isAuthority ? bitString(2, 0xa4) : bitString(5, 0xa0), true),
        extension('2.5.29.19', isAuthority ? sequence(Buffer.from([0x01, 0x01, 0xff])) : sequence(), true),
        ...(isAuthority ? [extension('2.5.29.14', encoded(0x04, keyIdentifier(request.publicKey)))] : []),
        ...(authority === undefined
          ? []
          : [extension('2.5.29.35', sequence(encoded(0x80, keyIdentifier(authority.publicKey))))]),
        ...(request.alternativeNames === undefined ? [] : [request.alternativeNames]),
      ),
    ),
  );
  const { algorithm, signature } = signed(body, key);
  return pem('CERTIFICATE', sequence(body, algorithm, bits(signature)));
}

const bitString = (unused: number, byte: number) => encoded(0x03, Buffer.from([unused, byte]));

/** SHA-1 of the bits of the public key (RFC 5280, 4.2.1.2). */
function keyIdentifier(publicKey: KeyObject): Buffer {
  const [, key] = parts(decoded(publicKey.export({ type: 'spki', format: 'der' })).content);
  return createHash('sha1')
    .update(key?.content.subarray(1) ?? '')
    .digest();
}

/** The subject of a certificate as it is written there. */
function subjectOf({ raw }: X509Certificate): Buffer {
  const [body] = parts(decoded(raw).content);
  return parts(body?.content ?? Buffer.alloc(0))[5]?.whole ?? sequence();
}
