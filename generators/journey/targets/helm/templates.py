"""The files that every chart has: they hold no word of a service, so that what an environment runs is its values'.

VERSION is the chart's: it is raised with every change of a file here, since a published version is never replaced.
"""

from __future__ import annotations

VERSION = "1.0.0"

HELPERS = """\
{{/*
An image as a pod names it: repository, tag, digest.
*/}}
{{- define "journey.image" -}}
{{ .repository }}{{ with .tag }}:{{ . }}{{ end }}{{ with .digest }}@{{ . }}{{ end }}
{{- end -}}

{{/*
An object of `objects` with the values that have names of their own put in place of ${...}.
*/}}
{{- define "journey.object" -}}
{{- $object := deepCopy .object -}}
{{- $values := .values -}}
{{- $spec := $object.spec -}}
{{- if eq $object.kind "ConfigMap" }}
  {{- if eq (toString $object.data) "${config}" }}
    {{- $_ := set $object "data" $values.config }}
  {{- end }}
{{- else if has $object.kind (list "HorizontalPodAutoscaler" "ScaledObject") }}
  {{- range $field, $value := $spec }}
    {{- if eq (toString $value) "${scaling.min}" }}
      {{- $_ := set $spec $field $values.scaling.min }}
    {{- else if eq (toString $value) "${scaling.max}" }}
      {{- $_ := set $spec $field $values.scaling.max }}
    {{- end }}
  {{- end }}
{{- else if has $object.kind (list "Deployment" "StatefulSet" "CronJob" "Job") }}
  {{- if eq (toString $spec.replicas) "${replicas}" }}
    {{- $_ := set $spec "replicas" $values.replicas }}
  {{- end }}
  {{- if eq $object.kind "CronJob" }}
    {{- $spec = $spec.jobTemplate.spec }}
  {{- end }}
  {{- include "journey.pods" (dict "template" $spec.template "values" $values) }}
{{- end }}
{{- toYaml $object }}
{{- end -}}

{{/*
The same in a pod template: image, resources and deployment id. It prints nothing.
*/}}
{{- define "journey.pods" -}}
{{- $values := .values -}}
{{- $template := .template -}}
{{- range $name, $value := $template.metadata.labels }}
  {{- $_ := set $template.metadata.labels $name (replace "${deploymentId}" (toString $values.deploymentId) $value) }}
{{- end }}
{{- range $container := concat (default list $template.spec.initContainers) $template.spec.containers }}
  {{- if eq (toString $container.image) "${image}" }}
    {{- $_ := set $container "image" (include "journey.image" $values.image) }}
  {{- end }}
  {{- if eq (toString $container.resources) "${resources}" }}
    {{- $_ := set $container "resources" $values.resources }}
  {{- end }}
  {{- range $variable := $container.env }}
    {{- with $variable.value }}
      {{- $_ := set $variable "value" (replace "${deploymentId}" (toString $values.deploymentId) .) }}
    {{- end }}
  {{- end }}
{{- end }}
{{- end -}}
"""

OBJECTS = """\
{{- range .Values.objects }}
{{- if not (has .kind $.Values.without) }}
---
{{ include "journey.object" (dict "object" . "values" $.Values) }}
{{- end }}
{{- end }}
"""

TEST = """\
{{- if .Values.test.url }}
apiVersion: v1
kind: Pod
metadata:
  name: {{ printf "%s-test" .Chart.Name | trunc 63 | trimSuffix "-" }}
  namespace: {{ .Release.Namespace }}
  annotations:
    helm.sh/hook: test
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    seccompProfile:
      type: RuntimeDefault
  containers:
  - name: test
    image: {{ .Values.test.image }}
    command: [wget, --quiet, --tries=3, --timeout=5, --output-document=/dev/null, {{ .Values.test.url | quote }}]
    resources:
      requests: {cpu: 10m, memory: 16Mi}
      limits: {memory: 32Mi}
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities: {drop: [ALL]}
{{- end }}
"""

NOTES = """\
{{ .Chart.Name }}{{ with .Values.image.tag }} {{ . }}{{ end }}: {{ len .Values.objects }} objects
{{- with .Values.deploymentId }}, deployment id {{ . }}{{ end }}.
{{- if not .Values.objects }}

There is nothing to install: give the values of an environment, such as
  --values environments/<environment>/<cluster>/helm/{{ .Chart.Name }}.yaml
{{- end }}
{{- if .Values.test.url }}

See whether it answers:
  helm test {{ .Release.Name }} --namespace {{ .Release.Namespace }}
{{- end }}
"""

FILES = {
    "templates/_helpers.tpl": (HELPERS, "{{/* */}}"),
    "templates/objects.yaml": (OBJECTS, "#"),
    "templates/tests/answers.yaml": (TEST, "#"),
    "templates/NOTES.txt": (NOTES, "{{/* */}}"),
}
"""The files by path, each with the marks of a remark in it."""
