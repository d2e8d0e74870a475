set -euo pipefail
kubectl patch {{template}} {{constraint}} --type merge -p '{"spec":{"enforcementAction":"deny"}}'
# Back in force when each part of Gatekeeper has the constraint as it is now, and the pod is refused again.
enforced() {
    kubectl get {{template}} {{constraint}} -o json | jq -e '.metadata.generation as $now
        | [.status.byPod[] | select(.observedGeneration == $now and .enforced)] | length > 1'
}
answer() { kubectl run untrusted --image=nginx --dry-run=server 2>&1 || true; }
deadline=$((SECONDS + 60))
until enforced >/dev/null 2>&1 && [[ $(answer) == *{{constraint}}* ]]; do
    if ((SECONDS >= deadline)); then
        echo "not back in force after 60 s: $(answer)" >&2
        kubectl get {{template}} >&2
        exit 1
    fi
    sleep 1
done
answer
kubectl get {{template}}
