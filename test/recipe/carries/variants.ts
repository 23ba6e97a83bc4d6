import { cloudTarget, plantedSecret, type PlanOf } from '../../support/plan-of.ts';

/** One set of answers by which an application is planned; whatever is not given takes its default. */
type Variant = PlanOf & { name: string };

/** How many boxes and how many bold paragraphs the list of the application has, from which its table was made. */
interface Carried {
  boxes: number;
  paragraphs: number;
  variants: Variant[];
}

const databaseUrl = `postgresql://user:${plantedSecret}@db.example.com:5432/app`;

const ghartsCloud = {
  given: {
    githubAppId: '123456',
    githubInstallationId: '12345678',
    githubOrganization: 'example',
    oidcIssuer: 'https://example.auth0.com/',
    email: 'admin@example.com',
  },
  secrets: { 'secrets.db.url': databaseUrl },
};

const kairoflowCloud = {
  given: {
    databaseHost: 'db.example.com',
    redisHost: 'redis.example.com',
    minioEndpoint: 's3.example.com:9000',
    email: 'admin@example.com',
    registryUser: 'example',
  },
  secrets: {
    'secrets.database.DATABASE_PASSWORD': plantedSecret,
    'secrets.minio.MINIO_ACCESS_KEY': plantedSecret,
    'secrets.minio.MINIO_SECRET_KEY': plantedSecret,
    'secrets.registry.password': plantedSecret,
  },
};

const novahostCloud = {
  given: { email: 'admin@example.com' },
  secrets: { 'secrets.cloudflare.api-token': plantedSecret },
};

const volaticloudCloud = {
  given: { databaseHost: 'db.example.com', email: 'admin@example.com' },
  secrets: { 'secrets.app.database-url': databaseUrl },
};

export const carried: Record<string, Carried> = {
  gharts: {
    boxes: 29,
    paragraphs: 15,
    variants: [
      { name: 'local', environment: 'local' },
      {
        name: 'local-ingress',
        environment: 'local',
        given: { routing: 'ingress', autoscaling: 'yes', persistence: 'yes', networkPolicy: 'yes' },
      },
      { name: 'staging', environment: 'staging', target: cloudTarget, ...ghartsCloud },
      { name: 'production', environment: 'production', target: cloudTarget, ...ghartsCloud },
      { name: 'gateway-istio', environment: 'gateway', target: cloudTarget, ...ghartsCloud },
      {
        name: 'gateway-nginx-external-secrets',
        environment: 'gateway',
        target: cloudTarget,
        given: { ...ghartsCloud.given, controller: 'nginx', secretsFrom: 'externalSecrets' },
      },
      {
        name: 'gateway-traefik',
        environment: 'gateway',
        target: cloudTarget,
        ...ghartsCloud,
        given: { ...ghartsCloud.given, controller: 'traefik', acme: 'letsencrypt-staging' },
      },
      {
        name: 'gateway-existing-own-certificate',
        environment: 'gateway',
        target: cloudTarget,
        ...ghartsCloud,
        given: {
          ...ghartsCloud.given,
          controller: 'existing',
          gatewayClass: 'contour',
          tls: 'existing',
          tlsCertFile: './tls.crt',
          tlsKeyFile: './tls.key',
        },
      },
      {
        name: 'multi-region-everything-optional',
        environment: 'multiRegion',
        target: cloudTarget,
        given: {
          ...ghartsCloud.given,
          databaseCaFile: './rds-ca.pem',
          backup: 'yes',
          backupBucket: 'gharts-backups',
          spot: 'yes',
          metrics: 'yes',
          rateLimit: 'yes',
          registryLogin: 'yes',
          registryUser: 'example',
          roleArn: 'arn:aws:iam::123456789012:role/gharts',
        },
        secrets: { ...ghartsCloud.secrets, 'secrets.registry.password': plantedSecret },
      },
      {
        name: 'production-argocd',
        environment: 'production',
        target: cloudTarget,
        ...ghartsCloud,
        given: { ...ghartsCloud.given, gitops: 'argocd', gitRepository: 'https://github.com/example/gharts.git' },
      },
    ],
  },
  volaticloud: {
    boxes: 23,
    paragraphs: 17,
    variants: [
      { name: 'local', environment: 'local' },
      { name: 'local-ingress', environment: 'local', given: { expose: 'ingress', keycloakBy: 'manifests' } },
      {
        name: 'dev-olm',
        environment: 'dev',
        target: cloudTarget,
        given: { email: 'admin@example.com' },
      },
      {
        name: 'staging-cluster-database',
        environment: 'staging',
        target: cloudTarget,
        given: { email: 'admin@example.com', database: 'cluster', autoscaling: 'yes', etcd: 'cluster' },
      },
      { name: 'prod', environment: 'prod', target: cloudTarget, ...volaticloudCloud },
      {
        name: 'prod-existing-keycloak',
        environment: 'prod',
        target: cloudTarget,
        given: {
          ...volaticloudCloud.given,
          keycloakBy: 'existing',
          keycloakUrl: 'https://auth.example.com',
          dnsProvider: 'cloudflare',
          ingressController: 'nginx',
          registryLogin: 'yes',
          registryUser: 'example',
        },
        secrets: {
          ...volaticloudCloud.secrets,
          'secrets.keycloakAdmin.username': 'admin',
          'secrets.keycloakAdmin.password': plantedSecret,
          'secrets.registry.password': plantedSecret,
          'secrets.dnsToken.token': plantedSecret,
        },
      },
    ],
  },
  kairoflow: {
    boxes: 13,
    paragraphs: 12,
    variants: [
      { name: 'local', environment: 'local' },
      {
        name: 'local-traefik',
        environment: 'local',
        given: { expose: 'traefik', php: '8.4' },
        secrets: { 'secrets.openai.OPENAI_API_KEY': plantedSecret },
      },
      { name: 'staging', environment: 'staging', target: cloudTarget, ...kairoflowCloud },
      {
        name: 'prod-two-pods',
        environment: 'prod',
        target: cloudTarget,
        ...kairoflowCloud,
        given: { ...kairoflowCloud.given, replicas: '2', node: 'worker-1', storageClass: 'shared' },
      },
    ],
  },
  novahost: {
    boxes: 13,
    paragraphs: 18,
    variants: [
      { name: 'local', environment: 'local' },
      { name: 'local-ingress', environment: 'local', given: { expose: 'ingress', autoscaling: 'yes' } },
      { name: 'dev-helm', environment: 'dev', target: cloudTarget, ...novahostCloud },
      {
        name: 'staging-argocd-private',
        environment: 'staging',
        target: cloudTarget,
        given: {
          ...novahostCloud.given,
          gitops: 'app',
          infraIsPrivate: 'yes',
          dnsProvider: 'cloudflare',
          ingressController: 'nginx',
          buildServerSecrets: 'database,redis,r2,build',
        },
        secrets: {
          ...novahostCloud.secrets,
          'secrets.infraRepository.username': 'example',
          'secrets.infraRepository.password': plantedSecret,
          'secrets.r2.R2_SECRET_ACCESS_KEY': plantedSecret,
        },
      },
      { name: 'prod-app-of-apps', environment: 'prod', target: cloudTarget, ...novahostCloud },
    ],
  },
};
