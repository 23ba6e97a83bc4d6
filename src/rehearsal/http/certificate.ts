import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { bits, encoded, extension, identifier, integer, pem, sequence, set, tagged, text, time } from '../x509/der.ts';

/** A key and its certificate in PEM, for a server on loopback. */
export interface LoopbackCertificate {
  key: string;
  certificate: string;
}

/**
 * A self-signed certificate (RFC 5280) for 127.0.0.1 and localhost, valid for a day. Node can read certificates and make keys,
 * but not write certificates; these few fields are all that Go's verification asks for.
 */
export function loopbackCertificate(now: number): LoopbackCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = sequence(identifier('1.2.840.10045.4.3.2'));
  const name = sequence(set(sequence(identifier('2.5.4.3'), text(0x0c, 'rehearsal'))));
  const day = 24 * 3600 * 1000;
  const serial = randomBytes(15);
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), serial])),
    ecdsaWithSha256,
    name,
    sequence(time(now - day), time(now + day)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(
      0xa3,
      sequence(
        // An authority of its own: clients are given this very certificate to trust.
        extension('2.5.29.19', sequence(Buffer.from([0x01, 0x01, 0xff])), true),
        extension('2.5.29.17', sequence(text(0x82, 'localhost'), encoded(0x87, Buffer.from([127, 0, 0, 1])))),
      ),
    ),
  );
  const signature = sign('sha256', body, privateKey);
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: pem('CERTIFICATE', sequence(body, ecdsaWithSha256, bits(signature))),
  };
}
