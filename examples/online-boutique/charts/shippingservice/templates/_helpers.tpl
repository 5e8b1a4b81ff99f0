{{/* Rendered by journey; edit the spec and run "make render". */}}
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
