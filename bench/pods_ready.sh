#!/usr/bin/env bash
# Waits until each pod of kube-system is ready, those of every component among them.
wanted="coredns etcd kube-apiserver kube-controller-manager kube-proxy kube-scheduler"
until kubectl -n kube-system get pods -o json 2>/dev/null | jq -e --arg wanted "$wanted" '
    [.items[] | select(.metadata.deletionTimestamp == null and .status.phase == "Running"
        and any(.status.conditions[]?; .type == "Ready" and .status == "True"))] as $good
    | (.items | length) == ($good | length)
        and all($wanted | split(" ")[]; . as $w | any($good[]; .metadata.name | startswith($w)))' >/dev/null; do
    sleep 0.4
done
