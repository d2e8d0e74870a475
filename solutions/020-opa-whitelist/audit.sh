set -euo pipefail
# The result of an audit that began after this moment; an older one may not know the constraint as it is now.
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
audited() { kubectl get {{template}} {{constraint}} -o jsonpath='{.status.auditTimestamp}'; }
deadline=$((SECONDS + 60))
until [[ $(audited) > $now ]]; do
    if ((SECONDS >= deadline)); then
        echo "no audit began in 60 s; the last one: $(audited)" >&2
        kubectl -n gatekeeper-system get pods >&2
        exit 1
    fi
    sleep 1
done
kubectl get {{template}}
kubectl get {{template}} {{constraint}} -o json \
    | jq -r '.status.violations[]? | select(.kind == "Pod" and .namespace == "{{namespace}}") | .name' \
    | sort -u >"{{answer}}"
cat "{{answer}}"
