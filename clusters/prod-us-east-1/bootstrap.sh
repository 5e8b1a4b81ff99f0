#!/bin/sh
# Rendered by journey; edit the spec and run "make render".
# Starts Argo CD on cluster prod-us-east-1 and hands it this repository. Run it once; needs kubectl and openssl.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Makes a Secret, or makes it anew: name, type, files.
secret() {
  name=$1 type=$2
  shift 2
  kubectl -n argocd create secret generic "$name" --type="$type" "$@" --dry-run=client -o yaml \
    | kubectl label --local -f - app.kubernetes.io/part-of=argocd -o yaml \
    | kubectl apply --server-side -f -
}

authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=argocd-ca" \
    -keyout "$work/ca.key" -out "$work/ca.crt"
}

certificate() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$2" \
    -keyout "$work/tls.key" -out "$work/tls.csr"
  printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$3" > "$work/extensions"
  openssl x509 -req -in "$work/tls.csr" -CA "$work/ca.crt" -CAkey "$work/ca.key" -CAcreateserial \
    -days 1825 -extfile "$work/extensions" -out "$work/tls.crt"
  secret "$1" kubernetes.io/tls \
    --from-file=tls.crt="$work/tls.crt" --from-file=tls.key="$work/tls.key" --from-file=ca.crt="$work/ca.crt"
}

# For a moment a definition has no conditions at all, and kubectl does not wait for some to come: it fails.
established() {
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    if kubectl wait --for=condition=Established --timeout=60s -f "$1"; then
      return
    fi
    sleep 1
  done
  return 1
}

kubectl apply --server-side -f argocd/namespace-argocd.yaml
if ! kubectl -n argocd get secret argocd-ca >/dev/null 2>&1; then
  authority
  certificate argocd-redis-tls argocd-redis 'DNS:argocd-redis,DNS:argocd-redis.argocd,DNS:argocd-redis.argocd.svc,DNS:localhost'
  certificate argocd-repo-server-tls argocd-repo-server 'DNS:argocd-repo-server,DNS:argocd-repo-server.argocd,DNS:argocd-repo-server.argocd.svc,DNS:localhost'
  printf '%s' "$(openssl rand -hex 32)" > "$work/auth"
  secret argocd-redis Opaque --from-file=auth="$work/auth"
  # Last: where it is missing, the others are made again.
  secret argocd-ca kubernetes.io/tls \
    --from-file=tls.crt="$work/ca.crt" --from-file=tls.key="$work/ca.key" --from-file=ca.crt="$work/ca.crt"
fi
if ! kubectl -n argocd get secret argocd-secret >/dev/null 2>&1; then
  secret argocd-secret Opaque
fi
for definition in argocd/customresourcedefinition-*.yaml; do
  kubectl apply --server-side -f "$definition"
  established "$definition"
done
kubectl apply --server-side --force-conflicts -k argocd
kubectl -n argocd rollout status --timeout=300s deployment/argocd-redis
kubectl -n argocd rollout status --timeout=300s deployment/argocd-repo-server
kubectl -n argocd rollout status --timeout=300s deployment/argocd-server
kubectl -n argocd rollout status --timeout=300s statefulset/argocd-application-controller
kubectl apply --server-side -f root.yaml
