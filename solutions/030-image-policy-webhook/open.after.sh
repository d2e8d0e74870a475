set -euo pipefail
kubectl delete pod test --ignore-not-found --now --timeout=120s
