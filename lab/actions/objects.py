"""objects: makes the objects of one of the exercise's files in the cluster."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from lab.actions.base import Action, Setting, action
from lab.actions.support.namespaces import see_a_name
from lab.errors import DataError
from lab.k8s.bash import program
from lab.k8s.kubectl import kubectl, make_namespace


@dataclass(frozen=True)
class Params:
    """`file`: a manifest in the exercise's files/. `namespace`: where its objects go; made when it is not there."""

    file: str
    namespace: str

    def __post_init__(self) -> None:
        see_a_name(self.namespace)
        if PurePosixPath(self.file).name != self.file:
            raise ValueError(f"{self.file} is not the name of a file in files/")


@action("objects")
class Objects(Action[Params]):
    """Makes the objects of a manifest, and waits until its pods are ready."""

    takes = Params

    def run(self, params: Params, setting: Setting) -> None:
        """Apply the manifest."""
        manifest = setting.files / params.file
        if not manifest.is_file():
            raise DataError(f"There is no file {manifest}.", "See all problems of the data with: lab lint")
        with setting.status.phase(f"Making what runs in the namespace {params.namespace}", 8):
            make_namespace(setting.cluster, params.namespace)
            kubectl(setting.cluster, program(__file__, "objects.sh", params.namespace), manifest.read_text())
