export interface Version {
  major: number;
  minor: number;
  patch: number;
}

/** The version in what a program prints: `v1.35.2`, `v1.32.4-dispatcher`, `v3.22.0+gabc`; undefined when there is none. */
export function parseVersion(text: string): Version | undefined {
  const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return match === null
    ? undefined
    : { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3] ?? 0) };
}

export function isAtLeast(version: Version, oldest: { major: number; minor: number }): boolean {
  return version.major > oldest.major || (version.major === oldest.major && version.minor >= oldest.minor);
}

export function formatVersion({ major, minor, patch }: Version): string {
  return `${major}.${minor}.${patch}`;
}
