set -euo pipefail
cd /etc/kubernetes/manifests
[ -e kube-apiserver.yaml ] || mv ../kube-apiserver.yaml .
# Keep a copy: anywhere but in this directory, where the kubelet would read it as a second manifest.
copy={{folder}}/kube-apiserver.yaml
[ -e "$copy" ] || cp -p kube-apiserver.yaml "$copy"
# The draft is made outside as well. `patch --local` changes a file and asks no server.
draft=/etc/kubernetes/.kube-apiserver.draft
cp -p kube-apiserver.yaml "$draft"
kubectl patch --local -f kube-apiserver.yaml --type strategic -o yaml -p '
spec:
  containers:
    - name: kube-apiserver
      volumeMounts:
        - {name: k8s-admission, mountPath: {{admission}}, readOnly: true}
  volumes:
    - name: k8s-admission
      hostPath: {path: {{admission}}, type: DirectoryOrCreate}
' >"$draft"
# Both flags stand once, behind the program's name.
sed -i -e '/--admission-control-config-file=/d' -e '/--enable-admission-plugins=/d' \
    -e 's#^\( *\)- kube-apiserver$#&\n\1- --admission-control-config-file={{config}}\n\1- --enable-admission-plugins=NodeRestriction,ImagePolicyWebhook#' "$draft"
diff kube-apiserver.yaml "$draft" || true
# Out with the old one; the new one goes in when the pod is gone.
mv kube-apiserver.yaml ../
mv "$draft" ../kube-apiserver.yaml
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
tr '\0' '\n' <"/proc/$(pgrep -o -x kube-apiserver)/cmdline" | grep admission
