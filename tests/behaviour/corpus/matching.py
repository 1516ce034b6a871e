"""Match statements and exception groups."""
import enum
from dataclasses import dataclass


class Kind(enum.Enum):
    A = 1
    B = 2


@dataclass
class Point:
    x: int
    y: int = 0


LIMIT = 10


def literals(x):
    match x:
        case 0:
            return "zero"
        case 1 | 2 | 3:
            return "few"
        case -1.5 | 2 + 3j:
            return "odd"
        case "a" | b"b":
            return "text"
        case None | True | False:
            return "single"
        case _:
            return "many"


def sequences(x):
    match x:
        case []:
            return 0
        case [only]:
            return only
        case [first, *_, last] if first != last:
            return first, last
        case (a, [b, *rest]):
            return a, b, rest
        case [*everything]:
            return everything


def mappings(x):
    match x:
        case {"kind": "a", "value": v}:
            return v
        case {"kind": Kind.B.value, **rest}:
            return rest
        case {}:
            return None


def classes(x):
    match x:
        case Point(0, 0):
            return "origin"
        case Point(x=0, y=y) | Point(x=y, y=0):
            return y
        case Point(x=a) as p if a > LIMIT:
            return p
        case int(n) | float(n):
            return n
        case Kind.A:
            return "kind"
        case str() as s:
            return s


def nested(x):
    match x, LIMIT:
        case (1 | 2 as n, m):
            match n:
                case 1:
                    return m
                case other:
                    return other
        case _:
            return -1


def groups(f):
    out = []
    try:
        f()
    except* ValueError as group:
        out.append(len(group.exceptions))
    except* (KeyError, OSError):
        out.append("key")
    else:
        out.append("fine")
    finally:
        out.append("end")
    return out


def notes(x):
    try:
        raise ValueError(x)
    except ValueError as error:
        error.add_note("note")
        try:
            raise KeyError from error
        except KeyError:
            return error.__notes__


def nested_tries(x):
    try:
        try:
            return x / 0
        except ZeroDivisionError:
            return x
        finally:
            x += 1
    except* TypeError:
        pass
    finally:
        with open("/dev/null") as f:
            f.read()
