set -euo pipefail
# What the step before left, if it is still there.
rm -f "{{static_manifest}}"
kubectl delete deployment {{deployment}} --ignore-not-found
changed=$(date -u +%Y-%m-%dT%H:%M:%SZ)
kubectl patch {{template}} {{constraint}} --type merge -p '{"spec":{"enforcementAction":"dryrun"}}'
# In force when the forbidden pod is admitted, and counted when an audit that began after the change has ended.
admitted() { kubectl run untrusted --image=nginx --dry-run=server >/dev/null 2>&1; }
audited() { kubectl get {{template}} {{constraint}} -o jsonpath='{.status.auditTimestamp}'; }
deadline=$((SECONDS + 60))
until admitted && [[ $(audited) > $changed ]]; do
    if ((SECONDS >= deadline)); then
        echo "not in dryrun after 60 s; the last audit: $(audited)" >&2
        kubectl get {{template}} >&2
        exit 1
    fi
    sleep 1
done
kubectl run untrusted --image=nginx --dry-run=server
kubectl get {{template}}
