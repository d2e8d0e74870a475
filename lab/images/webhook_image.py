"""Makes the image of the reference webhook: Debian's Python, and lab/webhook."""

from lab import paths
from lab.engine.docker import image_exists
from lab.errors import BuildError
from lab.images import rootfs
from lab.images.build import Workshop, docker_build, drop_old, key_of, one_at_a_time, scratch, stage


def ensure(workshop: Workshop, origin: str) -> str:
    """The webhook's image, made first when it is not there.

    Args:
        workshop: the tools of the build.
        origin: `official` to start from Debian's official image, `built` to start from its packages.

    Raises:
        BuildError: it could not be made; names the log.
    """
    name = _name(workshop, origin)
    with one_at_a_time(workshop.status):
        if image_exists(name):
            return name
        with workshop.status.phase("Making the webhook's image", 20):
            if origin == "official" and _built(workshop, name, "official.Dockerfile", {}):
                return name
            _build(workshop, name, "Dockerfile", {"ROOTFS": rootfs.ensure("webhook", workshop)})
        drop_old("cks-lab/webhook", name)
    return name


def _name(workshop: Workshop, origin: str) -> str:
    sources = paths.data("cluster") / "webhook"
    files = (sources / "Dockerfile", sources / "official.Dockerfile")
    code = sorted((paths.PACKAGE / "webhook").glob("*.py"))
    base = rootfs.tag("webhook", workshop) if origin == "built" else origin
    return f"cks-lab/webhook:{key_of(base, workshop.architecture, *files, *code)}"


def _built(workshop: Workshop, name: str, dockerfile: str, arguments: dict[str, str]) -> bool:
    try:
        _build(workshop, name, dockerfile, arguments)
    except BuildError:
        return False  # the log has it; Debian's packages may be within reach all the same
    return True


def _build(workshop: Workshop, name: str, dockerfile: str, arguments: dict[str, str]) -> None:
    sources = paths.data("cluster") / "webhook"
    with scratch("webhook") as folder:
        context = stage(folder, sources=sources)
        (context / "lab" / "webhook").mkdir(parents=True)
        (context / "lab" / "__init__.py").write_bytes((paths.PACKAGE / "__init__.py").read_bytes())
        for file in (paths.PACKAGE / "webhook").glob("*.py"):
            (context / "lab" / "webhook" / file.name).write_bytes(file.read_bytes())
        docker_build(context, context / "sources" / dockerfile, name, arguments, workshop.log("images"))
