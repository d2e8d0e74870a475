# The reference webhook where an image registry answers: the official Debian image with the same packages.
FROM docker.io/library/debian:trixie-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        python3-aiohttp python3-cryptography python3-prometheus-client python3-yaml \
    && rm -rf /var/lib/apt/lists/*
COPY lab/ /opt/lab/
ENV PATH=/usr/bin:/bin PYTHONPATH=/opt PYTHONDONTWRITEBYTECODE=1
RUN ["/usr/bin/python3", "-m", "compileall", "-q", "/opt/lab"]
USER 65532:65532
ENTRYPOINT ["/usr/bin/python3", "-m", "lab.webhook"]
