set -euo pipefail
cd "{{folder}}"
cat >{{template}}_template.yaml <<'EOF'
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata:
  name: {{template}}
spec:
  crd:
    spec:
      names:
        kind: {{kind}}
  targets:
    - target: admission.k8s.gatekeeper.sh
      rego: |
        package {{template}}

        lists := ["containers", "initContainers", "ephemeralContainers"]

        trusted := ["docker.io/", "registry.k8s.io/"]

        violation[{"msg": msg}] {
          image := input.review.object.spec[lists[_]][_].image
          not is_trusted(image)
          msg := "not trusted image!"
        }

        is_trusted(image) {
          startswith(image, trusted[_])
        }
EOF
kubectl -f {{template}}_template.yaml replace
# In place when the webhook refuses what it let in before, and when it has read this very version.
taken_in() {
    kubectl get constrainttemplate {{template}} -o json | jq -e '.metadata.generation as $now | .status
        | .created and ([.byPod[] | select(.observedGeneration == $now and .errors == null)] | length > 1)'
}
sneak() {
    kubectl run sneaky --dry-run=server --image=docker.io/nginx \
        --overrides='{"spec":{"initContainers":[{"name":"init","image":"nginx"}]}}' 2>&1 || true
}
deadline=$((SECONDS + 60))
until taken_in >/dev/null 2>&1 && [[ $(sneak) == *{{constraint}}*"not trusted image!"* ]]; do
    if ((SECONDS >= deadline)); then
        echo "the hole is still open after 60 s: $(sneak)" >&2
        kubectl get constrainttemplate {{template}} -o json | jq '.status' >&2
        exit 1
    fi
    sleep 1
done
sneak
# An ephemeral container goes into a pod that exists, through a subresource. This one is refused and leaves nothing.
kubectl debug -n {{namespace}} {{probe_pod}} --image=busybox 2>&1 || true
