"""The metrics for Prometheus. docs/webhook.md lists them; a test compares the two."""

from prometheus_client import CONTENT_TYPE_LATEST as CONTENT_TYPE
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

__all__ = ["CONTENT_TYPE", "Metrics"]

_PREFIX = "image_policy_webhook"
_SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """All metrics of one server, in a registry of their own."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.requests = Counter(
            f"{_PREFIX}_requests", "HTTP requests, by path and status", ["path", "code"], registry=registry
        )
        decisions = Counter(f"{_PREFIX}_decisions", "Decisions, by result", ["result"], registry=registry)
        self.allowed = decisions.labels("allowed")
        self.denied = decisions.labels("denied")
        self.not_understood = decisions.labels("not_understood")
        self.duration = Histogram(
            f"{_PREFIX}_decision_duration_seconds",
            "From the end of a request's header to its decision",
            buckets=_SECONDS,
            registry=registry,
        )
        policy = Counter(f"{_PREFIX}_policy_reloads", "Changes of the policy, by result", ["result"], registry=registry)
        self.policy_taken = policy.labels("taken")
        self.policy_rejected = policy.labels("rejected")
        self.policy_current = Gauge(
            f"{_PREFIX}_policy_current", "1 when the policy on disk is the one in force", registry=registry
        )
        certificates = Counter(
            f"{_PREFIX}_certificate_reloads", "Changes of the certificates, by result", ["result"], registry=registry
        )
        self.certificates_taken = certificates.labels("taken")
        self.certificates_rejected = certificates.labels("rejected")
        expiry = Gauge(
            f"{_PREFIX}_certificate_expiry_timestamp_seconds",
            "When a certificate expires; of the client CA file, the last one",
            ["certificate"],
            registry=registry,
        )
        self.server_expiry = expiry.labels("server")
        self.client_expiry = expiry.labels("client_ca")
        self.accepted = Counter(
            f"{_PREFIX}_connections_accepted", "TCP connections accepted for mutual TLS", registry=registry
        )
        self.handshakes = Counter(f"{_PREFIX}_handshakes", "TLS handshakes that succeeded", registry=registry)
        self.open = Gauge(f"{_PREFIX}_connections_open", "Connections past their handshake", registry=registry)
        self.in_flight = Gauge(f"{_PREFIX}_requests_in_flight", "Requests being answered", registry=registry)
        self.dropped = Counter(f"{_PREFIX}_log_lines_dropped", "Log lines that could not be written", registry=registry)

    def decided(self, understood: bool, allowed: bool, seconds: float) -> None:
        """Count a decision and the time that it took."""
        self.duration.observe(seconds)
        if not understood:
            self.not_understood.inc()
        elif allowed:
            self.allowed.inc()
        else:
            self.denied.inc()

    def text(self) -> bytes:
        """All of them in Prometheus' text form."""
        return generate_latest(self._registry)
