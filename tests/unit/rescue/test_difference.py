from rescue_scene import ADMISSION, API_SERVER, FILES, MANIFESTS, pod

from lab.rescue import difference


def test_no_difference() -> None:
    plan = difference.plan({**FILES, "/etc/kubernetes/notes": b""}, FILES, "at 12:00:00")
    assert (plan.paths, plan.text) == ((), "")


def test_a_flag_is_shown_as_a_diff_from_the_learners_to_the_good_one() -> None:
    node = {**FILES, API_SERVER: pod("kube-apiserver", "--nonsense"), f"{API_SERVER}.bak": b""}
    plan = difference.plan(node, FILES, "at 12:00:00")
    assert plan.put == {API_SERVER: FILES[API_SERVER]}
    assert plan.aside == (f"{API_SERVER}.bak",)
    lines = plan.text.splitlines()
    assert lines[:2] == [f"--- {API_SERVER} (yours)", f"+++ {API_SERVER} (at 12:00:00)"]
    assert [line for line in lines[2:-1] if line[0] in "+-"] == [
        "-    - --nonsense",
        "+    - --admission-control-config-file=/etc/kubernetes/admission/config.yaml",
    ]
    assert lines[-1] == f"{MANIFESTS}/kube-apiserver.yaml.bak was not among the manifests at 12:00:00"


def test_no_key_and_nothing_long_is_shown() -> None:
    certificate = "/etc/kubernetes/pki/etcd/server.crt"
    node = {**FILES, certificate: b"-----BEGIN CERTIFICATE-----\nother\n", ADMISSION: b"x" * 5000}
    plan = difference.plan(node, FILES, "at 12:00:00")
    assert f"{certificate} differs: it is a key, a certificate or no text" in plan.text
    assert max(map(len, plan.text.splitlines())) < 200
    missing = {path: content for path, content in FILES.items() if path != ADMISSION}
    assert difference.plan(missing, FILES, "").text == f"{ADMISSION} is missing, or no regular file"
    crlf = {**FILES, ADMISSION: b"plugins: []\r\n"}
    assert difference.plan(crlf, FILES, "").text == f"{ADMISSION} differs in the ends of its lines"


def test_a_long_difference_is_cut() -> None:
    good = {**FILES, ADMISSION: b"".join(b"%d\n" % number for number in range(1000))}
    lines = difference.plan(FILES, good, "").text.splitlines()
    assert len(lines) == 201
    assert lines[-1].endswith("lines more")
