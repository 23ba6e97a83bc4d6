import type { AllowedDifference } from './compare.ts';

/**
 * Differences between a real node and the rehearsal cluster that are no bugs. Everything else is one. An entry that matches
 * nothing is reported.
 */
export const allowedDifferences: readonly AllowedDifference[] = [
  {
    where: '* / kubectl explain *: stdout*',
    why: 'The rehearsal cluster carries the types of every field but not their descriptions, which are megabytes of prose.',
  },
  {
    where: '*ontainerStatuses[*].user.linux.*',
    why: 'Which user an image runs as stands in the image, which a rehearsal does not have.',
  },
  {
    where: 'discovery / * / kubectl cluster-info: stdout*',
    why: 'A rehearsal has the CoreDNS of Minikube, whose Service is labelled; that of the recorded node is not.',
    actual: /CoreDNS is running at|null/,
  },
];

/**
 * Differences between a real node and its own recording: what depends on the speed of the machine and cannot be taken out of
 * every answer.
 */
export const allowedOnRealNodes: readonly AllowedDifference[] = [];
