"""The admission plugins that are on, and their order."""

import pytest

from lab.checks.support import api_server_process
from lab.request_path import plugins

LIST = "--enable-admission-plugins"


def on(*flags: str) -> list[str]:
    found = plugins.on(api_server_process.command_line(("kube-apiserver", *flags)))
    return [plugin.name for plugin in plugins.ORDER if plugin.name in found]


def test_the_defaults_are_on_where_no_flag_speaks_of_them() -> None:
    assert {"NamespaceLifecycle", "PodSecurity", "ValidatingAdmissionPolicy", "ResourceQuota"} <= set(on())
    assert not {"ImagePolicyWebhook", "NodeRestriction", "AlwaysPullImages"} & set(on())


def test_the_order_is_the_api_servers_own_and_not_the_flags() -> None:
    names = on(f"{LIST}=AlwaysPullImages,ImagePolicyWebhook,NodeRestriction")
    wanted = "NodeRestriction AlwaysPullImages ImagePolicyWebhook PodSecurity ValidatingAdmissionPolicy"
    wanted += " ValidatingAdmissionWebhook ResourceQuota"
    assert [name for name in names if name in wanted.split()] == wanted.split()


def test_a_plugin_can_be_turned_off() -> None:
    assert "PodSecurity" not in on("--disable-admission-plugins=PodSecurity")


def test_what_both_lists_name_is_on_as_the_api_server_takes_them() -> None:
    assert "PodSecurity" in on("--disable-admission-plugins=PodSecurity", f"{LIST}=PodSecurity")


def test_a_list_that_cannot_be_read_turns_nothing_on() -> None:
    assert on(f'{LIST}="a') == on()


@pytest.mark.parametrize("name", ["ImagePolicyWebhook", "PodSecurity", "ValidatingAdmissionPolicy", "ResourceQuota"])
def test_what_only_judges_changes_nothing(name: str) -> None:
    plugin = next(plugin for plugin in plugins.ORDER if plugin.name == name)
    assert (plugin.mutating, plugin.validating, plugin.minor) == (False, True, False)
