"""A reference webhook for the API server's ImagePolicyWebhook plugin, usable without the rest of the lab.

::

    request -> server -> review  -> policy -> reference
               (HTTP)    (JSON)     (rules)   (names)

`review`, `policy` and `reference` are pure. `files` and `tls` watch what is on disk, `log` and `metrics` tell what
happened, `server` holds it together. docs/webhook.md is for those who run it.
"""
