# The control plane's images where no image registry answers. The four Kubernetes programs share one layer; a
# label sets them apart, so that each has a digest of its own. Links come as folders: COPY of a folder keeps
# the links in it, COPY of a link copies the file.
ARG BINARIES
ARG PROXY_ROOTFS
FROM ${BINARIES} AS binaries

FROM scratch AS kubernetes
COPY --from=binaries /programs/kubernetes/ /usr/local/bin/
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

FROM kubernetes AS kube-apiserver
LABEL org.opencontainers.image.title=kube-apiserver
ENTRYPOINT ["/usr/local/bin/kube-apiserver"]

FROM kubernetes AS kube-controller-manager
LABEL org.opencontainers.image.title=kube-controller-manager
ENTRYPOINT ["/usr/local/bin/kube-controller-manager"]

FROM kubernetes AS kube-scheduler
LABEL org.opencontainers.image.title=kube-scheduler
ENTRYPOINT ["/usr/local/bin/kube-scheduler"]

FROM ${PROXY_ROOTFS} AS proxy-rootfs

FROM kubernetes AS kube-proxy
COPY --from=proxy-rootfs / /
COPY --from=binaries /programs/iptables-links/ /usr/sbin/
LABEL org.opencontainers.image.title=kube-proxy
ENTRYPOINT ["/usr/local/bin/kube-proxy"]

FROM scratch AS etcd
COPY --from=binaries /programs/etcd/ /usr/local/bin/
ENV PATH=/usr/local/bin
LABEL org.opencontainers.image.title=etcd
ENTRYPOINT ["/usr/local/bin/etcd"]

FROM scratch AS coredns
COPY --from=binaries /programs/coredns /coredns
LABEL org.opencontainers.image.title=coredns
ENTRYPOINT ["/coredns"]

FROM scratch AS pause
COPY --from=binaries /programs/pause /pause
LABEL org.opencontainers.image.title=pause
USER 65535:65535
ENTRYPOINT ["/pause"]
