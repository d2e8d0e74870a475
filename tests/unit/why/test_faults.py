"""Faults are found in evidence that was recorded on a real cluster, and in a healthy one's with one thing changed."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import why_scene as scene
from why_scene import ended, healthy, journal, with_file, with_manifest

from lab import certs
from lab.why.diagnosis import REGISTRY, State, diagnose
from lab.why.evidence import Evidence
from lab.why.fault import Sure
from lab.why.look import without_keys
from lab.why.records import Reply

PKI = "/etc/kubernetes/pki"
KUBELET = "/var/lib/kubelet/config.yaml"
ETCD = "/etc/kubernetes/manifests/etcd.yaml"
RECORDED = sorted(path.stem for path in scene.FOLDER.glob("*.json") if path.stem != "healthy")
HOOK: dict[str, Any] = {
    "metadata": {"name": "closed"},
    "webhooks": [
        {
            "name": "closed.example.com",
            "clientConfig": {"service": {"namespace": "default", "name": "nobody"}},
            "rules": [{"resources": ["pods"]}],
        }
    ],
}


def manifest(old: str, new: str, ready: bool = False) -> Callable[[], Evidence]:
    return lambda: with_manifest(healthy(), old, new, ready=ready)


def says(line: str, old: str = "", new: str = "") -> Callable[[], Evidence]:
    """The API server ended with a line, after an edit."""
    return lambda: ended(with_manifest(healthy(), old, new) if old else scene.away(healthy()), line)


def file(path: str, content: bytes | None, **about: float) -> Callable[[], Evidence]:
    return lambda: scene.away(with_file(healthy(), path, content, **about))


def service(name: str, **state: str) -> Callable[[], Evidence]:
    seen = healthy()
    return lambda: replace(seen, services={**seen.services, name: {**seen.services[name], **state}})


def pair(names: list[str], days: int = 0) -> Callable[[], Evidence]:
    """The API server's own certificate and key are replaced by a self-signed pair, some days from now."""

    def make() -> Evidence:
        now = datetime.fromtimestamp(healthy().now, UTC) + timedelta(days=days)
        made = certs.server_pair(names, now)
        seen = with_file(healthy(), f"{PKI}/apiserver.key", without_keys(made.key))
        return scene.away(with_file(seen, f"{PKI}/apiserver.crt", made.certificate))

    return make


def other_file(source: str, target: str) -> Callable[[], Evidence]:
    return lambda: scene.away(with_file(healthy(), f"{PKI}/{target}", healthy().files[f"{PKI}/{source}"].content))


PLUGIN = "--enable-admission-plugins=NodeRestriction"
POLICY = f"{PKI}/policy.yaml"
FOLDER = f"{PKI}/admission"
ADMISSION = f"""apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
  - name: ImagePolicyWebhook
    configuration:
      imagePolicy: {{kubeConfigFile: {FOLDER}/kubeconf, defaultAllow: true}}
"""
KUBECONF = f"""apiVersion: v1
kind: Config
clusters: [{{name: c, cluster: {{server: "https://external-service:1234", certificate-authority: {PKI}/ca.crt}}}}]
users: [{{name: u, user: {{client-certificate: {PKI}/apiserver-kubelet-client.crt, client-key: {PKI}/KEY}}}}]
contexts: [{{name: main, context: {{cluster: c, user: u}}}}]
current-context: main
"""


CLIENT_KEY = "apiserver-kubelet-client.key"


def admission(
    old: str, new: str, plugin: str = ",ImagePolicyWebhook", applied: bool = False, key: str = CLIENT_KEY
) -> Evidence:
    """The plugin and its two files, in which one text is replaced; `applied`: the API server runs with them."""
    flags = f"--admission-control-config-file={FOLDER}/admission.yaml\n    - {PLUGIN}{plugin}"
    seen = with_manifest(healthy(), PLUGIN, flags, ready=applied)
    for name, text in (("admission.yaml", ADMISSION), ("kubeconf", KUBECONF.replace("KEY", key))):
        seen = with_file(seen, f"{FOLDER}/{name}", text.replace(old, new).encode() if old else text.encode())
    seen = with_file(seen, FOLDER, b"")
    seen = replace(seen, files={**seen.files, FOLDER: replace(seen.files[FOLDER], kind="directory")})
    return replace(seen, processes=tuple(replace(each, started=seen.now - 3) for each in seen.processes))


def newer(seen: Evidence) -> Evidence:
    path = f"{FOLDER}/admission.yaml"
    return with_file(seen, path, seen.files[path].content, mtime=seen.now - 1)


def policy(content: bytes) -> Evidence:
    seen = with_manifest(healthy(), PLUGIN, f"{PLUGIN}\n    - --audit-policy-file={POLICY}")
    return with_file(seen, POLICY, content)


CASES: dict[str, tuple[str, Callable[[], Evidence]]] = {
    "a tab": ("manifest-not-yaml", manifest("    - --secure-port", "\t- --secure-port")),
    "another kind": ("manifest-not-a-pod", manifest("kind: Pod", "kind: Deployment")),
    "apiVersion misspelt": ("manifest-not-a-pod", manifest("apiVersion:", "apiVersio:")),
    "a number among the flags": ("manifest-not-a-pod", manifest("- --secure-port=6443", "- 6443")),
    "volumemounts": ("unknown-key", manifest("volumeMounts:", "volumemounts:")),
    "a mount without a volume": ("volume-not-declared", manifest("      name: ca-certs\n", "      name: other\n")),
    "a hostPath of another type": ("host-path", manifest("      type: DirectoryOrCreate", "      type: File")),
    "another tag": ("image-not-there", manifest("kube-apiserver:v1.36.4", "kube-apiserver:v1.99.0")),
    "another registry": ("image-not-there", manifest("image: registry.k8s.io", "image: k8s.gcr.io")),
    "a flag misspelt, before it ran": ("unknown-flag", manifest("--allow-privileged", "--alow-privileged")),
    "a flag misspelt": ("unknown-flag", says("Error: unknown flag: --alow-privileged", "allow-pri", "alow-pri")),
    "one hyphen": ("flag-form", manifest("- --enable-admission", "- -enable-admission")),
    "a value": (
        "flag-value",
        says('Error: invalid argument "x" for "--secure-port" flag: strconv.ParseInt', "port=6443", "port=x"),
    ),
    "a flag that is gone": (
        "flag-missing",
        says(
            "E1128 service-account-issuer is a required flag",
            "    - --service-account-issuer=https://kubernetes.default.svc.cluster.local\n",
            "",
        ),
    ),
    "a flag twice": ("flag-twice", manifest(PLUGIN, f"{PLUGIN}\n    - --allow-privileged=false")),
    "a plugin in the wrong case": ("unknown-plugin", manifest("=NodeRestriction", "=NodeRestriction,podSecurity")),
    "a plugin that there is not": (
        "unknown-plugin",
        says('Error: enable-admission-plugins plugin "Foo" is unknown', "=NodeRestriction", "=NodeRestriction,Foo"),
    ),
    "no configuration": (
        "plugin-without-configuration",
        manifest("=NodeRestriction", "=NodeRestriction,ImagePolicyWebhook"),
    ),
    "a path misspelt": ("file-not-there", manifest(f"={PKI}/ca.crt", f"={PKI}/ca.cert")),
    "a file without a mount": (
        "file-not-mounted",
        manifest(PLUGIN, f"{PLUGIN}\n    - --authentication-config=/var/lib/kubelet/config.yaml"),
    ),
    "a directory": ("file-is-a-directory", manifest(f"={PKI}/ca.crt", f"={PKI}/etcd")),
    "another port of etcd": ("etcd-address", manifest("127.0.0.1:2379", "127.0.0.1:2378")),
    "a probe at another port": ("probe-fails", manifest("port: probe-port", "port: 6444")),
    "nobody anonymous": ("probe-unauthorized", manifest(PLUGIN, f"{PLUGIN}\n    - --anonymous-auth=false")),
    "no hostNetwork": ("host-network", manifest("  hostNetwork: true\n", "")),
    "NodeRestriction lost": ("node-restriction-lost", manifest("=NodeRestriction", "=PodSecurity", ready=True)),
    "AlwaysAllow": ("authorization-changed", manifest("Node,RBAC", "AlwaysAllow", ready=True)),
    "permission denied": ("file-not-readable", says(f"Error: open {PKI}/ca.crt: permission denied")),
    "address in use": ("port-in-use", says("Error: listen tcp 0.0.0.0:6443: bind: address already in use")),
    "what nobody knows": ("unknown", says("F1128 10:00:00.000 1 x.go:1] the moon is full")),
    "the kubelet stopped": ("kubelet-stopped", service("kubelet", ActiveState="inactive", SubState="dead")),
    "the kubelet fails": ("kubelet-fails", service("kubelet", ActiveState="activating", SubState="auto-restart")),
    "containerd stopped": ("containerd-stopped", service("containerd", ActiveState="inactive", SubState="dead")),
    "staticPodPath": (
        "kubelet-reads-elsewhere",
        file(KUBELET, healthy().files[KUBELET].content.replace(b"kubernetes/manifests", b"other")),
    ),
    "a key of another pair": ("certificate-and-key", other_file("front-proxy-client.key", "apiserver.key")),
    "a key of another pair for the service": (
        "certificate-and-key",
        lambda: admission("", "", key="apiserver-etcd-client.key"),
    ),
    "an empty certificate": ("certificate-unreadable", file(f"{PKI}/apiserver.crt", b"")),
    "swapped": ("certificate-swapped", other_file("apiserver.key", "apiserver.crt")),
    "expired": ("certificate-expired", pair(["localhost"], -400)),
    "not yet valid": ("certificate-not-yet-valid", pair(["localhost"], 3)),
    "another name": ("certificate-name", pair(["localhost"])),
    "another authority": ("certificate-authority", manifest(f"={PKI}/etcd/ca.crt", f"={PKI}/ca.crt")),
    "another key of accounts": (
        "service-account-key",
        lambda: with_file(healthy(), f"{PKI}/sa.pub", healthy().files[f"{PKI}/front-proxy-client.key"].content),
    ),
    "no manifest": ("no-manifest", file(scene.MANIFEST, None)),
    "a backup": ("backup-in-manifests", file(f"{scene.MANIFEST}.bak", healthy().files[scene.MANIFEST].content)),
    "a full disk": ("disk-full", lambda: replace(healthy(), disk=(("/proc/1/root", "12", "999999", "9999", "9999"),))),
    "inotify": ("inotify-used-up", lambda: replace(healthy(), inotify=24)),
    "a clock that is behind": ("clock-wrong", lambda: replace(healthy(), now=healthy().now - 400 * 86400)),
    "a webhook": (
        "webhook-blocks",
        lambda: replace(
            healthy(),
            replies={
                **healthy().replies,
                "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations": Reply(
                    200, json.dumps({"items": [HOOK]})
                ),
            },
        ),
    ),
    "the kubelet refuses": (
        "manifest-refused",
        lambda: journal(
            scene.away(healthy()),
            f'kubelet[1]: E1128 1 file.go:1] "Could not process manifest file" path="{scene.MANIFEST}" '
            'err="invalid pod: [spec.x: Invalid value]"',
        ),
    ),
    "a second pod": (
        "two-manifests",
        file(
            "/etc/kubernetes/manifests/second.yaml",
            healthy().files[scene.MANIFEST].content.replace(b"  name: kube-apiserver\n", b"  name: other\n", 1),
        ),
    ),
    "another directory of the node": (
        "volume-other-place",
        manifest("      path: /etc/kubernetes/pki", "      path: /usr/share/ca-certificates"),
    ),
    "an API version": (
        "admission-configuration",
        lambda: admission("apiVersion: apiserver.config.k8s.io/v1", "apiVersion: apiserver.k8s.io/v1"),
    ),
    "a type": ("admission-configuration", lambda: admission("defaultAllow: true", "defaultAllow: 'true'")),
    "a context": ("webhook-kubeconfig", lambda: admission("current-context: main", "current-context: other")),
    "a file of the kubeconfig": ("webhook-kubeconfig", lambda: admission(f"{PKI}/ca.crt", f"{PKI}/none.pem")),
    "off": ("plugin-off", lambda: replace(admission("", "", plugin=""), replies=healthy().replies)),
    "not YAML": ("configuration-not-yaml", lambda: policy(b"kind: Policy\n\trules: []\n")),
    "refused": (
        "configuration-refused",
        lambda: ended(
            policy(b"apiVersion: audit.k8s.io/v1\nkind: Polici\n"),
            f'Error: loading audit policy file: failed decoding: no kind "Polici" is registered: from file {POLICY}',
        ),
    ),
    "started and ended for want of memory": (
        "out-of-memory",
        lambda: ended(
            with_manifest(healthy(), "requests:", "limits: {memory: 4Mi}\n      requests:"),
            "",
            code=137,
            reason="OOMKilled",
        ),
    ),
    "more CPU than there is": (
        "no-room",
        lambda: journal(
            with_manifest(healthy(), "cpu: 250m", "cpu: 4k"),
            'kubelet[1]: I1128 1 x.go:1] "Failed to admit pod" reason="OutOfcpu" pod="kube-system/kube-apiserver-n"',
        ),
    ),
    "a runtime that cannot start it": (
        "container-not-started",
        lambda: journal(
            with_manifest(healthy(), "    - kube-apiserver\n", "    - kube-api-server\n"),
            'kubelet[1]: E1128 1 x.go:1] "Error syncing pod" err="failed to \\"StartContainer\\" for '
            '\\"kube-apiserver\\" with RunContainerError: \\"exec: kube-api-server: not found\\""'
            ' pod="kube-system/kube-apiserver-n"',
        ),
    ),
    "mended, and waiting": (
        "crash-back-off",
        lambda: with_file(ended(scene.away(healthy()), "Error: x"), POLICY, b"a: b", mtime=healthy().now),
    ),
    "etcd away": (
        "etcd-away",
        lambda: replace(
            scene.away(healthy()),
            containers=(),
            processes=tuple(each for each in healthy().processes if each.name == "kubelet"),
        ),
    ),
    "an older process": (
        "not-applied",
        lambda: replace(
            with_manifest(healthy(), "--allow-privileged=true", "--allow-privileged=false", ready=True),
            now=healthy().now + 600,
        ),
    ),
    "a newer file": ("file-newer-than-process", lambda: newer(admission("", "", applied=True))),
    "another port": (
        "port-changed",
        lambda: with_manifest(
            with_manifest(healthy(), "--secure-port=6443", "--secure-port=7443"), "Port: 6443", "Port: 7443"
        ),
    ),
    "etcd's data": (
        "etcd-data",
        lambda: ended(scene.away(healthy()), "panic: freepages: failed to get all reachable pages", "etcd", 2),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_fault_is_named_first(case: str) -> None:
    wanted, make = CASES[case]
    seen = make()
    found = diagnose(seen)
    assert found.state is State.FAULTY, found
    first = found.findings[0]
    assert first.id == wanted, found.findings
    assert first.sentence.endswith((".", "?")) or first.evidence, first
    assert first.do


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_fault_is_named_first(name: str) -> None:
    wanted = json.loads((scene.FOLDER / f"{name}.json").read_text())["named"]
    assert scene.named(scene.recorded(name))[:1] == (wanted,)


def test_every_fault_has_a_case() -> None:
    tried = {wanted for wanted, _ in CASES.values()}
    tried |= {json.loads((scene.FOLDER / f"{name}.json").read_text())["named"] for name in RECORDED}
    assert set(REGISTRY) - tried == set()


def test_a_healthy_cluster_has_no_fault() -> None:
    assert diagnose(healthy()).state is State.WELL
    assert diagnose(healthy()).findings == ()


def test_a_cluster_that_restarts_has_no_fault() -> None:
    seen = with_manifest(healthy(), PLUGIN, f"{PLUGIN},PodSecurity")
    found = diagnose(seen)
    assert found.state is State.RESTARTING
    assert "not started the new one yet" in found.summary


def test_a_scheduler_that_ends_because_the_api_server_restarts_has_no_fault() -> None:
    seen = with_manifest(healthy(), PLUGIN, f"{PLUGIN},PodSecurity")
    assert diagnose(ended(seen, '"Leaderelection lost"', "kube-scheduler")).state is State.RESTARTING
    assert scene.named(ended(healthy(), "F1128 1 x.go:1] the moon is full", "kube-scheduler")) == ("unknown",)


def test_an_etcd_that_was_ended_by_somebody_has_no_fault() -> None:
    seen = with_manifest(healthy(), PLUGIN, f"{PLUGIN},PodSecurity")
    said = '{"level":"info","msg":"trace[1] transaction","detail":"{response_revision:601}"}'
    killed = replace(ended(seen, said, "etcd", 137), processes=seen.processes)
    assert diagnose(killed).state is State.RESTARTING


def test_an_api_server_that_is_away_for_no_reason_is_unknown() -> None:
    seen = scene.away(healthy())
    later = replace(seen, now=seen.now + 3600)
    assert diagnose(later).state is State.UNKNOWN


def test_two_faults_at_once_are_both_named() -> None:
    seen = with_manifest(healthy(), "kube-apiserver:v1.36.4", "kube-apiserver:v9")
    seen = with_manifest(seen, "name: etcd\n", "name: etcd-2\n", ETCD)
    assert {"image-not-there", "no-manifest"} <= set(scene.named(seen))


def test_the_line_of_a_flag_and_the_flag_that_was_meant() -> None:
    seen = ended(
        with_manifest(healthy(), "--enable-admission-plugins", "--enable-addmision-plugins"),
        "Error: unknown flag: --enable-addmision-plugins",
    )
    [finding] = [each for each in diagnose(seen).findings if each.id == "unknown-flag"]
    assert finding.sure is Sure.CERTAIN
    assert "did you mean --enable-admission-plugins?" in finding.sentence
    number = finding.evidence[0].where.rpartition(":")[2]
    assert finding.do == (f"sed -i '{number}s/--enable-addmision-plugins/--enable-admission-plugins/' {scene.MANIFEST}")


UNUSUAL: dict[str, Callable[[], Evidence]] = {
    "more plugins": manifest("=NodeRestriction", "=NodeRestriction,AlwaysPullImages,PodSecurity", ready=True),
    "a list in two flags": manifest(PLUGIN, f"{PLUGIN}\n    - --enable-admission-plugins=PodSecurity", ready=True),
    "args beside command": manifest("    image: reg", "    args: [--v=4]\n    image: reg", ready=True),
    "a flag with an underscore": manifest("--allow-privileged", "--allow_privileged", ready=True),
    "a comment": manifest("spec:\n", "spec: # mine\n", ready=True),
    "an emptyDir": manifest("  volumes:\n", "  volumes:\n  - {name: scratch, emptyDir: {}}\n", ready=True),
    "an audit log": manifest(PLUGIN, f"{PLUGIN}\n    - --audit-log-path=/var/log/audit.log", ready=True),
    "by digest": lambda: with_manifest(
        healthy(), "kube-apiserver:v1.36.4",
        next(each for each in healthy().images or () if "kube-apiserver@" in each).rpartition("/")[2], ready=True,
    ),
    "a copy elsewhere": lambda: with_file(
        healthy(), "/etc/kubernetes/kube-apiserver.yaml.bak", healthy().files[scene.MANIFEST].content
    ),
    "a hidden draft": lambda: with_file(
        healthy(), "/etc/kubernetes/manifests/.kube-apiserver.yaml.swp", b"b0VIM 9.1"
    ),
    "a webhook that fails open": lambda: replace(
        healthy(),
        replies={
            **healthy().replies,
            "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations": Reply(
                200, json.dumps({"items": [{**HOOK, "webhooks": [{**HOOK["webhooks"][0], "failurePolicy": "Ignore"}]}]})
            ),
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", UNUSUAL)
def test_what_is_unusual_but_right_gives_no_alarm(case: str) -> None:
    assert diagnose(UNUSUAL[case]()).findings == ()
