import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { encoded, identifier, sequence } from './der.ts';

/** `spec.privateKey` of a Certificate of cert-manager. */
export interface KeyWish {
  algorithm?: string;
  encoding?: string;
  size?: number;
}

const curves: Readonly<Record<number, string>> = { 256: 'P-256', 384: 'P-384', 521: 'P-521' };

/** A new private key in PEM; RSA of 2048 bits in PKCS #1 unless wished otherwise. */
export function newKey({ algorithm = 'RSA', encoding = 'PKCS1', size }: KeyWish = {}): string {
  if (algorithm === 'Ed25519')
    return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  if (algorithm === 'ECDSA') {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: curves[size ?? 256] ?? 'P-256' });
    return privateKey.export({ type: encoding === 'PKCS8' ? 'pkcs8' : 'sec1', format: 'pem' }).toString();
  }
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: size ?? 2048 });
  return privateKey.export({ type: encoding === 'PKCS8' ? 'pkcs8' : 'pkcs1', format: 'pem' }).toString();
}

/** The algorithm by which this key signs, as certificates name it, and the signature: RFC 4055, 5758, 8410. */
export function signed(body: Buffer, key: KeyObject): { algorithm: Buffer; signature: Buffer } {
  if (key.asymmetricKeyType === 'ed25519') return { algorithm: algorithmOf(key), signature: sign(null, body, key) };
  return { algorithm: algorithmOf(key), signature: sign('sha256', body, key) };
}

export function algorithmOf({ asymmetricKeyType }: KeyObject): Buffer {
  if (asymmetricKeyType === 'ed25519') return sequence(identifier('1.3.101.112'));
  if (asymmetricKeyType === 'ec') return sequence(identifier('1.2.840.10045.4.3.2'));
  return sequence(identifier('1.2.840.113549.1.1.11'), encoded(0x05, Buffer.alloc(0)));
}
