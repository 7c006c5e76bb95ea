{{/* twinrunner.json: what the chart knows, and over it what the user sets. */}}
{{- define "twinrunner.settings" -}}
{{- $settings := dict
  "listen" (list (printf "http://0.0.0.0:%d" 7466))
  "executor" "kubernetes"
  "kubernetesNamespace" (include "twinrunner.stepNamespace" .)
  "kubernetesInstallation" (printf "%s.%s" .Release.Name .Release.Namespace | trunc 63 | trimSuffix "." | trimSuffix "-")
  "kubernetesDomain" .Values.clusterDomain
  "kubernetesHelperImage" (include "twinrunner.image" (dict "root" . "image" .Values.image))
  "kubernetesApiUrl" (include "twinrunner.apiUrl" .)
  "localSources" false
  "cacheBytes" 4294967296
  "slots" (int .Values.runner.slots)
  "objects" .Values.objects.url
  "s3CreateBucket" (or .Values.minio.enabled .Values.objects.createBucket) -}}
{{- with .Values.objects.region }}{{ $_ := set $settings "s3Region" . }}{{ end -}}
{{- if and (not .Values.minio.enabled) (not (kindIs "invalid" .Values.objects.pathStyle)) }}{{ $_ := set $settings "s3PathStyle" .Values.objects.pathStyle }}{{ end -}}
{{- with include "twinrunner.objectsEndpoint" . }}{{ $_ := set $settings "s3Endpoint" . }}{{ end -}}
{{- if .Values.objects.caConfigMap }}{{ $_ := set $settings "s3CaFile" "/etc/twinrunner/objects-ca/ca.crt" }}{{ end -}}
{{- if include "twinrunner.policy" . }}{{ $_ := set $settings "kubernetesPolicy" "/etc/twinrunner/config/policy.json" }}{{ end -}}
{{- with .Values.steps.sharedVolume.claim -}}
  {{ $_ := set $settings "kubernetesSharedClaim" . }}{{ $_ := set $settings "kubernetesSharedPath" $.Values.steps.sharedVolume.path -}}
{{- end -}}
{{- if .Values.mongodb.enabled -}}
  {{ $_ := set $settings "database" (printf "mongodb://%s:27017/twinrunner?authSource=admin&replicaSet=rs0" (include "twinrunner.host" (dict "root" . "name" "mongodb"))) -}}
{{- else if not .Values.database.urlKey -}}
  {{ $_ := set $settings "database" (required "database.url is needed: the address of MongoDB. To try out without one, set mongodb.enabled=true." .Values.database.url) -}}
{{- end -}}
{{- toPrettyJson (merge (dict) .Values.settings $settings) }}
{{- end }}

{{/* What components may ask of their pods; the logins of images count for steps, too. */}}
{{- define "twinrunner.policy" -}}
{{- $policy := deepCopy .Values.steps.policy -}}
{{- $defaults := dict -}}
{{- with .Values.global.imagePullSecrets }}{{ $_ := set $defaults "imagePullSecrets" . }}{{ end -}}
{{- if and .Values.steps.ingress.enabled .Values.steps.ingress.host -}}
  {{ $ingress := dict -}}
  {{ range $key := list "host" "className" "annotations" "tlsSecret" }}{{ with get $.Values.steps.ingress $key }}{{ $_ := set $ingress $key . }}{{ end }}{{ end -}}
  {{ $_ := set $defaults "ingress" $ingress -}}
{{- end -}}
{{- if $defaults }}{{ $_ := set $policy "defaults" (merge (dict) (get $policy "defaults" | default dict) $defaults) }}{{ end -}}
{{- with $policy }}{{ toPrettyJson . }}{{ end -}}
{{- end }}

{{/* (dict "name" "TWIN_…" "secret" "…" "key" "…") */}}
{{- define "twinrunner.secretEnv" -}}
- name: {{ .name }}
  valueFrom: {secretKeyRef: {name: {{ .secret }}, key: {{ .key }}}}
{{- end }}

{{/* What must not be in a ConfigMap. */}}
{{- define "twinrunner.secretSettings" -}}
{{- $auth := include "twinrunner.authSecret" . -}}
{{ include "twinrunner.secretEnv" (dict "name" "TWIN_API_TOKEN" "secret" $auth "key" "token") }}
{{ include "twinrunner.secretEnv" (dict "name" "TWIN_SECRETS_KEY" "secret" $auth "key" "secrets-key") }}
{{- with .Values.auth.githubWebhookSecret }}
{{ include "twinrunner.secretEnv" (dict "name" "TWIN_GITHUB_WEBHOOK_SECRET" "secret" . "key" "secret") }}
{{- end }}
{{- with include "twinrunner.databaseSecret" . }}
{{- $keys := ternary (dict "user" "user" "password" "password") (dict "user" $.Values.database.userKey "password" $.Values.database.passwordKey) (not $.Values.database.existingSecret) }}
{{- if and $.Values.database.existingSecret $.Values.database.urlKey }}
{{ include "twinrunner.secretEnv" (dict "name" "TWIN_DATABASE" "secret" . "key" $.Values.database.urlKey) }}
{{- else }}
{{ include "twinrunner.secretEnv" (dict "name" "TWIN_DATABASE_USER" "secret" . "key" $keys.user) }}
{{ include "twinrunner.secretEnv" (dict "name" "TWIN_DATABASE_PASSWORD" "secret" . "key" $keys.password) }}
{{- end }}
{{- end }}
{{- with include "twinrunner.objectsSecret" . }}
{{- $keys := ternary (dict "access" "access-key" "secret" "secret-key") (dict "access" $.Values.objects.accessKeyKey "secret" $.Values.objects.secretKeyKey) (not $.Values.objects.existingSecret) }}
{{ include "twinrunner.secretEnv" (dict "name" "TWIN_S3_ACCESS_KEY" "secret" . "key" $keys.access) }}
{{ include "twinrunner.secretEnv" (dict "name" "TWIN_S3_SECRET_KEY" "secret" . "key" $keys.secret) }}
{{- end }}
{{- end }}
