set -euo pipefail
attempt() { kubectl run test --image=nginx 2>&1 || true; }
# Refused for the right reason: the plugin could not ask the service. Just after a restart it may be another one.
deadline=$((SECONDS + 60))
until answer=$(attempt) && [[ $answer == *forbidden:*"https://{{service}}:{{port}}{{path}}"* ]]; do
    if [[ $answer == *"image policy webhook backend denied"* ]]; then
        echo "the service exists and answers; for this step: lab webhook down (on your own machine)" >&2
        exit 1
    elif ((SECONDS >= deadline)); then
        echo "not refused by the plugin after 60 s: $answer" >&2
        exit 1
    fi
    sleep 1
    kubectl delete pod test --ignore-not-found --now --timeout=120s
done
echo "$answer"
