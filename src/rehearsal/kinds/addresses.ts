import { isIPv4, isIPv6 } from 'node:net';
import type { FieldErrors } from './field-errors.ts';

/** Checks of addresses (k8s.io/apimachinery/pkg/util/validation/ip.go), in the lenient form of fields that always were. */
const withoutZeros = (value: string) => value.replace(/(^|\.)0+(?=\d)/g, '$1');

const isIPv4Address = (value: string) => isIPv4(withoutZeros(value));
export const isAddress = (value: string) => isIPv4Address(value) || isIPv6(value);

export function checkAddress(errors: FieldErrors, path: string, value: string): boolean {
  if (isAddress(value)) return true;
  errors.invalid(path, value, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)');
  return false;
}

interface Block {
  first: bigint;
  bits: number;
  size: number;
}

function blockOf(value: string): Block | undefined {
  const [address = '', length, ...more] = value.split('/');
  const size = isIPv4Address(address) ? 32 : isIPv6(address) ? 128 : 0;
  if (size === 0 || length === undefined || more.length > 0 || !/^\d+$/.test(length) || Number(length) > size)
    return undefined;
  const bits = Number(length);
  const rest = BigInt(size - bits);
  return { first: (numberOf(address) >> rest) << rest, bits, size };
}

function numberOf(address: string): bigint {
  if (isIPv4Address(address)) return address.split('.').reduce((sum, part) => (sum << 8n) + BigInt(Number(part)), 0n);
  const [left = '', right] = address.split('::');
  const words = (text: string) => (text === '' ? [] : text.split(':').flatMap(wordsOf));
  const before = words(left);
  const after = right === undefined ? [] : words(right);
  const middle = Array.from({ length: 8 - before.length - after.length }, () => 0n);
  return [...before, ...middle, ...after].reduce((sum, word) => (sum << 16n) + word, 0n);
}

function wordsOf(text: string): bigint[] {
  if (!text.includes('.')) return [BigInt(`0x${text}`)];
  const whole = numberOf(text);
  return [whole >> 16n, whole & 0xffffn];
}

export function checkBlock(errors: FieldErrors, path: string, value: string): boolean {
  if (blockOf(value) !== undefined) return true;
  errors.invalid(path, value, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)');
  return false;
}

/** Whether the block holds the other one and is larger. */
export function isStrictSubset(inner: string, outer: string): boolean {
  const [small, large] = [blockOf(inner), blockOf(outer)];
  if (small === undefined || large === undefined || small.size !== large.size || large.bits >= small.bits) return false;
  const rest = BigInt(large.size - large.bits);
  return small.first >> rest === large.first >> rest;
}

/** Whether the address belongs to the block: `10.96.0.10` to `10.96.0.0/12`. */
export function isWithin(address: string, block: string): boolean {
  const range = blockOf(block);
  if (range === undefined || !isAddress(address) || isIPv4Address(address) !== (range.size === 32)) return false;
  const rest = BigInt(range.size - range.bits);
  return numberOf(address) >> rest === range.first >> rest;
}

/** An address that an endpoint or a service may have (`ValidateEndpointIP`). */
export function checkEndpointAddress(errors: FieldErrors, path: string, value: string): void {
  if (!isAddress(value)) return errors.invalid(path, value, 'must be a valid IP address');
  if (value === '0.0.0.0' || value === '::') errors.invalid(path, value, `may not be unspecified (${value})`);
  if (isWithin(value, '127.0.0.0/8') || isWithin(value, '::1/128'))
    errors.invalid(path, value, 'may not be in the loopback range (127.0.0.0/8, ::1/128)');
  if (isWithin(value, '169.254.0.0/16') || isWithin(value, 'fe80::/10'))
    errors.invalid(path, value, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  if (isWithin(value, '224.0.0.0/24') || isWithin(value, 'ff02::/16'))
    errors.invalid(path, value, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
}
