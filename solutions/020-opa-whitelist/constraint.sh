set -euo pipefail
cd "{{folder}}"
cat >all_pod_must_have_trusted_images.yaml <<'EOF'
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: {{kind}}
metadata:
  name: {{constraint}}
spec:
  match:
    kinds:
      - apiGroups: [""]
        kinds: ["Pod"]
EOF
if kubectl get {{template}} {{constraint}} >/dev/null 2>&1; then
    kubectl -f all_pod_must_have_trusted_images.yaml replace
else
    kubectl -f all_pod_must_have_trusted_images.yaml create
fi
# It is in force when both say so, the webhook and the audit, and of the constraint as it is now.
enforced() {
    kubectl get {{template}} {{constraint}} -o json | jq -e '.metadata.generation as $now
        | [.status.byPod[] | select(.observedGeneration == $now and .enforced)] | length > 1'
}
deadline=$((SECONDS + 60))
until enforced >/dev/null 2>&1; do
    if ((SECONDS >= deadline)); then
        echo "the constraint is not enforced after 60 s" >&2
        kubectl get {{template}} {{constraint}} -o json | jq '.status' >&2
        exit 1
    fi
    sleep 0.5
done
kubectl get {{template}}
