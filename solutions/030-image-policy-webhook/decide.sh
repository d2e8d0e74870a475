set -euo pipefail
# Before this, on your own machine: lab webhook up
sed -i 's/\(defaultAllow:\).*/\1 false/' {{config}}
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
# Asked, and refused with the webhook's own words: not because nobody answers.
attempt() { kubectl run other --image=quay.io/acme/reports:1.4 2>&1 || true; }
until answer=$(attempt) && [[ $answer == *"image policy webhook backend denied"* ]]; do
    if ((SECONDS >= deadline)); then
        echo "the webhook has not refused it after 120 s: $answer" >&2
        echo "is it up? On your own machine: lab webhook up" >&2
        exit 1
    fi
    sleep 1
    kubectl delete pod other --ignore-not-found --now --timeout=120s
done
echo "$answer"
# A pod of that name may be there already, but nobody has asked the webhook about it.
kubectl delete pod test --ignore-not-found --now --timeout=120s
kubectl run test --image=nginx:stable
kubectl wait --for=condition=Ready pod/test --timeout=180s
kubectl get pod test
