set -euo pipefail
mkdir -p "{{folder}}"
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

        violation[{"msg": msg}] {
          image := input.review.object.spec.containers[_].image
          not startswith(image, "docker.io/")
          not startswith(image, "registry.k8s.io/")
          msg := "not trusted image!"
        }
EOF
# `create` the first time, as in 2021; `replace` puts another attempt in its place.
if kubectl get constrainttemplate {{template}} >/dev/null 2>&1; then
    kubectl -f {{template}}_template.yaml replace
else
    kubectl -f {{template}}_template.yaml create
fi
# Gatekeeper compiles the Rego and makes a CRD of the template: about two seconds.
crd={{template}}.constraints.gatekeeper.sh
taken_in() {
    kubectl get constrainttemplate {{template}} -o json | jq -e '.metadata.generation as $now | .status
        | .created and ([.byPod[] | select(.observedGeneration == $now and .errors == null)] | length > 1)'
}
deadline=$((SECONDS + 60))
until taken_in >/dev/null 2>&1 && kubectl get crd "$crd" >/dev/null 2>&1; do
    if ((SECONDS >= deadline)); then
        echo "Gatekeeper has not taken the template in after 60 s" >&2
        kubectl get constrainttemplate {{template}} -o json | jq '.status' >&2
        exit 1
    fi
    sleep 0.5
done
kubectl wait --for=condition=Established "crd/$crd" --timeout=60s
kubectl get crd "$crd"
