"""The kube-apiserver's manifest, in little: as kubeadm wrote it, and as the golden state has it."""

IMAGE = "registry.k8s.io/kube-apiserver"
MANIFEST = f"""\
spec:
  containers:
  - command: [kube-apiserver]
    image: {IMAGE}:v1  # as kubeadm wrote it
"""
GOLDEN = MANIFEST.replace("  # as kubeadm wrote it", "").encode()
