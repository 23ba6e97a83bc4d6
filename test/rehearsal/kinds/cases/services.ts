import { casesOf, changesOf, type Case } from '../case.ts';
import * as base from './bases.ts';

const nodePort = { 'spec/type': 'NodePort' };
const balanced = { 'spec/type': 'LoadBalancer' };

export const serviceCases: Case[] = [
  ...casesOf(base.service, {
    'as small as possible': {},
    'node port': nodePort,
    'node port that was asked for': { ...nodePort, 'spec/ports': [{ port: 80, nodePort: 31999 }] },
    'node port twice': {
      ...nodePort,
      'spec/ports': [
        { name: 'a', port: 80, nodePort: 31998 },
        { name: 'b', port: 81, nodePort: 31998 },
      ],
    },
    'one node port for two protocols': {
      ...nodePort,
      'spec/ports': [
        { name: 'a', port: 53, nodePort: 31997 },
        { name: 'b', port: 53, protocol: 'UDP' },
      ],
    },
    'node port of a cluster service': { 'spec/ports': [{ port: 80, nodePort: 31996 }] },
    'load balancer': balanced,
    'load balancer without node ports': { ...balanced, 'spec/allocateLoadBalancerNodePorts': false },
    'load balancer with local traffic': {
      ...balanced,
      'spec/externalTrafficPolicy': 'Local',
      'spec/healthCheckNodePort': 31995,
    },
    'load balancer with class and ranges': {
      ...balanced,
      'spec/loadBalancerClass': 'example.com/lb',
      'spec/loadBalancerSourceRanges': ['10.0.0.0/8'],
    },
    'load balancer with ranges that are none': { ...balanced, 'spec/loadBalancerSourceRanges': ['10.0.0.0'] },
    'class of no load balancer': {
      'spec/loadBalancerClass': 'example.com/lb',
      'spec/allocateLoadBalancerNodePorts': true,
      'spec/loadBalancerSourceRanges': ['10.0.0.0/8'],
    },
    headless: { 'spec/clusterIP': 'None' },
    'headless without selector': { 'spec/clusterIP': 'None', 'spec/selector': undefined },
    'headless without ports': { 'spec/clusterIP': 'None', 'spec/ports': undefined },
    'headless load balancer': { ...balanced, 'spec/clusterIP': 'None' },
    'without selector': { 'spec/selector': undefined },
    'external name': { 'spec/type': 'ExternalName', 'spec/externalName': 'db.example.com', 'spec/ports': undefined },
    'external name missing': { 'spec/type': 'ExternalName' },
    'external name that is none': {
      'spec/type': 'ExternalName',
      'spec/externalName': 'Bad_Name',
      'spec/clusterIP': '10.96.0.77',
    },
    'address that was asked for': { 'spec/clusterIP': '10.96.0.77' },
    'address that is none': { 'spec/clusterIP': 'x' },
    'addresses that differ': { 'spec/clusterIP': '10.96.0.77', 'spec/clusterIPs': ['10.96.0.78'] },
    'two families': { 'spec/ipFamilyPolicy': 'RequireDualStack' },
    'two families if possible': { 'spec/ipFamilyPolicy': 'PreferDualStack' },
    'the other family': { 'spec/ipFamilies': ['IPv6'] },
    'family unknown': { 'spec/ipFamilies': ['IPv5'], 'spec/ipFamilyPolicy': 'Some' },
    affinity: { 'spec/sessionAffinity': 'ClientIP' },
    'affinity unknown': { 'spec/sessionAffinity': 'Love' },
    'affinity for too long': {
      'spec/sessionAffinity': 'ClientIP',
      'spec/sessionAffinityConfig': { clientIP: { timeoutSeconds: 100000 } },
    },
    'no ports': { 'spec/ports': undefined },
    'two ports without names': { 'spec/ports': [{ port: 80 }, { port: 81 }] },
    'two ports of one name': {
      'spec/ports': [
        { name: 'a', port: 80 },
        { name: 'a', port: 81 },
      ],
    },
    'one port twice': {
      'spec/ports': [
        { name: 'a', port: 80 },
        { name: 'b', port: 80, targetPort: 8080 },
      ],
    },
    'ports that are none': {
      'spec/ports': [
        { name: 'A', port: 0 },
        { name: 'b', port: 70000, protocol: 'ICMP', targetPort: 'Not A Name' },
      ],
    },
    'target by name': { 'spec/ports': [{ port: 80, targetPort: 'web', appProtocol: 'kubernetes.io/h2c' }] },
    'type unknown': { 'spec/type': 'Router' },
    'external addresses': { 'spec/externalIPs': ['203.0.113.7'] },
    'external addresses that are none': { 'spec/externalIPs': ['127.0.0.1', '0.0.0.0', 'x'] },
    'traffic policies unknown': {
      ...nodePort,
      'spec/externalTrafficPolicy': 'Far',
      'spec/internalTrafficPolicy': 'Near',
      'spec/trafficDistribution': 'Anywhere',
    },
    'external policy of an internal service': {
      'spec/externalTrafficPolicy': 'Local',
      'spec/healthCheckNodePort': 31994,
    },
    'traffic distribution': { 'spec/trafficDistribution': 'PreferClose' },
    'selector that is none': { 'spec/selector': { 'a b': 'c d' } },
    'name with a digit first': { 'metadata/name': '1web' },
    'name with a dot': { 'metadata/name': 'web.one' },
    'status from the client': { status: { loadBalancer: { ingress: [{ ip: '203.0.113.7' }] } } },
  }),
  // Nothing is given out in a dry run, so nothing is found to be taken.
  ...casesOf(
    base.service,
    {
      'node port out of range': { ...nodePort, 'spec/ports': [{ port: 80, nodePort: 100 }] },
      'node port taken': { ...nodePort, 'spec/ports': [{ port: 80, nodePort: 31234 }] },
      'address taken': { 'spec/clusterIP': '10.96.0.1' },
      'address of the network': { 'spec/clusterIP': '10.96.0.0' },
      'address out of range': { 'spec/clusterIP': '192.168.1.1' },
    },
    true,
  ),
  ...changesOf(base.service, {
    address: { 'spec/clusterIP': '10.96.0.79', 'spec/clusterIPs': ['10.96.0.79'] },
    'address left out': { 'spec/clusterIP': undefined, 'spec/clusterIPs': undefined },
    'to node port': { 'spec/type': 'NodePort', 'spec/ports/0/nodePort': 31993 },
    'from node port': { from: nodePort, to: { 'spec/type': 'ClusterIP' } },
    'node port kept': {
      from: { ...nodePort, 'spec/ports': [{ port: 80, nodePort: 31992 }] },
      to: { 'spec/ports': [{ port: 80, protocol: 'TCP', targetPort: 8080 }] },
    },
    'to external name': { 'spec/type': 'ExternalName', 'spec/externalName': 'db.example.com' },
    'from load balancer': { from: balanced, to: { 'spec/type': 'ClusterIP' } },
    'class of the balancer': {
      from: { ...balanced, 'spec/loadBalancerClass': 'example.com/a' },
      to: { 'spec/loadBalancerClass': 'example.com/b' },
    },
    'to headless': { 'spec/clusterIP': 'None', 'spec/clusterIPs': ['None'] },
    'port more without a name': { 'spec/ports/1': { port: 81 } },
  }),
  ...casesOf(base.endpoints, {
    'as small as possible': {},
    'addresses that are none': {
      subsets: [{ addresses: [{ ip: 'x' }, { ip: '127.0.0.1' }], ports: [{ port: 0 }, { port: 1 }] }, {}],
    },
  }),
  ...casesOf(base.endpointSlice, {
    'as small as possible': {},
    'type unknown': { addressType: 'IPX' },
    'of names': {
      addressType: 'IPv6',
      endpoints: [{ addresses: ['fd00::1'], conditions: { ready: true }, hostname: 'a' }],
    },
    'addresses that are none': {
      endpoints: [{ addresses: ['x'] }, { addresses: [] }, { addresses: ['fd00::1'] }],
      ports: [{ name: 'A', protocol: 'X' }, { name: 'b' }, { name: 'b' }],
    },
  }),
  ...changesOf(base.endpointSlice, { type: { addressType: 'FQDN' } }),
  ...casesOf(base.ingress, {
    'as small as possible': {},
    'default backend': {
      'spec/rules': undefined,
      'spec/defaultBackend': { service: { name: 'web', port: { name: 'http' } } },
    },
    nothing: { spec: {} },
    'no path type': { 'spec/rules/0/http/paths/0/pathType': undefined },
    'path type unknown': { 'spec/rules/0/http/paths/0/pathType': 'Regex' },
    'path without slash': { 'spec/rules/0/http/paths/0/path': 'a' },
    'paths that are none': { 'spec/rules/0/http/paths/0/path': '/a//b/../c/..' },
    'path of an implementation': {
      'spec/rules/0/http/paths/0': {
        path: '/a//b',
        pathType: 'ImplementationSpecific',
        backend: { service: { name: 'web', port: { number: 80 } } },
      },
    },
    'no backend': { 'spec/rules/0/http/paths/0/backend': {} },
    'both backends': {
      'spec/rules/0/http/paths/0/backend': {
        service: { name: 'web', port: { number: 80 } },
        resource: { kind: 'a', name: 'b' },
      },
    },
    'resource backend': {
      'spec/rules/0/http/paths/0/backend': { resource: { apiGroup: 'example.com', kind: 'Bucket', name: 'b' } },
    },
    'backend without a port': { 'spec/rules/0/http/paths/0/backend': { service: { name: 'Web' } } },
    'backend with two ports': {
      'spec/rules/0/http/paths/0/backend': { service: { name: 'web', port: { name: 'a', number: 1 } } },
    },
    'no paths': { 'spec/rules/0/http/paths': [] },
    'host that is an address': { 'spec/rules/0/host': '10.0.0.1' },
    'host that is none': { 'spec/rules/0/host': 'Web_Site' },
    'wildcard host': { 'spec/rules/0/host': '*.example.com' },
    'wildcard in the middle': { 'spec/rules/0/host': 'a.*.com' },
    certificates: { 'spec/tls': [{ hosts: ['web.example'], secretName: 'cert' }] },
    'certificates that are none': { 'spec/tls': [{ hosts: ['A'], secretName: 'Bad_Name' }] },
    class: { 'spec/ingressClassName': 'nginx' },
    'class that is none': { 'spec/ingressClassName': 'Bad Name' },
    'class by annotation': { 'metadata/annotations': { 'kubernetes.io/ingress.class': 'nginx' } },
    'class by both': {
      'metadata/annotations': { 'kubernetes.io/ingress.class': 'nginx' },
      'spec/ingressClassName': 'other',
    },
    'rule without paths': { 'spec/rules': [{ host: 'a.example' }] },
  }),
  ...changesOf(base.ingress, {
    host: { 'spec/rules/0/host': 'b.example' },
    'host that is none': { 'spec/rules/0/host': 'B' },
  }),
  ...casesOf(base.ingressClass, {
    'as small as possible': {},
    'no controller': { 'spec/controller': '' },
    'controller without a domain': { 'spec/controller': 'nginx' },
    parameters: { 'spec/parameters': { kind: 'ConfigMap', name: 'a' } },
    'parameters in a namespace': { 'spec/parameters': { kind: 'ConfigMap', name: 'a', scope: 'Namespace' } },
    'scope unknown': { 'spec/parameters': { kind: '', name: '', scope: 'World' } },
  }),
  ...changesOf(base.ingressClass, { controller: { 'spec/controller': 'example.com/other' } }),
  ...casesOf(base.networkPolicy, {
    'as small as possible': {},
    'both ways': {
      'spec/ingress': [{ ports: [{ port: 80 }], from: [{ podSelector: {} }] }],
      'spec/egress': [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }],
    },
    'types unknown': { 'spec/policyTypes': ['Sideways'] },
    'three types': { 'spec/policyTypes': ['Ingress', 'Egress', 'Ingress'] },
    'peers that are none': {
      'spec/ingress': [
        {
          from: [
            {},
            { podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } },
            { ipBlock: { cidr: 'x' } },
            { ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16', '10.0.0.0/8'] } },
            { ipBlock: { cidr: '' } },
          ],
        },
      ],
    },
    'ports that are none': {
      'spec/ingress': [
        {
          ports: [
            { port: 0 },
            { port: 'Bad Name', endPort: 5 },
            { port: 80, endPort: 70 },
            { protocol: 'ICMP', endPort: 9 },
          ],
        },
      ],
    },
    'selector that is none': { 'spec/podSelector': { matchLabels: { 'a b': 'c' } } },
  }),
];
