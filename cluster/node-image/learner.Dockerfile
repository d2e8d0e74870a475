# What a learner's node has beyond kindest/node. The packages are asked for only where they are missing, so a
# node image that was built here needs no network.
ARG NODE
FROM ${NODE}
RUN set -eu; missing=''; \
    for pair in vi:vim-tiny nano:nano less:less jq:jq curl:curl openssl:openssl; do \
        command -v "${pair%%:*}" >/dev/null || missing="$missing ${pair#*:}"; \
    done; \
    [ -f /usr/share/bash-completion/bash_completion ] || missing="$missing bash-completion"; \
    if [ -n "$missing" ]; then \
        apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing \
        && rm -rf /var/lib/apt/lists/*; \
    fi
COPY learner/ /
ARG RESTRICT_OOM_SCORE=false
RUN set -eu; \
    chmod 0755 /usr/local/bin/k; \
    ln -sf "$(command -v vim.tiny || command -v vim || command -v vi)" /usr/local/bin/vim; \
    mkdir -p /usr/share/bash-completion/completions; \
    kubectl completion bash >/usr/share/bash-completion/completions/kubectl; \
    crictl completion bash >/usr/share/bash-completion/completions/crictl; \
    grep -q config_path /etc/containerd/config.toml || printf '\n%s\n  %s\n' \
        '[plugins."io.containerd.grpc.v1.cri".registry]' 'config_path = "/etc/containerd/certs.d"' \
        >>/etc/containerd/config.toml; \
    sed -i "s/restrict_oom_score_adj = .*/restrict_oom_score_adj = ${RESTRICT_OOM_SCORE}/" /etc/containerd/config.toml
ENV KUBECONFIG=/etc/kubernetes/admin.conf
