#!/usr/bin/env bash
# Leaves something of every kind behind on the node, as a learner may; run there as root by test_drift.py.
useradd -m bob; echo 'echo hello' >/etc/profile.d/own.sh
mkdir -p /etc/cron.d; echo '* * * * * root true' >/etc/cron.d/own
mkdir -p /etc/containerd/certs.d/example.com
echo 'server = "http://example.com"' >/etc/containerd/certs.d/example.com/hosts.toml
mkdir -p /etc/systemd/system/kubelet.service.d; printf '[Service]\n' >/etc/systemd/system/kubelet.service.d/99-own.conf
printf '[Service]\nExecStart=/bin/sleep 3600\nRestart=always\n' >/etc/systemd/system/own.service
systemctl daemon-reload; systemctl start own.service
touch /opt/own /srv/own /usr/local/bin/own /root/own /tmp/own /var/tmp/own /var/spool/own
echo 127.0.0.1 example.com >>/etc/hosts; chmod 0755 /var/lib/etcd; rm /etc/profile
mkdir -p /var/lib/cks-lab/saved/own
setsid sleep 3601 >/dev/null 2>&1 &
mkdir -p /mnt/own; mount -t tmpfs own /mnt/own; mount --bind /etc/hostname /etc/hosts
iptables -A OUTPUT -d 192.0.2.1 -j DROP; iptables -t nat -N OWN; iptables -P FORWARD DROP; nft add table inet own
sysctl -qw net.ipv4.tcp_syncookies=0
ctr -n k8s.io images tag "$(ctr -n k8s.io images ls -q | grep -m1 pause)" example.com/own:1
ctr -n own containers create --rootfs /srv own-container >/dev/null 2>&1
kubectl create namespace own; kubectl create configmap own; kubectl label node --all own=yes
kubectl create clusterrolebinding own --clusterrole=view --user=bob
kubectl patch configmap coredns -n kube-system --patch '{"data": {"own": "x"}}'
