"""The shop itself, without a socket: requests in, answers out, the same for the same requests in the same order."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from .scripts import Answer, Script, script

PASSWORD = "open-sesame"  # noqa: S105 - the shop's only one, and on the first page of its documents
TOKEN = "demo-token-1"  # noqa: S105 - likewise
_ID = re.compile(r"(?<=/)[a-z]+-[0-9]+(?=/|$)")
_KINDS = {"users": "user", "products": "product", "carts": "cart", "orders": "order"}


class Shop:
    """A shop and its log.

    Args:
        faults: Name of the script of its faults.

    Attributes:
        log: One {"n", "method", "path", "status", "key"} a request, in order.
        things: What there is, by path such as `/users/user-1`.
    """

    def __init__(self, faults: str = "none") -> None:
        self._fault: Script = script(faults)
        self._calls: dict[str, int] = {}
        self._answers: dict[str, Answer] = {}
        self._counts: dict[str, int] = {}
        self.things: dict[str, dict[str, Any]] = {}
        self.log: list[dict[str, Any]] = []

    def handle(self, method: str, path: str, headers: Mapping[str, str], body: str) -> Answer:
        """Answer a request; one that changes something and repeats its idempotency key is answered as the first time.

        Args:
            method: In capitals.
            path: Without a query.
            headers: Names in small letters.
            body: Its text.
        """
        key = headers.get("idempotency-key", "") if method in ("POST", "PATCH", "DELETE") else ""
        answer = self._answers.get(key) if key else None
        if answer is None:
            answer = self._answered(method, path, headers, body)
            if key and answer.status < 400:
                self._answers[key] = answer
        self.log.append({"n": len(self.log) + 1, "method": method, "path": path, "status": answer.status, "key": key})
        return answer

    def _answered(self, method: str, path: str, headers: Mapping[str, str], body: str) -> Answer:
        route = f"{method} {_ID.sub('{id}', path)}"
        self._calls[route] = self._calls.get(route, 0) + 1
        fault = self._fault(route, self._calls[route])
        if fault is not None:
            return fault
        if route not in ("GET /health", "POST /login") and headers.get("authorization") != f"Bearer {TOKEN}":
            return Answer(401, {"error": "log in first"})
        try:
            given = json.loads(body) if body else {}
        except ValueError:
            return Answer(400, {"error": "the body is not JSON"})
        if not isinstance(given, dict):
            return Answer(400, {"error": "the body is not an object"})
        handler = _ROUTES.get(route)
        return handler(self, path, given) if handler is not None else Answer(404, {"error": f"no route {route[:80]}"})

    def health(self, _: str, __: dict[str, Any]) -> Answer:
        """Say that all is well."""
        return Answer(200, {"status": "up"})

    def login(self, _: str, given: dict[str, Any]) -> Answer:
        """Give a token for the password."""
        if given.get("password") != PASSWORD:
            return Answer(401, {"error": "wrong password"})
        return Answer(200, {"token": TOKEN, "expires_in": 3600})

    def create(self, path: str, given: dict[str, Any]) -> Answer:
        """Create a thing; users get its place, the others only its id."""
        kind = path.strip("/")
        wanted = {"users": "name", "products": "price", "carts": "user", "orders": "cart"}[kind]
        if wanted not in given:
            return Answer(422, {"error": f"{wanted} is missing"})
        if kind == "orders" and f"/carts/{given['cart']}" not in self.things:
            return Answer(422, {"error": "no such cart"})
        self._counts[kind] = self._counts.get(kind, 0) + 1
        name = f"{_KINDS[kind]}-{self._counts[kind]}"
        thing = {"id": name, **given}
        if kind == "carts":
            thing["items"] = []
        if kind == "orders":
            thing |= {"total": self._total(self.things[f"/carts/{given['cart']}"]), "paid": False}
        self.things[f"{path}/{name}"] = thing
        return Answer(201, dict(thing), {"location": f"{path}/{name}"} if kind == "users" else {})

    def _total(self, cart: dict[str, Any]) -> Any:
        return sum(self.things[f"/products/{one['product']}"]["price"] * one["count"] for one in cart["items"])

    def read(self, path: str, _: dict[str, Any]) -> Answer:
        """Give a thing."""
        thing = self.things.get(path)
        if thing is None:
            return Answer(404, {"error": f"nothing at {path[:80]}"})
        return Answer(200, {**thing, "total": self._total(thing)} if path.startswith("/carts/") else dict(thing))

    def listed(self, path: str, _: dict[str, Any]) -> Answer:
        """Give all things of a kind."""
        return Answer(
            200, {"items": [dict(thing) for where, thing in self.things.items() if where.startswith(path + "/")]}
        )

    def change(self, path: str, given: dict[str, Any]) -> Answer:
        """Change a thing."""
        if path not in self.things:
            return Answer(404, {"error": f"nothing at {path[:80]}"})
        self.things[path] |= {key: value for key, value in given.items() if key != "id"}
        return Answer(200, dict(self.things[path]))

    def delete(self, path: str, _: dict[str, Any]) -> Answer:
        """Delete a thing."""
        return (
            Answer(204)
            if self.things.pop(path, None) is not None
            else Answer(404, {"error": f"nothing at {path[:80]}"})
        )

    def stock(self, path: str, _: dict[str, Any]) -> Answer:
        """Say how many of a product there are."""
        known = path.removesuffix("/stock") in self.things
        return Answer(200, {"stock": 7}) if known else Answer(404, {"error": "no such product"})

    def add_item(self, path: str, given: dict[str, Any]) -> Answer:
        """Put a product into a cart."""
        cart = self.things.get(path.removesuffix("/items"))
        count = given.get("count", 1)
        if cart is None or f"/products/{given.get('product')}" not in self.things or type(count) is not int:
            return Answer(422, {"error": "no such cart or product"})
        cart["items"].append({"product": given["product"], "count": count})
        return Answer(201, {"items": len(cart["items"])})

    def pay(self, path: str, _: dict[str, Any]) -> Answer:
        """Pay an order."""
        order = self.things.get(path.removesuffix("/payment"))
        if order is None:
            return Answer(404, {"error": "no such order"})
        order["paid"] = True
        return Answer(200, {"paid": True, "amount": order["total"]})

    def sales(self, _: str, __: dict[str, Any]) -> Answer:
        """Count paid orders."""
        paid = [one for path, one in self.things.items() if path.startswith("/orders/") and one["paid"]]
        return Answer(200, {"orders": len(paid), "amount": sum(one["total"] for one in paid)})


_ROUTES: dict[str, Callable[[Shop, str, dict[str, Any]], Answer]] = {
    "GET /health": Shop.health, "POST /login": Shop.login, "GET /users": Shop.listed, "PATCH /users/{id}": Shop.change,
    "GET /products/{id}/stock": Shop.stock, "POST /carts/{id}/items": Shop.add_item,
    "POST /orders/{id}/payment": Shop.pay, "GET /reports/sales": Shop.sales,
    **{f"POST /{kind}": Shop.create for kind in _KINDS},
    **{f"GET /{kind}/{{id}}": Shop.read for kind in _KINDS},
    **{f"DELETE /{kind}/{{id}}": Shop.delete for kind in _KINDS},
}  # fmt: skip
