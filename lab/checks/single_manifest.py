"""single-manifest: one file of the manifest directory is of a component, and the kubelet can read all others."""

from collections.abc import Iterable

from lab.checks.asks import Ask, Observation
from lab.checks.base import Check, Facts, Fault, Judgement, check, passed
from lab.checks.support import manifests
from lab.checks.support.manifests import MANIFESTS, Manifest, Params
from lab.k8s.static_pods import DIRECTORY


@check("single-manifest")
class SingleManifest(Check[Params]):
    """No second manifest of the component, such as a backup, beside the first: the kubelet would run it too."""

    takes = Params

    def asks(self, params: Params, facts: Facts, seen: Observation) -> Iterable[Ask]:
        """The manifests."""
        return (MANIFESTS,)

    def judge(self, params: Params, facts: Facts, seen: Observation) -> Judgement:
        """Count the manifests of the component, and find those that cannot be read."""
        component = params.component
        expected = f"one file in {DIRECTORY} is a manifest of {component}, and the kubelet can read all others"
        command, found = f"ls -la {DIRECTORY}", manifests.read(seen)
        files = [manifest.file for manifest in found if manifest.concerns(component)]
        if not files:
            return manifests.missing(component, seen).fail(expected, command)
        if fault := self._wrong(component, files, found):
            return fault.fail(expected, command)
        return passed(expected, f"{files[0]} is the only manifest of {component}", command)

    @staticmethod
    def _wrong(component: str, files: list[str], found: list[Manifest]) -> Fault | None:
        if len(files) > 1:
            observed = f"{len(files)} files are manifests of {component}: {', '.join(files)}"
            why = f"The kubelet reads every file whose name does not begin with a dot, and {files[-1]} wins"
            return Fault("second-manifest", f"{observed}. {why}; keep copies in another directory")
        if broken := [f"{manifest.file} {manifest.problem}" for manifest in found if manifest.problem]:
            observed = f"beside {files[0]}, the manifest of {component}, there is a file that is no manifest"
            return Fault("unreadable-file", f"{observed}: {'; '.join(broken)}")
        return None
