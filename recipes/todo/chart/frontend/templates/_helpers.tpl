{{/* Deployment, autoscaler and budget are called like the release: frontend. */}}
{{- define "frontend.name" -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "frontend.selectorLabels" -}}
app: todo-frontend
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* Without the versions of chart and image, so that only what the pods run from replaces them. */}}
{{- define "frontend.podLabels" -}}
{{ include "frontend.selectorLabels" . }}
app.kubernetes.io/name: frontend
app.kubernetes.io/component: web
app.kubernetes.io/part-of: todo
{{- end -}}

{{- define "frontend.labels" -}}
{{ include "frontend.podLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "frontend.secretName" -}}
{{- .Values.secrets.existing | default .Values.secrets.name -}}
{{- end -}}

{{/* The fewest pods that there will be. */}}
{{- define "frontend.replicas" -}}
{{- .Values.autoscaling.enabled | ternary .Values.autoscaling.minReplicas .Values.replicaCount -}}
{{- end -}}

{{- define "frontend.probe" -}}
httpGet:
  path: {{ .path }}
  port: http
{{ omit . "path" | toYaml }}
{{- end -}}
