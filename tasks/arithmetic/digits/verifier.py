"""The independent check of a whole calculation: no digit is examined twice, whole numbers say what has to come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def replay(numbers: tuple[str, ...], answers: Iterable[tuple[int, int, int]], *, multiply: bool) -> list[str]:
    """Check each answer against the whole numbers it is a digit of.

    Args:
        numbers: In decimal digits.
        answers: (value, digit, carry) of each step, in order; read once.
        multiply: Whether the two numbers are multiplied; else all are added.

    Returns:
        What is wrong, one sentence; empty when every digit of the result was rightly come by.
    """
    values = [int(number) for number in numbers]
    given = iter(answers)
    try:
        if multiply:
            _product(values[0], len(numbers[0]), numbers[1], given)
        else:
            total, length = values[0], len(numbers[0])
            for number, row in zip(numbers[1:], values[1:], strict=True):
                length = _sum(total, length, row, len(number), 0, given)
                total += row
    except _FalseDigitError as error:
        return [str(error)]
    return ["steps follow after the result"] if next(given, None) is not None else []


class _FalseDigitError(Exception):
    pass


def _product(first: int, places: int, second: str, given: Iterator[tuple[int, int, int]]) -> None:
    total = length = 0
    for row, factor in enumerate(reversed(second)):
        product = first * int(factor)
        for column in range(places):
            # Column by column: the first column + 1 digits of the factor times the row's digit.
            upto = first % 10 ** (column + 1) * int(factor)
            _expect(
                given, product // 10**column % 10, upto // 10 ** (column + 1), f"row {row + 1}, column {column + 1}"
            )
        width = max(places, len(str(product)))
        length = _sum(total, length, product, width, row, given) if row else width
        total += product * 10**row


def _sum(total: int, length: int, row: int, width: int, shift: int, given: Iterator[tuple[int, int, int]]) -> int:
    """Check the digits of total + row · 10^shift; return how many places the sum has.

    A row is added from its first column to its last, and further on as long as there is a carry.
    """
    column, whole = shift, total + row * 10**shift
    while True:
        modulus = 10 ** (column + 1)
        carry = (total % modulus + row * 10**shift % modulus) // modulus
        _expect(given, whole // 10**column % 10, carry, f"sum, column {column + 1}")
        column += 1
        if column >= max(length, shift + width):
            return column + (1 if carry else 0)
        if column >= shift + width and not carry:
            return length


def _expect(given: Iterator[tuple[int, int, int]], digit: int, carry: int, place: str) -> None:
    answer = next(given, None)
    if answer is None:
        raise _FalseDigitError(f"it ends before the {place}")
    if tuple(answer) != (10 * carry + digit, digit, carry):
        raise _FalseDigitError(f"{place}: digit {answer[1]} carry {answer[2]}, should be digit {digit} carry {carry}")
