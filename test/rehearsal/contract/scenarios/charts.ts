/** Files of the charts that helm is tried with. */

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels: {app: {{ .Release.Name }}}
spec:
  replicas: {{ .Values.replicas }}
  progressDeadlineSeconds: 60
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: web
          image: {{ .Values.image }}
          env: [{name: TEXT, value: {{ .Values.text | quote }}}]
          ports: [{containerPort: 8080, name: http}]
          readinessProbe: {httpGet: {path: /ready, port: http}, periodSeconds: 1}
`;

const service = `apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
spec:
  selector: {app: {{ .Release.Name }}}
  ports: [{port: 80, targetPort: http, name: http}]
`;

const settings = `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-settings}
data: {text: {{ .Values.text | quote }}, revision: {{ .Release.Revision | quote }}}
`;

const hook = (name: string, when: string, more = '') => `apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-${name}
  annotations: {helm.sh/hook: ${when}${more}}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{name: app, image: busybox:1.37, command: [{{ .Values.hookCommand | quote }}]}]
`;

const test = `apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}-test
  annotations: {helm.sh/hook: test}
spec:
  restartPolicy: Never
  containers: [{name: app, image: busybox:1.37, command: [{{ .Values.testCommand | quote }}]}]
`;

const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.{namespace}.example.org}
spec:
  group: {namespace}.example.org
  scope: Namespaced
  names: {plural: things, singular: thing, kind: Thing}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}
`;

const thing = `apiVersion: {namespace}.example.org/v1
kind: Thing
metadata: {name: {{ .Release.Name }}}
spec: {size: 1}
`;

const schema = '{"type":"object","properties":{"replicas":{"type":"integer","minimum":0}}}\n';
const values = 'replicas: 1\nimage: echo:1\ntext: one\nhookCommand: "true"\ntestCommand: "true"\n';
const chart = (name: string, version = '1.0.0') =>
  `apiVersion: v2\nname: ${name}\nversion: ${version}\nappVersion: "1"\ndescription: a chart\n`;

const folder = (name: string, files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ 'Chart.yaml': chart(name), 'values.yaml': values, ...files }).map(([path, text]) => [
      `${name}/${path}`,
      text,
    ]),
  );

export const charts: Readonly<Record<string, string>> = {
  ...folder('web', {
    'values.schema.json': schema,
    'templates/deployment.yaml': deployment,
    'templates/service.yaml': service,
    'templates/settings.yaml': settings,
    'templates/test.yaml': test,
    'templates/NOTES.txt': 'Release {{ .Release.Name }} says {{ .Values.text }}.\n',
  }),
  ...folder('hooked', {
    'templates/settings.yaml': settings,
    'templates/before.yaml': hook('before', '"pre-install,pre-upgrade"', ', helm.sh/hook-weight: "-1"'),
    'templates/after.yaml': hook('after', 'post-install', ', helm.sh/hook-delete-policy: hook-succeeded'),
    'templates/gone.yaml': hook('gone', 'post-delete'),
  }),
  ...folder('defined', { 'crds/thing.yaml': definition, 'templates/thing.yaml': thing }),
  ...folder('undefined', { 'templates/thing.yaml': thing.replace('kind: Thing', 'kind: Nothing') }),
  ...folder('refused', { 'templates/settings.yaml': settings.replace('data:', 'dta:') }),
  ...folder('looking', {
    'templates/found.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: found}\ndata:\n  text: {{ (lookup "v1" "ConfigMap" .Release.Namespace "there").data.text | default "nothing" }}\n',
  }),
};
