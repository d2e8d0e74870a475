set -euo pipefail
mkdir -p {{admission}}
cp {{folder}}/*.pem {{admission}}/
cat >{{config}} <<'EOF'
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
  - name: ImagePolicyWebhook
    configuration:
      imagePolicy:
        kubeConfigFile: {{kubeconf}}
        allowTTL: 50
        denyTTL: 50
        retryBackoff: 500
        defaultAllow: false
EOF
cat >{{kubeconf}} <<'EOF'
apiVersion: v1
kind: Config
clusters:
  - name: image-checker
    cluster:
      certificate-authority: {{admission}}/external-cert.pem
      server: https://{{service}}:{{port}}{{path}}
users:
  - name: api-server
    user:
      client-certificate: {{admission}}/apiserver-client-cert.pem
      client-key: {{admission}}/apiserver-client-key.pem
current-context: image-checker
contexts:
  - name: image-checker
    context:
      cluster: image-checker
      user: api-server
EOF
ls -l {{admission}}
