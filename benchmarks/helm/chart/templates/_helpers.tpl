{{- define "app.labels" -}}
app.kubernetes.io/name: {{ $.Values.name }}
app.kubernetes.io/instance: {{ $.Values.name }}-{{ $.Values.env }}
app.kubernetes.io/version: {{ $.Values.tag | toJson }}
app.kubernetes.io/part-of: {{ $.Values.team }}
app.kubernetes.io/managed-by: platform
environment: {{ $.Values.env }}
{{- end }}
