set -euo pipefail
# A Deployment is accepted, and the pods that its ReplicaSet makes are refused.
kubectl get deployment {{deployment}} >/dev/null 2>&1 || kubectl create deployment {{deployment}} --image=nginx
# A static pod with the same image. The draft is made elsewhere, so that the kubelet never sees half of a file.
cat >"{{folder}}/{{static_pod}}.yaml" <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: {{static_pod}}
  namespace: default
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: nginx
      image: nginx
EOF
mv "{{folder}}/{{static_pod}}.yaml" "{{static_manifest}}"
refused_pods() { kubectl get rs -l app={{deployment}} -o jsonpath='{.items[*].status.conditions[*].message}'; }
sandbox() { crictl pods -q --state ready --name "^{{static_pod}}-" | head -n 1; }
runs() { [ -n "$(sandbox)" ] && [ -n "$(crictl ps -q --state running --pod "$(sandbox)")" ]; }
mirror() {
    journalctl -u kubelet --since -10min --no-pager | grep 'Failed creating a mirror pod.*{{static_pod}}-' | tail -n 1
}
known() { kubectl get pod "{{static_pod}}-$(hostname)" >/dev/null 2>&1; }
deadline=$((SECONDS + 60))
until [[ $(refused_pods) == *{{constraint}}* ]] && runs && [ -n "$(mirror)" ] && ! known; do
    if ((SECONDS >= deadline)); then
        echo "not so after 60 s; the ReplicaSet says: $(refused_pods)" >&2
        kubectl get {{template}} >&2
        crictl pods --name "^{{static_pod}}-" >&2
        exit 1
    fi
    sleep 1
done
kubectl get deployment,rs -l app={{deployment}}
refused_pods; echo
crictl ps --pod "$(sandbox)"
mirror
kubectl get pods
