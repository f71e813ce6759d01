"""Sentences with personal data in them, made anew from a number; the rules were not made by looking at them."""

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from palaver.care.redaction.checksums import IBAN_LENGTHS
from palaver.care.redaction.entity import Kind

Maker = Callable[[random.Random], str]


class Sentence(NamedTuple):
    """A text, and where in it which data stands."""

    text: str
    kind: Kind
    start: int
    end: int


def digits(chance: random.Random, count: int) -> str:
    """So many, whatever they are."""
    return "".join(chance.choice("0123456789") for _ in range(count))


def with_luhn(head: str) -> str:
    """The digits and the one behind them that makes them a card's."""
    total = 0
    for at, one in enumerate(reversed(head)):
        value = int(one) * (2 - at % 2)
        total += value // 10 + value % 10
    return head + str(-total % 10)


def card(chance: random.Random) -> str:
    """A card's number as people write it."""
    heads = (("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("34", 15), ("37", 15), ("6011", 16), ("4", 13))
    head, length = chance.choice(heads)
    whole = with_luhn(head + digits(chance, length - len(head) - 1))
    groups = (
        [whole[:4], whole[4:10], whole[10:]] if length == 15 else [whole[at : at + 4] for at in range(0, length, 4)]
    )
    return chance.choice(("", " ", "-")).join(groups)


def iban(chance: random.Random) -> str:
    """An account number of any country that has such."""
    country, length = chance.choice(sorted(IBAN_LENGTHS.items()))
    body = digits(chance, length - 4)
    check = 98 - int("".join(str(int(one, 36)) for one in f"{body}{country}00")) % 97
    whole = f"{country}{check:02}{body}"
    if chance.random() < 0.5:
        return whole
    return " ".join(whole[at : at + 4] for at in range(0, length, 4))


def _grouped(chance: random.Random, text: str, sizes: tuple[int, ...], signs: str = " -.") -> str:
    sign, at, groups = chance.choice(("", *signs)), 0, list[str]()
    for size in sizes:
        groups.append(text[at : at + size])
        at += size
    return sign.join(groups)


def phone(chance: random.Random) -> str:
    """A phone number, at home or from abroad."""
    code, first, sizes = chance.choice(
        (
            ("254", "7", (3, 3, 3)),
            ("254", "1", (3, 3, 3)),
            ("255", "7", (3, 3, 3)),
            ("255", "6", (2, 3, 4)),
            ("256", "7", (3, 6)),
            ("256", "4", (3, 3, 3)),
            ("251", "9", (2, 3, 4)),
            ("250", "7", (3, 3, 3)),
            ("44", "7", (4, 6)),
            ("49", "15", (3, 4, 4)),
            ("33", "6", (1, 2, 2, 2, 2)),
            ("27", "8", (2, 3, 4)),
            ("234", "8", (3, 3, 4)),
        )
    )
    number = first + digits(chance, sum(sizes) - len(first))
    form = chance.randrange(4)
    if form == 0:
        return f"+{code}{chance.choice((' ', '', '-'))}{_grouped(chance, number, sizes)}"
    if form == 1:
        return f"00{code} {_grouped(chance, number, sizes, ' -')}"
    if form == 2 and code not in {"33", "49"}:
        return f"{code}{number}"
    return f"0{_grouped(chance, number, sizes)}"


def american(chance: random.Random) -> str:
    """A number of North America."""
    area, office, line = (f"{chance.randrange(201, 989)}" for _ in range(3))
    form = chance.choice(("({0}) {1}-{2}", "{0}-{1}-{2}", "{0}.{1}.{2}", "+1 {0} {1} {2}", "1-{0}-{1}-{2}"))
    return form.format(area, office, line + str(chance.randrange(10)))


def email(chance: random.Random) -> str:
    """An address as there are many."""
    first = chance.choice(
        ("amina", "j.otieno", "Wanjiru_K", "o'hara", "ali+news", "müller", "x", "info-desk", "NEEMA99")
    )
    host = chance.choice(
        ("gmail.com", "students.uonbi.ac.ke", "example.co.tz", "mail.rw", "büro.de", "a-b.africa", "X.ORG")
    )
    return f"{first}@{host}"


def identity(chance: random.Random) -> tuple[str, tuple[str, ...]]:
    """A number that a state gives, and the words that stand before it where it is nothing but digits."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    year = chance.randrange(1950, 2009)
    kenyan = ("ID number", "national ID no.", "kitambulisho namba", "ID:", "my ID is", "namba ya kitambulisho ni")
    return chance.choice(
        (
            (str(chance.randrange(1_000_000, 41_000_000)), kenyan),
            (
                f"C{chance.choice('MF')}{year % 100:02}{digits(chance, 6)}{''.join(chance.choices(letters, k=4))}",
                ("", "NIN"),
            ),
            (f"{year}0715-{digits(chance, 5)}-{digits(chance, 5)}-{digits(chance, 2)}", ("", "NIDA")),
            (f"{year}0715{digits(chance, 12)}", ("", "namba ya NIDA")),
            (f"1 {year} {chance.choice('78')} {digits(chance, 7)} {digits(chance, 1)} {digits(chance, 2)}", ("", "ID")),
            (f"1{year}{chance.choice('78')}{digits(chance, 10)}", ("", "indangamuntu")),
            (digits(chance, 12).replace("0", "3"), ("Fayda number", "FIN:", "fayda ID")),
            (f"{chance.randrange(100, 665)}-{chance.randrange(10, 99)}-{chance.randrange(1000, 9999)}", ("", "SSN")),
            (f"{chance.choice('ABCEHJLMPRSTWX')}{chance.choice('CEHJLMPRSTWX')} {_pairs(chance)} C", ("", "NINO")),
            (f"A{digits(chance, 9)}{chance.choice(letters)}", ("", "KRA PIN")),
            (f"{chance.choice('ABC')}{chance.choice('KP')}{digits(chance, 7)}", ("passport", "passport number")),
        )
    )


def _pairs(chance: random.Random) -> str:
    return " ".join(str(chance.randrange(10, 99)) for _ in range(3))


# Given and family names of people here and there, in capitals or small; the lists that ship were not asked.
GIVEN = (
    "Achieng Wambui Kiprono Zawadi Tumaini Nakato Okello Mugisha Uwase Habimana Selamawit Dawit Tigist Abdirahman Hodan"
    " Mwajuma Rajabu Salma Fatuma Emmanuel Grace Patience Njambi Chepkemoi Barasa Nafula Wanjala Kasiva Ndinda Asha"
    " Charlotte Liam Noah Sofia Mateo Ingrid Lars Giulia Pierre Chloé Björn Katarzyna Dmitri Priya Rahul Mei Yuki"
    " Thabo Sipho Chinedu Ngozi Kwame Ama Youssef Layla Ahmed Omar"
).split()
FAMILY = (
    "Otieno Kamau Wafula Cheruiyot Mutua Mwangi Ochieng Nyambura Kimani Ssemakula Byaruhanga Namugga Niyonzima"
    " Mukamana Tesfaye Bekele Gebremariam Warsame Mushi Massawe Mollel Ngowi Kessy Juma Hassan Mohamed Smith Johnson"
    " O'Brien Müller García Rossi Dubois Andersson Kowalski Ivanova Patel Sharma Chen Tanaka Nkosi Dlamini Okafor"
    " Adeyemi Mensah Boateng Haddad van-Dijk Silva"
).split()


def name(chance: random.Random) -> str:
    """Somebody's name."""
    given, family = chance.choice(GIVEN), chance.choice(FAMILY)
    whole = chance.choice(
        (given, f"{given} {family}", f"{given} {family}", f"{family} {given} {chance.choice(FAMILY)}")
    )
    return whole.lower() if chance.random() < 0.15 else whole


FRAMES = (
    "You can reach me at {}, any time after 6 pm.",
    "Nipigie kwa {} kesho saa 4.",
    "I am 34 and this is what I have: {}. Thanks!",
    "{} is what I wrote down in 2019",
    "please use {} and not the old one",
    "Tafadhali tumia {}, asante.",
    "Kindly update my record ({}).",
)
SPOKEN = (
    "My name is {} and I am 27.",
    "Naitwa {}, natoka Nakuru.",
    "Yesterday I talked to {} about it.",
    "{} told me to wait two weeks",
    "I have not seen {} since 2021.",
    "Rafiki yangu {} ameolewa.",
    "Why did {} do that to me?",
    "jana {} alinipigia simu",
    "It was {}'s idea, not mine.",
)


def sentences(kind: Kind, count: int, seed: int) -> Iterator[Sentence]:
    """So many sentences with data of a kind; the same number makes the same ones."""
    chance = random.Random(seed)  # the same each time is what is wanted
    makers: dict[Kind, tuple[Maker, ...]] = {
        "email": (email,), "phone": (phone, phone, phone, american), "card": (card,), "iban": (iban,), "name": (name,),
    }  # fmt: skip
    for _ in range(count):
        before = ""
        if kind == "national_id":
            made, words = identity(chance)
            before = chance.choice(words)
        else:
            made = chance.choice(makers[kind])(chance)
        said = f"{before} {made}" if before else made
        head, tail = chance.choice(SPOKEN if kind == "name" else FRAMES).split("{}")
        start = len(head) + len(said) - len(made)
        yield Sentence(head + said + tail, kind, start, start + len(made))
