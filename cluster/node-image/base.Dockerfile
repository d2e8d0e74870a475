# Stands in for kindest/node where no image registry answers: Debian's file system, kind's own node files
# (staged from kind's Go module into kind/) and the programs that the Go module here builds.
ARG ROOTFS
ARG BINARIES
FROM ${BINARIES} AS binaries

FROM ${ROOTFS}
COPY kind/ /
COPY base/ /
COPY --from=binaries /programs/node/ /usr/bin/
COPY --from=binaries /programs/crictl /usr/local/bin/
ARG KUBERNETES
ARG PAUSE
# kind's files name /usr/local/bin/containerd and /opt/cni/bin; Debian has them elsewhere. No service but the
# node's own is to start, and nothing that a container has no device for.
RUN set -eu; \
    chmod 0755 /usr/local/bin/entrypoint /kind/bin/*.sh; \
    chmod u+w -R /etc/systemd /etc/containerd /etc/default /etc/sysctl.d /etc/crictl.yaml /kind; \
    ln -s /usr/bin/containerd /usr/local/bin/containerd; \
    mkdir -p /opt/cni /etc/kubernetes/manifests /etc/containerd/certs.d; \
    rm -rf /opt/cni/bin; ln -s /usr/lib/cni /opt/cni/bin; \
    sed -i 's#sandbox_image = .*#sandbox_image = "registry.k8s.io/pause:'"${PAUSE}"'"#' /etc/containerd/config.toml; \
    containerd_spec=$(ctr oci spec); \
    printf '%s' "$containerd_spec" \
        | jq '.hooks.createContainer += [{"path": "/kind/bin/mount-product-files.sh"}] | del(.process.rlimits)' \
        >/etc/containerd/cri-base.json; \
    printf '%s' "${KUBERNETES}" >/kind/version; \
    find /etc/systemd/system /usr/lib/systemd/system -path '*.wants/*' \
        \( -name '*getty*' -o -name '*udev*' -o -name '*logind*' -o -name '*initctl*' -o -name '*tmpfiles-setup.service' \
           -o -name '*binfmt*' -o -name '*timer' -o -name 'remote-fs*' -o -name 'e2scrub*' -o -name 'nftables*' \) -delete; \
    systemctl mask systemd-binfmt.service systemd-udevd.service systemd-logind.service getty.target; \
    systemctl enable kubelet.service containerd.service undo-mount-hacks.service; \
    echo 'ReadKMsg=no' >>/etc/systemd/journald.conf; \
    rm -f /etc/machine-id; touch /etc/machine-id
ENV container=docker
STOPSIGNAL SIGRTMIN+3
ENTRYPOINT ["/usr/local/bin/entrypoint", "/sbin/init"]
