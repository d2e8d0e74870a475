set -euo pipefail
# A pod of that name may be there already, from an attempt with another image or with a command that has ended.
there='{.spec.containers[0].image} {.status.conditions[?(@.type=="Ready")].status}'
if [[ $(kubectl get pod nginx --ignore-not-found -o jsonpath="$there") != "docker.io/nginx True" ]]; then
    kubectl delete pod nginx --ignore-not-found --now
    kubectl run nginx --image=docker.io/nginx
fi
kubectl wait --for=condition=Ready pod/nginx --timeout=60s
kubectl get pod nginx
