# shellcheck shell=bash
# Functions and names for the bash of faults.yaml; it is put before each.
# shellcheck disable=SC2034 # those of them that a fault does not use
M=/etc/kubernetes/manifests/kube-apiserver.yaml E=/etc/kubernetes/manifests/etcd.yaml
P=/etc/kubernetes/pki A=/etc/kubernetes/lab-audit C=/etc/kubernetes/pki/lab-admission
export KUBECONFIG=/etc/kubernetes/admin.conf
flag() { sed -i "s#^    - kube-apiserver\$#&\n    - $1#" $M; }
gone() { timeout 60 bash -c 'while pgrep -x kube-apiserver >/dev/null; do sleep 0.2; done'; }
again() { mv $M /etc/kubernetes/; gone; mv /etc/kubernetes/kube-apiserver.yaml $M; }
ready() { sleep 2; timeout 150 bash -c 'sleep 6; until kubectl get --raw /readyz >/dev/null 2>&1; do sleep 0.5; done'; }
waiting() { # until the kubelet waits before it starts the API server again
    timeout 150 bash -c 'until journalctl -u kubelet --since -15s | grep -q "back-off .*=kube-apiserver"; do sleep 1; done'
}
config() {
    mkdir -p $C
    printf '%s\n' 'apiVersion: apiserver.config.k8s.io/v1' 'kind: AdmissionConfiguration' 'plugins:' \
        '  - name: ImagePolicyWebhook' '    configuration:' '      imagePolicy:' "        kubeConfigFile: $C/kubeconf" \
        '        allowTTL: 50' '        denyTTL: 50' '        retryBackoff: 500' '        defaultAllow: true' >$C/admission.yaml
    printf '%s\n' 'apiVersion: v1' 'kind: Config' 'clusters:' '  - name: checker' '    cluster:' \
        "      certificate-authority: $P/ca.crt" '      server: https://external-service:1234/check' 'users:' '  - name: api' \
        '    user:' "      client-certificate: $P/apiserver-kubelet-client.crt" "      client-key: $P/apiserver-kubelet-client.key" \
        'current-context: main' 'contexts:' '  - name: main' '    context:' '      cluster: checker' '      user: api' >$C/kubeconf
    flag --admission-control-config-file=$C/admission.yaml
    sed -i 's/plugins=NodeRestriction$/plugins=NodeRestriction,ImagePolicyWebhook/' $M
}
issue() { # a certificate of the API server's without names
    openssl req -new -key $P/apiserver.key -subj /CN=kube-apiserver 2>/dev/null |
        openssl x509 -req -CA $P/ca.crt -CAkey $P/ca.key -CAcreateserial -out $P/apiserver.crt "$@"
}
