"""A lab for the supply-chain part of the CKS exam, on a real kubeadm control plane."""

__version__ = "0.1.0"
