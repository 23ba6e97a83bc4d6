/** What the process loads once its port is open. */
export { createRunningCluster } from './cluster.ts';
export { listen } from './http/server.ts';
