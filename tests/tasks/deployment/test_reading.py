"""Files that say what is deployed: what is read of them, what is listed, and what is refused."""

from __future__ import annotations

import pytest
from maker_tasks.deployment.loading import load_problem
from maker_tasks.deployment.surge import bounds

from maker_engine.core.errors import ProblemError

TABLE = [
    # replicas, maxSurge, maxUnavailable, more, fewer: as `ResolveFenceposts` of Kubernetes has them
    (1, "25%", "25%", 1, 0), (2, "25%", "25%", 1, 0), (3, "25%", "25%", 1, 0), (4, "25%", "25%", 1, 1),
    (5, "25%", "25%", 2, 1), (6, "25%", "25%", 2, 1), (7, "25%", "25%", 2, 1), (8, "25%", "25%", 2, 2),
    (9, "25%", "25%", 3, 2), (10, "25%", "25%", 3, 2), (11, "25%", "25%", 3, 2), (12, "25%", "25%", 3, 3),
    (1, 1, 0, 1, 0), (3, 0, 1, 0, 1), (3, 2, 2, 2, 2), (10, 3, 2, 3, 2),
    (10, "30%", 0, 3, 0), (10, 0, "30%", 0, 3), (10, "1%", 0, 1, 0), (10, 0, "1%", 0, 1),
    (10, 0, "9%", 0, 1), (10, 0, "10%", 0, 1), (10, 0, "19%", 0, 1), (10, 0, "20%", 0, 2),
    (3, "34%", "34%", 2, 1), (3, "33%", "33%", 1, 0), (3, "33%", "66%", 1, 1), (3, "33%", "67%", 1, 2),
    (3, "50%", "50%", 2, 1), (5, "50%", "50%", 3, 2), (7, "50%", "50%", 4, 3), (1, "100%", 0, 1, 0),
    (4, "100%", "100%", 4, 4), (4, 0, "100%", 0, 4), (2, 0, 5, 0, 2), (3, 5, "1%", 5, 0),
    (100, "1%", "1%", 1, 1), (101, "1%", "1%", 2, 1), (4, "150%", 0, 6, 0), (19, "10%", "10%", 2, 1),
]  # fmt: skip


def test_surge_is_as_in_kubernetes():
    """A surge is rounded up, what may be unavailable down, and both are never 0, in forty cases."""
    assert len(TABLE) == 40
    assert [(*row[:3], *bounds(row[1], row[2], row[0], "web")) for row in TABLE] == TABLE


SHOP = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: front}
spec:
  replicas: 4
  paused: true
  template:
    metadata: {labels: {app: front}}
    spec:
      containers:
        - name: server
          image: registry.example:5000/shop/front:1.10
          env: [{name: CART, value: "http://cart-service.default:7070/x"}, {name: MODE, value: cart}]
          resources: {requests: {cpu: 100m, memory: lots}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: &labels {name: cart}
spec:
  replicas: 3
  template:
    metadata: {labels: {<<: *labels, app: cart}}
    spec: {containers: [{name: c, image: "cart@sha256:0123456789abcdef"}]}
---
kind: Service
metadata: {name: cart-service}
spec: {selector: {app: cart}}
---
kind: Rollout
metadata: {name: mail}
spec:
  replicas: 5
  strategy:
    canary:
      maxSurge: 20%
      maxUnavailable: 0
      steps: [{setWeight: 20}, {pause: {duration: 1m30s}}, {setWeight: 60}, {analysis: {}}, {setHeaderRoute: {}}]
  template:
    spec: {containers: [{image: "mail:2"}]}
---
kind: Ingress
metadata: {name: door}
"""


def test_kubernetes_objects_are_read():
    """Several documents give workloads with their bounds, needs and canary; what is not understood is listed."""
    problem = load_problem({"to": "front=1.11\nmail=3"}, SHOP)
    cart, front, mail = problem.services
    assert (front.old, front.new, front.most, front.least, front.needs) == ("1.10", "1.11", 5, 3, ("cart",))
    assert (cart.old, cart.surge, cart.unavailable) == ("0123456789ab", 0, 1)
    assert (mail.canary, mail.surge, mail.unavailable) == ((20, 60), 1, 0)
    assert [*problem.notes] == [
        "Deployment/front.spec.paused",
        "Deployment/front.resources.requests.memory: lots is no quantity",
        "Rollout mail: canary step setHeaderRoute",
        "Ingress/door",
    ]


COMPOSE = """
x-way: &way {order: start-first, parallelism: 2}
services:
  db: {image: "postgres:16", healthcheck: {test: "true"}}
  web:
    image: web:1.0
    depends_on: {db: {condition: service_healthy, restart: true}}
    deploy: {replicas: 3, update_config: *way}
    profiles: [a]
"""


def test_a_compose_file_is_read():
    """Order and parallelism give the bounds, depends_on the needs, and what is not understood is listed."""
    problem = load_problem({"to": "web=1.1"}, COMPOSE)
    db, web = problem.services
    assert (db.surge, db.unavailable, db.changes) == (0, 1, False)
    assert (web.surge, web.unavailable, web.needs, web.new) == (2, 0, ("db",), "1.1")
    assert [note.partition(":")[0] for note in problem.notes] == [
        "services.db.healthcheck", "services.web.profiles", "services.web.depends_on.db.restart",
    ]  # fmt: skip


OWN = "format: maker-deployment 1\nservices: {%s}"
WEB = "web: {from: 1, to: 2}"


@pytest.mark.parametrize(
    ("text", "options", "named"),
    [
        (OWN % "web: {from: 1, to: 2, replicas: 0}", {}, "0 replicas"),
        (OWN % "web: {from: 1, to: 2, max_surge: 0, max_unavailable: 0%}", {}, "both 0"),
        (OWN % "a: {from: 1, to: 2, needs: [b]}, b: {from: 1, needs: [a]}", {}, "a -> b -> a"),
        (OWN % "web: {from: 1, to: 2, needs: [db]}", {}, "not among the services"),
        (OWN % "web: {from: 1}", {}, "no service gets another version"),
        (OWN % "web: {from: 1, to: 2, canery: [5]}", {}, "no key 'canery'"),
        (OWN % "web: {from: 1, to: 2, canary: [50, 25]}", {}, "rising shares"),
        (OWN % f"{WEB}, {WEB}", {}, "comes twice"),
        (OWN % WEB, {"fault": "web:burns"}, "SERVICE:KIND"),
        (OWN % WEB, {"driver": "commands"}, "argument list for start"),
        (OWN % WEB, {"to": "shop=3"}, "NAME=VERSION"),
        (OWN % WEB, {"port": 70_000}, "0 to 65,535"),
        (OWN % WEB, {"observe": "soon"}, "duration"),
        (OWN % WEB + "\ncommands: {start: ['{program}'], stop: [x]}", {}, "begins with a program"),
        (
            OWN % WEB + "\ntarget: commands\ncommands: {start: [a], stop: [b]}\nhealth_url: file:///etc",
            {},
            "health_url",
        ),
        ("services: {web: {image: w, deploy: {replicas: 0}}}", {"to": "web=2"}, "0 replicas"),
        ("kind: Deployment\nmetadata: {name: w}\nspec: {replicas: many}", {}, "no containers"),
        ("kind: Pod", {}, "none of Compose"),
        ("a: &a [*a]\nb: \x1b[2J", {}, "neither YAML nor JSON"),
        ("- 1", {}, "must hold mappings"),
        ("", {}, "must hold mappings"),
    ],
)
def test_bad_files_are_refused(text, options, named):
    """What cannot be deployed is refused in one printable line that names it."""
    with pytest.raises(ProblemError) as caught:
        load_problem(options, text)
    assert named in str(caught.value)
    assert str(caught.value).isprintable()
