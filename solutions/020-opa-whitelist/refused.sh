set -euo pipefail
# Asked with a dry run until the answer is the constraint's; a change takes a second or two to reach the webhook.
ask() { kubectl run "$1" --image="$2" "${@:3}" 2>&1 || true; }
deadline=$((SECONDS + 60))
until [[ $(ask probe nginx --dry-run=server) == *{{constraint}}* ]]; do
    if ((SECONDS >= deadline)); then
        echo "not refused by {{constraint}} after 60 s: $(ask probe nginx --dry-run=server)" >&2
        kubectl get {{template}} >&2
        exit 1
    fi
    sleep 1
done
# Now in earnest. Admission comes before the question whether there is a pod of that name already.
ask nginx nginx
# Names that only look trusted.
for image in docker.io.example.com/library/nginx quay.io/docker.io/nginx localhost:5000/nginx; do
    echo "$image: $(ask probe "$image" --dry-run=server)"
done
