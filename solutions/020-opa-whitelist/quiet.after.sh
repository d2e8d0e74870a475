set -euo pipefail
rm -f "{{static_manifest}}"
kubectl delete deployment {{deployment}} --ignore-not-found
# The kubelet sees that the file is gone and ends the pod. What is left of it is listed a while longer, as NotReady.
deadline=$((SECONDS + 60))
while [ -n "$(crictl pods -q --state ready --name '^{{static_pod}}-')" ]; do
    if ((SECONDS >= deadline)); then
        echo "the static pod still runs after 60 s" >&2
        crictl pods --name '^{{static_pod}}-' >&2
        exit 1
    fi
    sleep 1
done
