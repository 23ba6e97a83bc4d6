import { checkBlock, isStrictSubset } from '../addresses.ts';
import { FieldErrors } from '../field-errors.ts';
import type { KindRules } from '../kind-rules.ts';
import { portName, portNumber } from '../names.ts';
import { checkSelector, type LabelSelector } from '../selectors.ts';
import { type Fields, fill, set, within, withinEach } from '../sharing.ts';

interface PolicyPort {
  protocol?: string;
  port?: number | string;
  endPort?: number;
}

interface Peer {
  podSelector?: LabelSelector;
  namespaceSelector?: LabelSelector;
  ipBlock?: { cidr?: string; except?: string[] };
}

interface PolicySpec {
  podSelector?: LabelSelector;
  ingress?: { ports?: PolicyPort[]; from?: Peer[] }[];
  egress?: { ports?: PolicyPort[]; to?: Peer[] }[];
  policyTypes?: string[];
}

function checkPolicyPort(errors: FieldErrors, path: string, { protocol, port, endPort }: PolicyPort): void {
  errors.oneOf(`${path}.protocol`, protocol, ['TCP', 'UDP', 'SCTP'], true);
  if (typeof port === 'number') {
    errors.each(`${path}.port`, port, portNumber(port));
    if (endPort === undefined) return;
    if (endPort < port) errors.invalid(`${path}.endPort`, port, 'must be greater than or equal to `port`');
    errors.each(`${path}.endPort`, endPort, portNumber(endPort));
  } else if (port === undefined) {
    if (endPort !== undefined)
      errors.invalid(`${path}.endPort`, endPort, 'may not be specified when `port` is not specified');
  } else {
    if (endPort !== undefined)
      errors.invalid(`${path}.endPort`, endPort, 'may not be specified when `port` is non-numeric');
    errors.each(`${path}.port`, port, portName(port));
  }
}

function checkPeer(errors: FieldErrors, path: string, { podSelector, namespaceSelector, ipBlock }: Peer): void {
  checkSelector(errors, `${path}.podSelector`, podSelector);
  checkSelector(errors, `${path}.namespaceSelector`, namespaceSelector);
  if (ipBlock !== undefined) {
    const { cidr = '', except = [] } = ipBlock;
    if (cidr === '') errors.required(`${path}.ipBlock.cidr`);
    else if (checkBlock(errors, `${path}.ipBlock.cidr`, cidr))
      for (const [index, block] of except.entries()) {
        const at = `${path}.ipBlock.except[${index}]`;
        if (checkBlock(errors, at, block) && !isStrictSubset(block, cidr))
          errors.invalid(at, block, 'must be a strict subset of `cidr`');
      }
  }
  const others = (podSelector === undefined ? 0 : 1) + (namespaceSelector === undefined ? 0 : 1);
  if (others === 0 && ipBlock === undefined) errors.required(path, 'must specify a peer');
  else if (others > 0 && ipBlock !== undefined) errors.forbidden(path, 'may not specify both ipBlock and another peer');
}

export const networkPolicyRules: KindRules = {
  defaults: (object) =>
    within(fill(object, { spec: {} }), 'spec', (fields) => {
      let spec = fill(fields, { podSelector: {} });
      const withPorts = (rule: Fields) => withinEach(rule, 'ports', (port) => fill(port, { protocol: 'TCP' }));
      spec = withinEach(withinEach(spec, 'ingress', withPorts), 'egress', withPorts);
      const { policyTypes = [], egress = [] } = spec as PolicySpec;
      if (policyTypes.length > 0) return spec;
      return set(spec, 'policyTypes', egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress']);
    }),
  validate: (object) => {
    const errors = new FieldErrors();
    const { podSelector, ingress = [], egress = [], policyTypes = [] } = (object['spec'] ?? {}) as PolicySpec;
    checkSelector(errors, 'spec.podSelector', podSelector);
    for (const [index, { ports = [], from = [] }] of ingress.entries()) {
      for (const [position, port] of ports.entries())
        checkPolicyPort(errors, `spec.ingress[${index}].ports[${position}]`, port);
      for (const [position, peer] of from.entries())
        checkPeer(errors, `spec.ingress[${index}].from[${position}]`, peer);
    }
    for (const [index, { ports = [], to = [] }] of egress.entries()) {
      for (const [position, port] of ports.entries())
        checkPolicyPort(errors, `spec.egress[${index}].ports[${position}]`, port);
      for (const [position, peer] of to.entries()) checkPeer(errors, `spec.egress[${index}].to[${position}]`, peer);
    }
    if (policyTypes.length > 2)
      errors.invalid('spec.policyTypes', policyTypes, 'may not specify more than two policyTypes');
    else
      for (const [index, type] of policyTypes.entries())
        if (type !== 'Ingress' && type !== 'Egress')
          errors.notSupported(`spec.policyTypes[${index}]`, type, ['Ingress', 'Egress']);
    return errors.list;
  },
};
