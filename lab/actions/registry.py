"""registry: the registry of the exercise images, on the cluster's network."""

from lab.actions.base import Action, NoParams, Setting, action
from lab.k8s import registry


@action("registry")
class Registry(Action[NoParams]):
    """Sees that the registry of the exercise images runs on the cluster's network."""

    takes = NoParams

    def run(self, params: NoParams, setting: Setting) -> None:
        """Start it, or make it again."""
        registry.ensure(setting.cluster.name, setting.cluster.record().registry_image)
