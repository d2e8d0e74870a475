set -euo pipefail
# A pod of that name may be there already, from an attempt with another image.
image=$(kubectl get pod nginx --ignore-not-found -o jsonpath='{.spec.containers[0].image}')
if [[ $image != docker.io/nginx ]]; then
    kubectl delete pod nginx --ignore-not-found --now
    kubectl run nginx --image=docker.io/nginx
fi
kubectl wait --for=condition=Ready pod/nginx --timeout=60s
kubectl get pod nginx
