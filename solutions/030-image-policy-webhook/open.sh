set -euo pipefail
sed -i -e 's/\(allowTTL:\).*/\1 50/' -e 's/\(denyTTL:\).*/\1 50/' -e 's/\(retryBackoff:\).*/\1 500/' \
    -e 's/\(defaultAllow:\).*/\1 true/' {{config}}
cat {{config}}
# The API server reads it when it starts. The manifest goes out, and comes back when the pod is gone.
cd /etc/kubernetes/manifests
[ ! -e kube-apiserver.yaml ] || mv kube-apiserver.yaml ../
gone() { [ -z "$(crictl pods -q --state ready --name '^kube-apiserver-')" ]; }
ready() { kubectl get --raw /readyz >/dev/null 2>&1; }
deadline=$((SECONDS + 120))
until gone || ((SECONDS >= deadline)); do sleep 0.5; done
mv ../kube-apiserver.yaml .
until ready; do
    if ((SECONDS >= deadline)); then
        echo "the API server is not ready after 120 s; what its container said last:" >&2
        crictl logs --tail 3 "$(crictl ps -a -q --name '^kube-apiserver$' | head -n 1)" >&2
        exit 1
    fi
    sleep 1
done
kubectl -n kube-system get pod
# The same pod that was refused is created, and nobody was asked.
kubectl delete pod test --ignore-not-found --now --timeout=120s
until kubectl run test --image=nginx; do
    if ((SECONDS >= deadline)); then
        echo "the pod is still refused after 120 s" >&2
        exit 1
    fi
    sleep 1
done
