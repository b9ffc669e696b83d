"""The bundled servers: a supervisor apart from maker that starts them, routes to them, and counts what is lost.

`supervisor`, `fleet`, `front`, `figures`, `processes` and `instance` run in processes of their own, without site
packages: they import the standard library and each other alone. `client` and `effect` are maker's side.
"""
