import shutil

import pytest

from lab import certs
from lab.actions import webhook_files
from lab.actions.support import webhook
from lab.errors import ClusterError


def test_the_six_files(setting) -> None:
    action = webhook_files.WebhookFiles()
    action.run(webhook_files.Files("/root/x", "external-service"), setting)
    node = setting.cluster.helper.files
    names = ["admission_config.yaml", "apiserver-client-cert.pem", "apiserver-client-key.pem", "external-cert.pem"]
    assert sorted(node) == [f"/root/x/{name}" for name in [*names, "external-key.pem", "kubeconf"]]
    assert {mode for path, (_, mode) in node.items() if "key" in path} == {"0600"}
    cert, key = node["/root/x/external-cert.pem"][0], node["/root/x/external-key.pem"][0]
    assert certs.key_matches(cert, key)
    assert certs.describe(cert).names == ("external-service",)
    served = webhook.files_of(setting.cluster, "plugin")
    assert (served["cert.pem"], served["key.pem"]) == (cert, key)
    assert served["client-ca.pem"] == node["/root/x/apiserver-client-cert.pem"][0]
    assert b"trusted" in served["policy.yaml"]
    kept = setting.cluster.files.webhook / "key.pem"
    assert kept.stat().st_mode & 0o077 == 0
    action.run(webhook_files.Files("/root/x", "external-service"), setting)
    assert node["/root/x/external-cert.pem"][0] != cert  # fresh each time
    shutil.rmtree(setting.cluster.files.webhook)
    with pytest.raises(ClusterError, match="no certificates yet") as raised:
        webhook.files_of(setting.cluster, "plugin")
    assert raised.value.hint == "Start it with: lab start plugin"


def test_a_service_has_a_hosts_name() -> None:
    with pytest.raises(ValueError, match="not a host"):
        webhook_files.Files("/root/x", "a b")
