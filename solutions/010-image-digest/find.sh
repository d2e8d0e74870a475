set -euo pipefail
# What the kube-apiserver was asked to run stands in the pod's spec; what it really runs stands in imageID, in
# the pod's status.
image=$(kubectl -n kube-system get pod "kube-apiserver-$(hostname)" \
    -o jsonpath='{.status.containerStatuses[0].imageID}' || true)
# The mirror pod's status is empty for a minute or so after a restart. The container runtime knows at once.
if [[ $image != *@sha256:* ]]; then
    image=$(crictl inspect "$(crictl ps -q --name '^kube-apiserver$')" | jq -r '.status.imageRef')
fi
echo "$image"
# registry.k8s.io/kube-apiserver@sha256:... -> sha256:...
mkdir -p "{{folder}}"
echo "${image##*@}" >"{{answer}}"
cat "{{answer}}"
