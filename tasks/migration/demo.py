"""The demo: an e-commerce database made by seed, of any number of rows; its changes are a Sqitch project in `data`."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

SEED = 20_260_101
ROWS = 20_000
PROJECT = "data/shop"
_FIRST = [
    "Ada",
    "Alan",
    "Barbara",
    "Claude",
    "Donald",
    "Edsger",
    "Frances",
    "Grace",
    "Hedy",
    "John",
    "Karen",
    "Ken",
    "Leslie",
    "Margaret",
    "Niklaus",
    "Radia",
]
_LAST = [
    "Allen",
    "Backus",
    "Dijkstra",
    "Hamilton",
    "Hopper",
    "Kernighan",
    "Knuth",
    "Lamarr",
    "Lamport",
    "Liskov",
    "Lovelace",
    "Perlman",
    "Turing",
    "Wirth",
]
_STREETS = [
    "Alder",
    "Birch",
    "Cedar",
    "Elm",
    "Fir",
    "Hazel",
    "Juniper",
    "Larch",
    "Maple",
    "Oak",
    "Pine",
    "Rowan",
    "Spruce",
    "Willow",
]
_CITIES = ("Berlin", "Bern", "Lyon", "Oslo", "Porto", "Turin", "Vienna")
_SCHEMA = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, street TEXT NOT NULL,
  city TEXT NOT NULL, created TEXT NOT NULL);
CREATE TABLE products (id INTEGER PRIMARY KEY, title TEXT NOT NULL, price REAL NOT NULL, legacy_code TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, placed TEXT NOT NULL, status TEXT NOT NULL,
  total REAL NOT NULL);
CREATE TABLE order_items (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, product_id INTEGER NOT NULL,
  quantity INTEGER NOT NULL, price REAL NOT NULL);
CREATE TABLE audit_log (id INTEGER PRIMARY KEY, at TEXT NOT NULL, what TEXT NOT NULL);
"""


def make_shop(path: Path, rows: int) -> None:
    """Write the database.

    Args:
        path: A file that is not there yet.
        rows: Rows of all tables together; equal numbers give equal rows.
    """
    dice = random.Random(SEED)  # noqa: S311 - equal rows from equal seeds
    customers, products = max(10, rows * 13 // 100), max(5, rows // 100)
    orders, logs = max(20, rows * 26 // 100), rows // 20
    items = max(20, rows - customers - products - orders - logs)
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(_SCHEMA)
        prices = [dice.randrange(99, 50_000) for _ in range(products)]
        _fill(connection, "customers", _customers(dice, customers))
        coded = ((number, f"Product {number}", cents / 100, f"L{number:06d}") for number, cents in enumerate(prices, 1))
        _fill(connection, "products", coded)
        totals = [0] * (orders + 1)
        _fill(connection, "order_items", _items(dice, items, orders, prices, totals))
        _fill(connection, "orders", _orders(dice, orders, customers, totals))
        _fill(
            connection, "audit_log", ((n, _day(dice), f"login {dice.randrange(customers)}") for n in range(1, logs + 1))
        )
        connection.commit()
    finally:
        connection.close()


def _fill(connection: sqlite3.Connection, table: str, rows: Iterator[tuple[Any, ...]]) -> None:
    width = len(connection.execute(f"PRAGMA table_info({table})").fetchall())
    connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * width)})", rows)  # noqa: S608 - names are quoted


def _day(dice: random.Random) -> str:
    return f"2025-{dice.randrange(1, 13):02d}-{dice.randrange(1, 29):02d}"


def _customers(dice: random.Random, count: int) -> Iterator[tuple[Any, ...]]:
    for number in range(1, count + 1):
        first, last = dice.choice(_FIRST), dice.choice(_LAST)
        email = f"{first}.{last}.{number}@Example.org" if number % 3 else f"{first}.{last}.{number}@example.org"
        street = f"{dice.choice(_STREETS)} Street {dice.randrange(1, 200)}"
        yield number, f"{first} {last}", email, street, dice.choice(_CITIES), _day(dice)


def _items(
    dice: random.Random, count: int, orders: int, prices: list[int], totals: list[int]
) -> Iterator[tuple[Any, ...]]:
    for number in range(1, count + 1):
        order, product = (number if number <= orders else dice.randrange(1, orders + 1)), dice.randrange(len(prices))
        quantity = dice.randrange(1, 5)
        totals[order] += quantity * prices[product]
        yield number, order, product + 1, quantity, prices[product] / 100


def _orders(dice: random.Random, count: int, customers: int, totals: list[int]) -> Iterator[tuple[Any, ...]]:
    for number in range(1, count + 1):
        status = ("new", "paid", "sent", "returned")[dice.randrange(4)]
        yield number, dice.randrange(1, customers + 1), _day(dice), status, totals[number] / 100


def project() -> dict[str, str]:
    """Return the files of the demo's migrations, by relative path."""
    found: dict[str, str] = {}

    def walk(folder: Any, before: str) -> None:
        for one in folder.iterdir():
            if one.is_dir():
                walk(one, f"{before}{one.name}/")
            elif one.name.endswith((".sql", ".plan")):
                found[f"{before}{one.name}"] = one.read_text(encoding="utf-8")

    walk(files(__package__).joinpath(*PROJECT.split("/")), "")
    return found
