"""Certificates and keys that flags name: their times, names, authorities, and whether they belong together."""

from collections.abc import Iterator

from lab.why import pki
from lab.why.evidence import Evidence
from lab.why.fault import Finding, Rank, Sure, fault
from lab.why.pki import Pair
from lab.why.records import Line
from lab.why.static_pod import API_SERVER

_DAY = "%Y-%m-%d %H:%M UTC"


@fault(
    "certificate-unreadable",
    Rank.CERTIFICATE,
    "A file that should hold a certificate holds none: it is empty, cut, or something else.",
    "The container ends at once, or every connection fails.",
    "Put the certificate back; `openssl x509 -in FILE -noout -text` shows one.",
)
def unreadable(seen: Evidence) -> Iterator[Finding]:
    """Certificates of flags that cannot be read."""
    for pair in pki.pairs(seen):
        if pair.certificate is None and not pki.is_key(pair.certificate_file):
            said = (
                f"{pair.certificate_file.path}, which --{pair.flag} of {pair.pod.component} names, is no certificate."
            )
            yield _finding("certificate-unreadable", said, pair, seen)
        elif pair.key_file and pair.key is None and not pki.is_certificate(pair.key_file):
            said = f"{pair.key_file.path}, the key of --{pair.flag} of {pair.pod.component}, is no private key."
            yield _finding("certificate-unreadable", said, pair, seen)


@fault(
    "certificate-swapped",
    Rank.CERTIFICATE,
    "Certificate and key are swapped: the one flag names the other one's file.",
    "The container ends at once; its log says `found a certificate rather than a private key`.",
    "Swap the two paths, or the two files.",
)
def swapped(seen: Evidence) -> Iterator[Finding]:
    """Keys where certificates should be, and the other way round."""
    for pair in pki.pairs(seen):
        wrong = []
        if pki.is_key(pair.certificate_file):
            wrong.append(f"{pair.certificate_file.path} holds a private key where a certificate should be")
        if pair.key_file and pki.is_certificate(pair.key_file):
            wrong.append(f"{pair.key_file.path} holds a certificate where a private key should be")
        if wrong:
            said = f"For --{pair.flag} of {pair.pod.component}, {' and '.join(wrong)}."
            yield _finding("certificate-swapped", said, pair, seen)


@fault(
    "certificate-and-key",
    Rank.CERTIFICATE,
    "A private key does not belong to the certificate beside it.",
    "The container ends at once; its log says `private key does not match public key`.",
    "Put back the file that was replaced; both have to be of one pair.",
)
def key(seen: Evidence) -> Iterator[Finding]:
    """Pairs that are none."""
    for pair in pki.pairs(seen):
        if pair.certificate is not None and pair.key and pair.key != pki.public_of(pair.certificate):
            assert pair.key_file
            said = f"The key {pair.key_file.path} does not belong to the certificate {pair.certificate_file.path}."
            yield _finding("certificate-and-key", said, pair, seen)


@fault(
    "certificate-expired",
    Rank.CERTIFICATE,
    "A certificate of the control plane has expired.",
    "Connections fail with `x509: certificate has expired or is not yet valid`.",
    "Renew it: `kubeadm certs renew all`, then restart the static pods.",
)
def expired(seen: Evidence) -> Iterator[Finding]:
    """Certificates whose time is over."""
    for pair in pki.pairs(seen):
        if pair.certificate is not None and pair.certificate.not_valid_after_utc.timestamp() < seen.now:
            when = pair.certificate.not_valid_after_utc.strftime(_DAY)
            yield _finding("certificate-expired", f"{_name(pair)} expired at {when}.", pair, seen)


@fault(
    "certificate-not-yet-valid",
    Rank.CERTIFICATE,
    "A certificate of the control plane is not valid yet.",
    "Connections fail with `x509: certificate has expired or is not yet valid`.",
    "Make it anew, or look at the clock: `date`.",
)
def not_yet(seen: Evidence) -> Iterator[Finding]:
    """Certificates whose time has not come."""
    for pair in pki.pairs(seen):
        if pair.certificate is not None and pair.certificate.not_valid_before_utc.timestamp() > seen.now:
            when = pair.certificate.not_valid_before_utc.strftime(_DAY)
            yield _finding("certificate-not-yet-valid", f"{_name(pair)} is valid from {when} on only.", pair, seen)


@fault(
    "certificate-name",
    Rank.CERTIFICATE,
    "A serving certificate has none of the names by which the server is called, or no subjectAltName at all.",
    "Clients say `x509: certificate is valid for A, not B`, or `relies on legacy Common Name field`.",
    "Make it anew with the names as subjectAltName: `kubeadm init phase certs apiserver` makes that of the API server.",
)
def name(seen: Evidence) -> Iterator[Finding]:
    """Serving certificates without the names that clients use."""
    for pair in pki.pairs(seen):
        if pair.certificate is None or not pair.serves:
            continue
        has = pki.names(pair.certificate)
        lost = [each for each in pki.called(pair, seen) if each not in has]
        if not lost:
            continue
        names = f"the names {', '.join(sorted(has))}" if has else "no subjectAltName"
        said = f"{_name(pair)} has {names}; {pair.pod.component} is called {', '.join(lost)} too."
        yield _finding("certificate-name", said, pair, seen)


@fault(
    "certificate-authority",
    Rank.CERTIFICATE,
    "A certificate is not signed by the authority that the other side trusts.",
    "Connections fail with `x509: certificate signed by unknown authority`.",
    "Put back the certificate, or the authority's, whichever was replaced.",
)
def authority(seen: Evidence) -> Iterator[Finding]:
    """Certificates that another authority signed."""
    for pair in pki.pairs(seen):
        for where, trusted in pki.trusted(pair, seen):
            if pair.certificate is not None and trusted and not pki.signed_by(pair.certificate, trusted):
                said = f"{_name(pair)} is not signed by the authority in {where}, which the other side trusts."
                yield _finding("certificate-authority", said, pair, seen)
                break


@fault(
    "service-account-key",
    Rank.SILENT,
    "The API server checks tokens of service accounts with another key than the one that signs them.",
    "The API server is ready, but pods get `Unauthorized`, and nothing new becomes ready.",
    "Put back the key pair: /etc/kubernetes/pki/sa.key and sa.pub belong together.",
)
def service_account(seen: Evidence) -> Iterator[Finding]:
    """Keys of service accounts that are no pair."""
    pod = seen.api
    if pod is None:
        return
    signing, checking = ("service-account-signing-key-file", "service-account-key-file")
    signs = seen.seen_by(pod, pod.flags.text(signing)) if pod.flags.text(signing) else None
    checks = [seen.seen_by(pod, path) for path in pod.flags.flags.get(checking, ())]
    public = [pki.public_key(each) for each in checks if each]
    mine = pki.public_key(signs) if signs else ""
    if mine and public and all(public) and mine not in public:
        lines = (pod.line_of_flag(signing), pod.line_of_flag(checking))
        said = f"--{checking} names no key that belongs to the one of --{signing}: tokens that it signs are refused."
        yield Finding("service-account-key", said, lines, "ls -l /etc/kubernetes/pki/sa.*", Sure.LIKELY)


def _name(pair: Pair) -> str:
    return f"The certificate {pair.certificate_file.path} (--{pair.flag} of {pair.pod.component})"


def _finding(id: str, said: str, pair: Pair, seen: Evidence) -> Finding:
    about = pki.described(pair.certificate) if pair.certificate is not None else pair.certificate_file.text[:60]
    lines = [Line(pair.certificate_file.path, about), pair.place]
    last = seen.last_line(pair.pod.component) or seen.last_line(API_SERVER)
    if last and any(word in last.text for word in ("tls", "x509", "certificate", "PEM", "key")):
        lines.append(last)
    do = f"openssl x509 -in {pair.certificate_file.path} -noout -subject -issuer -dates -ext subjectAltName"
    return Finding(id, said, tuple(lines), do)
