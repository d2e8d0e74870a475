"""A key of a manifest that the kubelet passes over, because a Pod has none of that name."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from lab.why.evidence import Evidence
from lab.why.fault import Finding, Rank, Sure, fault
from lab.why.static_pod import StaticPod, mapping, mappings

_POD = "apiVersion kind metadata spec status".split()
_SPEC = (
    "containers initContainers ephemeralContainers volumes hostNetwork hostPID hostIPC hostUsers hostAliases hostname "
    "hostnameOverride subdomain setHostnameAsFQDN priorityClassName priority preemptionPolicy securityContext "
    "dnsPolicy dnsConfig restartPolicy terminationGracePeriodSeconds activeDeadlineSeconds nodeName nodeSelector "
    "affinity tolerations topologySpreadConstraints schedulerName schedulingGates serviceAccountName serviceAccount "
    "automountServiceAccountToken imagePullSecrets enableServiceLinks shareProcessNamespace runtimeClassName overhead "
    "readinessGates os resourceClaims resources".split()
)
_CONTAINER = (
    "name image command args env envFrom volumeMounts volumeDevices livenessProbe readinessProbe startupProbe "
    "resources resizePolicy restartPolicy restartPolicyRules ports imagePullPolicy securityContext workingDir "
    "lifecycle stdin stdinOnce tty terminationMessagePath terminationMessagePolicy".split()
)
_VOLUME = "name hostPath configMap secret emptyDir projected downwardAPI".split()
_HOST_PATH = "path type".split()
_MOUNT = "name mountPath readOnly subPath subPathExpr mountPropagation recursiveReadOnly".split()


@fault(
    "unknown-key",
    Rank.MANIFEST,
    "A manifest has a key that a Pod does not have, such as `volumemounts` or `comand`; the kubelet passes it over.",
    "What stands below it has no effect: no command, no mount, no volume.",
    "Correct the key; upper and lower case count.",
)
def recognise(seen: Evidence) -> Iterator[Finding]:
    """Keys that are near to one that is known, or that nothing can be made of while the pod does not work."""
    for pod in seen.pods:
        for key, known in _unknown(pod):
            near = get_close_matches(key.lower(), [each.lower() for each in known], n=1, cutoff=0.75)
            match = next((each for each in known if near and each.lower() == near[0]), "")
            if not match:
                continue
            line = pod.file.line_of(f"{key}:")
            number = line.number
            do = f"sed -i '{number}s/{key}:/{match}:/' {pod.file.path}"
            said = f'{pod.file.path} has the key "{key}", which a Pod does not have; did you mean {match}?'
            yield Finding("unknown-key", said, (line,), do, Sure.LIKELY)


def _unknown(pod: StaticPod) -> Iterator[tuple[str, list[str]]]:
    spec = mapping(pod.manifest.pod.get("spec"))
    yield from _in(pod.manifest.pod, _POD)
    yield from _in(spec, _SPEC)
    for container in pod.manifest.containers:
        yield from _in(container, _CONTAINER)
        for mount in mappings(container.get("volumeMounts")):
            yield from _in(mount, _MOUNT)
    for volume in mappings(spec.get("volumes")):
        yield from _in(volume, _VOLUME)
        yield from _in(mapping(volume.get("hostPath")), _HOST_PATH)


def _in(value: Mapping[str, object], known: list[str]) -> Iterator[tuple[str, list[str]]]:
    yield from ((str(key), known) for key in value if key not in known)
