import type { FieldErrors } from './field-errors.ts';

/** A path without `..` (`validatePathNoBacksteps`). */
export function checkNoBacksteps(errors: FieldErrors, path: string, value: string): void {
  if (value.split('/').includes('..')) errors.invalid(path, value, "must not contain '..'");
}

/** Relative, and without `..` (`validateLocalDescendingPath`). */
export function checkDescending(errors: FieldErrors, path: string, value: string): void {
  if (value.startsWith('/')) errors.invalid(path, value, 'must be a relative path');
  checkNoBacksteps(errors, path, value);
}

/** Of a file within a volume: not one of the volume's own (`ValidateLocalNonReservedPath`). */
export function checkNotReserved(errors: FieldErrors, path: string, value: string): void {
  checkDescending(errors, path, value);
  if (value.startsWith('..') && !value.startsWith('../')) errors.invalid(path, value, "must not start with '..'");
}
