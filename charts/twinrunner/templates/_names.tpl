{{/* Names, labels and addresses. */}}

{{- define "twinrunner.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{/* At most 40 characters: roles and the like are added. */}}
{{- define "twinrunner.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains (include "twinrunner.name" .) .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "twinrunner.name" .) | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* What never changes, and so may select: (dict "root" $ "part" "api"). */}}
{{- define "twinrunner.selector" -}}
app.kubernetes.io/name: {{ include "twinrunner.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .part }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{- define "twinrunner.labels" -}}
{{ include "twinrunner.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: twinrunner
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Metadata of an object: (dict "root" $ "part" "api" "name" "…" "annotations" (dict) "namespace" "…" "labels" (dict)). */}}
{{- define "twinrunner.metadata" -}}
name: {{ .name }}
namespace: {{ .namespace | default .root.Release.Namespace }}
labels:
  {{- include "twinrunner.labels" . | nindent 2 }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with merge (dict) (.annotations | default dict) .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* (dict "root" $ "image" .Values.image) */}}
{{- define "twinrunner.image" -}}
{{- $registry := .root.Values.global.imageRegistry | default .image.registry -}}
{{- $tag := .image.tag | default .root.Chart.AppVersion -}}
{{- with $registry }}{{ . }}/{{ end }}{{ .image.repository }}{{ if .image.digest }}@{{ .image.digest }}{{ else }}:{{ $tag }}{{ end }}
{{- end }}

{{/* (dict "root" $ "role" "api") */}}
{{- define "twinrunner.serviceAccount" -}}
{{- $account := (get .root.Values .role).serviceAccount -}}
{{- $account.name | default (ternary (printf "%s-%s" (include "twinrunner.fullname" .root) .role) "default" $account.create) }}
{{- end }}

{{- define "twinrunner.stepNamespace" -}}
{{- .Values.steps.namespace.name | default .Release.Namespace }}
{{- end }}

{{/* (dict "root" $ "name" "api") */}}
{{- define "twinrunner.host" -}}
{{ include "twinrunner.fullname" .root }}-{{ .name }}.{{ .root.Release.Namespace }}.svc.{{ .root.Values.clusterDomain }}
{{- end }}

{{- define "twinrunner.apiUrl" -}}
{{- .Values.steps.apiUrl | default (printf "http://%s:%v" (include "twinrunner.host" (dict "root" . "name" "api")) .Values.service.port) }}
{{- end }}

{{- define "twinrunner.objectsEndpoint" -}}
{{- if .Values.minio.enabled -}}
http://{{ include "twinrunner.host" (dict "root" . "name" "minio") }}:9000
{{- else -}}
{{ .Values.objects.endpoint }}
{{- end -}}
{{- end }}

{{/* The Secret with token and key: one of the user's, or ours. */}}
{{- define "twinrunner.authSecret" -}}
{{- .Values.auth.existingSecret | default (include "twinrunner.fullname" .) }}
{{- end }}

{{/* Name of the Secret with the database's login, if there is one. */}}
{{- define "twinrunner.databaseSecret" -}}
{{- if .Values.mongodb.enabled -}}
{{ include "twinrunner.fullname" . }}-mongodb
{{- else if .Values.database.existingSecret -}}
{{ .Values.database.existingSecret }}
{{- else if .Values.database.user -}}
{{ include "twinrunner.fullname" . }}-database
{{- end -}}
{{- end }}

{{/* Name of the Secret with the object store's keys, if there is one. */}}
{{- define "twinrunner.objectsSecret" -}}
{{- if .Values.minio.enabled -}}
{{ include "twinrunner.fullname" . }}-minio
{{- else if .Values.objects.existingSecret -}}
{{ .Values.objects.existingSecret }}
{{- else if .Values.objects.accessKey -}}
{{ include "twinrunner.fullname" . }}-objects
{{- end -}}
{{- end }}

{{/* A value of a Secret that is made once: given, else what the cluster has, else random. (dict "root" $ "secret" "…" "key" "…" "given" "…" "random" "…") */}}
{{- define "twinrunner.kept" -}}
{{- $stored := lookup "v1" "Secret" .root.Release.Namespace .secret | default dict -}}
{{- if .given -}}
{{ .given | b64enc }}
{{- else if hasKey ($stored.data | default dict) .key -}}
{{ get $stored.data .key }}
{{- else -}}
{{ .random | b64enc }}
{{- end -}}
{{- end }}

{{/* Pods that hold to the restricted standard. */}}
{{- define "twinrunner.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "twinrunner.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "twinrunner.pullSecrets" -}}
{{- with .Values.global.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{/* A peer of a NetworkPolicy: pods of a selector, in this namespace or another. (dict "here" "…" "there" "…" "selector" "…") */}}
{{- define "twinrunner.peer" -}}
- podSelector:
    {{- .selector | nindent 4 }}
  {{- if ne .here .there }}
  namespaceSelector:
    matchLabels: {kubernetes.io/metadata.name: {{ .there }}}
  {{- end }}
{{- end }}

{{/* The pods of steps, by a label that the executor puts on each. */}}
{{- define "twinrunner.stepPods" -}}
matchExpressions: [{key: twinrunner.step, operator: Exists}]
{{- end }}

{{/* The product's own pods: (dict "root" $ "part" "api"). */}}
{{- define "twinrunner.ownPods" -}}
matchLabels:
  {{- include "twinrunner.selector" . | nindent 2 }}
{{- end }}
