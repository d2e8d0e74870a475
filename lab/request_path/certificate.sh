# shellcheck shell=bash
# Tells whether the certificate that a service shows holds: curl's exit code, and what it said.
# Given: $server (the name that the certificate has to have), $port, $address, $authority (PEM, in base64).
# shellcheck disable=SC2154 # they are put before this text
work=$(mktemp -d /run/lab-path.XXXXXX)
trap 'rm -rf "$work"' EXIT
base64 -d <<<"$authority" >"$work/authority.pem"
said=$(curl -sS --noproxy '*' --max-time 3 -o /dev/null --cacert "$work/authority.pem" --capath "$work/none" \
    --resolve "$server:$port:$address" "https://$server:$port/" 2>&1)
echo "$? $(head -n 1 <<<"$said")"
