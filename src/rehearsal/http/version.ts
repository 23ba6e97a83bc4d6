import recorded from '../api/recorded/resources.json' with { type: 'json' };

const [, major = '1', minor = ''] = /^v(\d+)\.(\d+)/.exec(recorded.source.server) ?? [];

/** `/version`: that of the server whose API was recorded, with a build that says what this is. */
export const serverVersion = {
  major,
  minor,
  gitVersion: `${recorded.source.server}+rehearsal`,
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: `${recorded.source.date}T00:00:00Z`,
  goVersion: '',
  compiler: '',
  platform: '',
} as const;
