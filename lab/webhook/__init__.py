"""A reference webhook for the API server's ImagePolicyWebhook plugin, usable without the rest of the lab.

::

    request -> listener -> service -> review -> policy -> reference
               (aiohttp)   (HTTP)     (JSON)    (rules)   (names)

`review`, `policy` and `reference` are pure. `startup` reads what the server is started with, `files` watches it on
disk, `tls` makes mutual TLS of it. `log` and `metrics` tell what happened, `server` holds it together. docs/webhook.md
is for those who run it.
"""
