"""The admission plugins that see a pod on its way, in the API server's built-in order.

Facts: pkg/kubeapiserver/options/plugins.go of Kubernetes 1.36 (`AllOrderedPlugins`, `DefaultOffAdmissionPlugins`), and
the methods Admit (mutating) and Validate of each plugin. The order of the flag's list does not matter.
"""

from dataclasses import dataclass

from lab.checks.support import api_server_arguments
from lab.checks.support.pflag import CommandLine

IMAGE_POLICY, POD_SECURITY, QUOTA = "ImagePolicyWebhook", "PodSecurity", "ResourceQuota"
MUTATING_WEBHOOKS, VALIDATING_WEBHOOKS = "MutatingAdmissionWebhook", "ValidatingAdmissionWebhook"
POLICIES = "ValidatingAdmissionPolicy"
SHOWN = (IMAGE_POLICY,)
"""The plugins that are shown where they are off, too."""


@dataclass(frozen=True)
class Plugin:
    """A plugin, whether it is on where no flag speaks of it, and whether it changes and whether it judges pods."""

    name: str
    default: bool
    mutating: bool
    validating: bool
    what: str = ""

    @property
    def minor(self) -> bool:
        """Whether it minds no image, and nothing more is to be told of it."""
        return not self.what


_B, _M, _V = (True, True), (True, False), (False, True)
ORDER = tuple(
    Plugin(name, default, *phases, *what)
    for name, default, phases, *what in (
        ("AlwaysAdmit", False, _B),
        ("NamespaceAutoProvision", False, _M),
        ("NamespaceLifecycle", True, _M),
        ("NamespaceExists", False, _V),
        ("LimitPodHardAntiAffinityTopology", False, _V),
        ("LimitRanger", True, _B),
        ("ServiceAccount", True, _B),
        ("NodeRestriction", False, _M),
        ("AlwaysPullImages", False, _B, "has every image pulled anew, with the pod's credentials"),
        (IMAGE_POLICY, False, _V, "asks a service about the images, and nothing else"),
        (POD_SECURITY, True, _V, "holds a pod to its namespace's Pod Security Standard"),
        ("PodNodeSelector", False, _B),
        ("Priority", True, _B),
        ("DefaultTolerationSeconds", True, _M),
        ("PodTolerationRestriction", False, _B),
        ("ExtendedResourceToleration", False, _M),
        ("OwnerReferencesPermissionEnforcement", False, _V),
        ("RuntimeClass", True, _B),
        ("MutatingAdmissionPolicy", True, _M),
        (MUTATING_WEBHOOKS, True, _M, "asks webhooks that may change a pod"),
        (POLICIES, True, _V, "judges by policies in CEL, in the API server itself"),
        (VALIDATING_WEBHOOKS, True, _V, "asks webhooks whether a pod may be made"),
        (QUOTA, True, _V, "counts against the namespace's quotas"),
        ("AlwaysDeny", False, _B),
    )
)


def on(line: CommandLine) -> frozenset[str]:
    """The names of the plugins that an API server with these flags has on."""
    if "admission-control" in line.flags:  # the old flag: what it names and nothing else
        return frozenset(api_server_arguments.plugins(line))
    by_default = {each.name for each in ORDER if each.default}.difference(api_server_arguments.disabled(line))
    return frozenset(by_default.union(api_server_arguments.plugins(line)))
