import { defineConfig } from 'vitest/config';

/**
 * Rings of tests, each able to run alone: what needs only Node; a real cluster; a real Minikube. The latter take their
 * environment from variables and run one file after the other, because there is one cluster.
 */
const real = ['test/cluster/**', 'test/minikube/**'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: real,
          testTimeout: 20_000,
          globalSetup: ['test/support/build-program.ts'],
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['test/cluster/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          globalSetup: ['test/support/build-program.ts'],
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'minikube',
          include: ['test/minikube/**/*.test.ts'],
          testTimeout: 900_000,
          hookTimeout: 900_000,
          globalSetup: ['test/support/build-program.ts'],
          fileParallelism: false,
        },
      },
    ],
  },
});
