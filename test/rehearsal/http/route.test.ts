import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { acceptedOf } from '../../../src/rehearsal/http/negotiation.ts';
import { routeOf } from '../../../src/rehearsal/http/route.ts';

describe('a path of the API', () => {
  it.each([
    ['/', { is: 'root' }],
    ['/version', { is: 'version' }],
    ['/readyz', { is: 'health' }],
    ['/api', { is: 'core-versions' }],
    ['/apis', { is: 'groups' }],
    ['/apis/apps', { is: 'group', group: 'apps' }],
    ['/apis/apps/v1', { is: 'group-version', group: 'apps', version: 'v1' }],
    ['/api/v1', { is: 'group-version', group: '', version: 'v1' }],
    ['/openapi/v3', { is: 'openapi-v3' }],
    ['/openapi/v3/apis/apps/v1', { is: 'openapi-v3-document', path: 'apis/apps/v1' }],
    ['/api/v1/pods', { is: 'resource', group: '', version: 'v1', plural: 'pods' }],
    ['/api/v1/namespaces/shop', { is: 'resource', group: '', version: 'v1', plural: 'namespaces', name: 'shop' }],
    [
      '/api/v1/namespaces/shop/finalize',
      { is: 'resource', group: '', version: 'v1', plural: 'namespaces', name: 'shop', subresource: 'finalize' },
    ],
    ['/api/v1/namespaces/shop/pods', { is: 'resource', group: '', version: 'v1', namespace: 'shop', plural: 'pods' }],
    [
      '/api/v1/namespaces/shop/pods/web/log',
      { is: 'resource', group: '', version: 'v1', namespace: 'shop', plural: 'pods', name: 'web', subresource: 'log' },
    ],
    [
      '/api/v1/namespaces/shop/services/web:http/proxy/health/live',
      {
        is: 'resource',
        group: '',
        version: 'v1',
        namespace: 'shop',
        plural: 'services',
        name: 'web:http',
        subresource: 'proxy',
        rest: 'health/live',
      },
    ],
    [
      '/apis/apps/v1/namespaces/shop/deployments/web/scale',
      {
        is: 'resource',
        group: 'apps',
        version: 'v1',
        namespace: 'shop',
        plural: 'deployments',
        name: 'web',
        subresource: 'scale',
      },
    ],
  ])('%s', (path, route) => {
    expect(routeOf(path)).toEqual(route);
  });

  it.each(['/nothing', '/openapi', '/openapi/v4', '/version/x', '/%'])('%s is none', (path) => {
    expect(routeOf(path)).toBeUndefined();
  });

  it('is taken apart whatever it holds, without an error', () => {
    fc.assert(
      fc.property(fc.webPath(), fc.string(), (path, rest) => {
        routeOf(`${path}${rest}`);
      }),
    );
  });
});

describe('what a client accepts', () => {
  it.each([
    [undefined, {}],
    ['*/*', {}],
    ['application/json', {}],
    ['application/vnd.kubernetes.protobuf,application/json', {}],
    ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json', { as: 'Table' }],
    ['application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io', { as: 'PartialObjectMetadataList' }],
    [
      'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json',
      { as: 'APIGroupDiscoveryList' },
    ],
    // A view of another version is passed over for what comes after it.
    ['application/json;as=Table;v=v2;g=meta.k8s.io,application/json', {}],
  ])('%s', (header, accepted) => {
    expect(acceptedOf(header)).toEqual(accepted);
  });

  it.each(['application/vnd.kubernetes.protobuf', 'text/html', 'application/json;as=Table;v=v2;g=meta.k8s.io'])(
    '%s is nothing that can be written',
    (header) => {
      expect(acceptedOf(header)).toBeUndefined();
    },
  );
});
