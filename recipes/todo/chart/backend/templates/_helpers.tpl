{{/* Deployment, autoscaler and budget are called like the release: backend. */}}
{{- define "backend.name" -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "backend.selectorLabels" -}}
app: todo-backend
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* Without the versions of chart and image, so that only what the pods run from replaces them. */}}
{{- define "backend.podLabels" -}}
{{ include "backend.selectorLabels" . }}
app.kubernetes.io/name: backend
app.kubernetes.io/component: api
app.kubernetes.io/part-of: todo
{{- end -}}

{{- define "backend.labels" -}}
{{ include "backend.podLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "backend.secretName" -}}
{{- .Values.secrets.existing | default .Values.secrets.name -}}
{{- end -}}

{{/* The fewest pods that there will be. */}}
{{- define "backend.replicas" -}}
{{- .Values.autoscaling.enabled | ternary .Values.autoscaling.minReplicas .Values.replicaCount -}}
{{- end -}}

{{- define "backend.probe" -}}
httpGet:
  path: {{ .path }}
  port: http
{{ omit . "path" | toYaml }}
{{- end -}}
