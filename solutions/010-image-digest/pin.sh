set -euo pipefail
manifest=/etc/kubernetes/manifests/kube-apiserver.yaml
repository=registry.k8s.io/kube-apiserver
# The container runtime knows the digest too, and it answers even while the API server is away.
version=$(kubeadm version -o short)
image=$(crictl inspecti "$repository:$version" | jq -r '.status.repoDigests[]' | grep -m 1 "^$repository@sha256:")
echo "$image"
# Keep a copy: anywhere but in the manifest directory, where the kubelet would read it as a second manifest.
mkdir -p "{{folder}}"
copy="{{folder}}/kube-apiserver.yaml"
[ -e "$copy" ] || cp -p "$manifest" "$copy"
# Edit a draft outside that directory as well, on the same file system: mv then replaces the manifest in one go.
draft=/etc/kubernetes/.kube-apiserver.draft
cp -p "$manifest" "$draft"
sed -i "s#\bimage: .*#image: $image#" "$draft"
mv "$draft" "$manifest"
grep -n 'image: ' "$manifest"
