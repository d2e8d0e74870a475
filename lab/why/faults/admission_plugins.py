"""Admission plugins: one that there is not, and ImagePolicyWebhook without its configuration, or off."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from lab.checks.support import api_server_arguments
from lab.checks.support.admission_configuration import PLUGIN
from lab.checks.support.api_server_process import CONFIG_FLAG, PLUGINS_FLAG, command_line
from lab.why.evidence import Evidence
from lab.why.fault import Finding, Rank, Sure, fault
from lab.why.records import Line
from lab.why.static_pod import API_SERVER

_UNKNOWN = re.compile(r'(?:enable|disable)-admission-plugins plugin "(?P<name>[^"]*)" is unknown')
_A_WHILE = 75.0  # seconds within which the kubelet has acted on an edit
PLUGINS = (
    "AlwaysAdmit AlwaysDeny AlwaysPullImages CertificateApproval CertificateSigning CertificateSubjectRestriction "
    "ClusterTrustBundleAttest DefaultIngressClass DefaultStorageClass DefaultTolerationSeconds DenyServiceExternalIPs "
    "EventRateLimit ExtendedResourceToleration ImagePolicyWebhook JobValidation LimitPodHardAntiAffinityTopology "
    "LimitRanger MutatingAdmissionPolicy MutatingAdmissionWebhook NamespaceAutoProvision NamespaceExists "
    "NamespaceLifecycle NodeDeclaredFeatureValidator NodeRestriction OwnerReferencesPermissionEnforcement "
    "PersistentVolumeClaimResize PodNodeSelector PodSecurity PodTolerationRestriction PodTopologyLabels Priority "
    "ResourceQuota RuntimeClass ServiceAccount StorageObjectInUseProtection TaintNodesByCondition "
    "ValidatingAdmissionPolicy ValidatingAdmissionWebhook".split()
)


@fault(
    "unknown-plugin",
    Rank.FLAG,
    "The list of admission plugins has a name that there is not; upper and lower case count.",
    'The container ends at once; its log says `enable-admission-plugins plugin "..." is unknown`.',
    "Correct the name in the list.",
)
def unknown(seen: Evidence) -> Iterator[Finding]:
    """The plugin that the API server complains about; before it has, one that is near to a known name."""
    pod, line = seen.api, seen.last_line(API_SERVER)
    if pod is None or seen.ready:
        return
    found = _UNKNOWN.search(line.text) if line else None
    listed = [item for item in api_server_arguments.plugins(pod.flags) if item not in PLUGINS]
    names = [found["name"]] if found else [each for each in listed if get_close_matches(each, PLUGINS, cutoff=0.8)]
    for name in (each for each in names if each.strip(" \"'") == each):  # flag-form tells of the others
        near = get_close_matches(name, PLUGINS, n=1, cutoff=0.6)
        near = near or [each for each in PLUGINS if each.lower() == name.lower()]
        place = pod.line_of_flag(PLUGINS_FLAG, name)
        number = place.number
        hint = f"; did you mean {near[0]}?" if near else "."
        do = f"sed -i '{number}s/{name}/{near[0]}/' {pod.file.path}" if near else f"vi +{number} {pod.file.path}"
        lines = (place, line) if found and line else (place,)
        sure = Sure.CERTAIN if found else Sure.LIKELY
        yield Finding("unknown-plugin", f'There is no admission plugin "{name}"{hint}', lines, do, sure)


@fault(
    "plugin-without-configuration",
    Rank.FLAG,
    f"{PLUGIN} is on, but no --{CONFIG_FLAG} tells where its configuration is.",
    f'The container ends at once; its log says `couldn\'t init admission plugin "{PLUGIN}": no config specified`.',
    f"Add --{CONFIG_FLAG} to the command, and mount the directory of the file.",
)
def without_configuration(seen: Evidence) -> Iterator[Finding]:
    """The plugin in the list, without the flag."""
    pod = seen.api
    if pod is None or PLUGIN not in api_server_arguments.plugins(pod.flags) or pod.flags.text(CONFIG_FLAG):
        return
    place, line = pod.line_of_flag(PLUGINS_FLAG), seen.last_line(API_SERVER)
    lines = (place, line) if line and "no config" in line.text else (place,)
    said = f"{PLUGIN} is on, but --{CONFIG_FLAG} is not among the flags."
    yield Finding("plugin-without-configuration", said, lines, f"vi {pod.file.path}")


@fault(
    "plugin-off",
    Rank.SILENT,
    f"--{CONFIG_FLAG} is given, but {PLUGIN}, which the file configures, is not in the list of plugins.",
    "Nothing shows: the API server is well, and admits every image.",
    f"Add {PLUGIN} to --{PLUGINS_FLAG}.",
)
def off(seen: Evidence) -> Iterator[Finding]:
    """A configuration of a plugin that is off."""
    pod = seen.api
    path = pod.flags.text(CONFIG_FLAG) if pod else ""
    if pod is None or not path or PLUGIN in api_server_arguments.plugins(pod.flags):
        return
    file = seen.seen_by(pod, path)
    if file and PLUGIN in file.text:
        lines = (pod.line_of_flag(PLUGINS_FLAG), file.line_of(PLUGIN))
        said = f"{path} configures {PLUGIN}, but --{PLUGINS_FLAG} does not turn it on: every image is admitted."
        yield Finding("plugin-off", said, lines, f"vi {pod.file.path}")


@fault(
    "node-restriction-lost",
    Rank.SILENT,
    "NodeRestriction, which kubeadm turns on, is no longer on.",
    "Nothing shows: a kubelet may change other nodes' objects now.",
    f"Add NodeRestriction to --{PLUGINS_FLAG}; a list replaces the one that was there.",
)
def node_restriction(seen: Evidence) -> Iterator[Finding]:
    """A list of plugins from which NodeRestriction is gone."""
    pod = seen.api
    golden = seen.golden.get("/etc/kubernetes/manifests/kube-apiserver.yaml", b"NodeRestriction")
    if pod is None or b"NodeRestriction" not in golden or not pod.argv:
        return
    on = api_server_arguments.plugins(pod.flags)
    disabled = "NodeRestriction" in ",".join(pod.flags.flags.get("disable-admission-plugins", ()))
    if "NodeRestriction" not in on or disabled:
        listed = ",".join(on) or "not given"
        said = f"NodeRestriction is off: the list of --{PLUGINS_FLAG} is {listed}."
        if disabled:
            said = "NodeRestriction is off: --disable-admission-plugins names it."
        place = pod.line_of_flag("disable-admission-plugins" if disabled else PLUGINS_FLAG)
        yield Finding("node-restriction-lost", said, (place,), f"vi {pod.file.path}")


@fault(
    "not-applied",
    Rank.SILENT,
    "The API server that runs was started with other arguments than its manifest has.",
    "An edit seems to have no effect.",
    "See why the kubelet does not act: `systemctl status kubelet`, a second manifest, the manifest's other faults.",
)
def not_applied(seen: Evidence) -> Iterator[Finding]:
    """A process whose arguments are not the manifest's, a minute after that was changed."""
    pod, process = seen.api, seen.process(API_SERVER)
    if pod is None or process is None or not pod.argv or seen.now - pod.changed < _A_WHILE:
        return
    mine, theirs = command_line(pod.argv), command_line(process.argv)
    names = [name for name in {**mine.flags, **theirs.flags} if mine.flags.get(name) != theirs.flags.get(name)]
    if names and process.started < pod.changed:
        runs = Line(f"process {process.pid}", " ".join(f"--{each}={theirs.text(each)}" for each in names))
        lines = (pod.line_of_flag(names[0]), runs)
        said = f"The API server that runs is older than its manifest, and has other values of --{', --'.join(names)}."
        yield Finding("not-applied", said, lines, "systemctl restart kubelet", Sure.LIKELY)
