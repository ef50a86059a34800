"""Makes queries: valid ones out of seeded chance, and spoiled ones out of those."""

from __future__ import annotations

from random import Random

from sandbox.salesforce.soql.words import COUNTED_DATE_LITERALS, DATE_FUNCTIONS, DATE_LITERALS

FIELDS = ("Id", "Name", "Email__c", "Account.Name", "Owner.Manager.Name", "CreatedDate", "ns__X__c")
OBJECTS = ("Account", "Contact", "Lead", "Task", "Thing__c")
SIGNS = ("=", "!=", "<>", "<", "<=", ">", ">=")
STRINGS = ("x", "", "it\\'s", "50\\%", "a_b%", "Zoë", "\\\\", "AND", "two\\nlines", "\\u00e9")


def queries(chance: Random, number: int) -> list[str]:
    return [query(chance, depth=2) for _ in range(number)]


def some(chance: Random, items: tuple[str, ...] | list[str], most: int) -> list[str]:
    return chance.sample(items, chance.randint(1, min(most, len(items))))


def count(chance: Random) -> int:
    return chance.randint(0, 2_000)


def maybe(chance: Random, text: str) -> str:
    return text if chance.random() < 0.4 else ""


def query(chance: Random, depth: int) -> str:
    if chance.random() < 0.25 and depth == 2:
        return grouped(chance)
    fields = some(chance, FIELDS, 4)
    if depth and chance.random() < 0.3:
        fields.append(f"({query(chance, depth - 1)})")
    if chance.random() < 0.15:
        fields.append("TYPEOF What WHEN Account THEN Id, Name ELSE Name END")
    if chance.random() < 0.15:
        fields.append(f"{chance.choice(('toLabel', 'FORMAT'))}(Status){maybe(chance, ' alias1')}")
    pieces = [
        f"{chance.choice(('SELECT', 'select'))} {', '.join(fields)}",
        f"FROM {chance.choice(OBJECTS)}{maybe(chance, ' t')}",
        maybe(chance, f"WHERE {condition(chance, depth + 1, depth)}"),
        maybe(chance, f"ORDER BY {', '.join(order(chance) for _ in range(chance.randint(1, 3)))}"),
        # The oracle takes OFFSET behind a condition for a part of it.
        maybe(chance, f"LIMIT {chance.randint(0, 9)}{maybe(chance, f' OFFSET {count(chance)}')}"),
    ]
    return " ".join(piece for piece in pieces if piece)


def grouped(chance: Random) -> str:
    keys = some(chance, FIELDS, 3)
    function = f"{chance.choice(sorted(DATE_FUNCTIONS))}(CreatedDate)"
    how = chance.choice(("{}", "ROLLUP({})", "CUBE({})"))
    keys += [function] if how == "{}" and chance.random() < 0.5 else []
    measures = [f"{name}(Amount)" for name in some(chance, ["SUM", "AVG", "MIN", "COUNT"], 3)]
    having = maybe(chance, " HAVING COUNT(Id) > 1 AND MAX(Amount) <= 5.5")
    ordered = maybe(chance, " ORDER BY COUNT(Id) DESC NULLS LAST")
    return (
        f"SELECT {', '.join(keys + measures)} alias2 FROM {chance.choice(OBJECTS)} "
        f"GROUP BY {how.format(', '.join(keys))}{having}{ordered}"
    )


def order(chance: Random) -> str:
    side = chance.choice(("", " ASC", " DESC"))
    return f"{chance.choice(FIELDS)}{side}{chance.choice(('', ' NULLS FIRST', ' NULLS LAST'))}"


def condition(chance: Random, depth: int, inner: int) -> str:
    if depth == 0 or chance.random() < 0.4:
        return comparison(chance, inner)
    if chance.random() < 0.2:
        return f"NOT {part(chance, depth, inner)}"
    word = chance.choice((" AND ", " OR ", " and "))
    return word.join(part(chance, depth, inner) for _ in range(chance.randint(2, 3)))


def part(chance: Random, depth: int, inner: int) -> str:
    if chance.random() < 0.5:
        return comparison(chance, inner)
    return f"({condition(chance, depth - 1, inner)})"


def comparison(chance: Random, inner: int) -> str:
    field = chance.choice(FIELDS)
    kind = chance.random()
    if kind < 0.5:
        return f"{field} {chance.choice(SIGNS)} {literal(chance)}"
    if kind < 0.6:
        return f"{field} LIKE {string(chance)}"
    if kind < 0.7:
        word = chance.choice(("INCLUDES", "EXCLUDES"))
        return f"{field} {word} ({', '.join(string(chance) for _ in range(2))})"
    word = chance.choice(("IN", "NOT IN", "in"))
    if kind < 0.8 and inner:
        return f"{field} {word} (SELECT Id FROM {chance.choice(OBJECTS)})"
    return f"{field} {word} ({', '.join(literal(chance) for _ in range(chance.randint(1, 3)))})"


def string(chance: Random) -> str:
    return f"'{chance.choice(STRINGS)}'"


def literal(chance: Random) -> str:
    return chance.choice(
        (
            string(chance),
            str(chance.randint(-5, 5_000)),
            f"{chance.randint(0, 99)}.{chance.randint(0, 99)}",
            f"USD{chance.randint(0, 5_000)}",
            chance.choice(("TRUE", "false", "null", "NULL")),
            f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
            f"2026-01-31T09:30:00{chance.choice(('Z', '.000Z', '+01:00', '-0800'))}",
            chance.choice(sorted(DATE_LITERALS)),
            f"{chance.choice(sorted(COUNTED_DATE_LITERALS))}:{chance.randint(0, 400)}",
        )
    )


def broken(chance: Random, whole: list[str]) -> list[str]:
    """Queries with one word left out, doubled, or changed; some of them are still valid."""
    found = []
    for text in whole:
        words = text.split(" ")
        place = chance.randrange(len(words))
        kind = chance.choice(("left out", "doubled", "changed", "cut off"))
        if kind == "left out":
            del words[place]
        elif kind == "doubled":
            words.insert(place, words[place])
        elif kind == "changed":
            words[place] = chance.choice(("FROM", "(", ")", ",", "=", "'", "WHERE", "5", "LIMIT"))
        else:
            del words[place:]
        found.append(" ".join(words))
    return found
