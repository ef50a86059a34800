"""Invented names. Every domain ends in .example, which nobody can own."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST: Final = _words(
    "Aino Alma Amir Ana Anders Anika Anton Asha Astrid Aurel Beata Bela Bruno Carla Cem Chiara "
    "Claus Dara Dario Edda Eino Elif Elsa Emil Enzo Erik Esra Farah Filip Freya Gerda Goran Greta "
    "Hanna Hugo Ida Ilse Imre Ines Ivan Jana Jasna Joris Julia Kaja Karim Katja Kenji Klara Lars "
    "Leila Lena Liv Lorenzo Luis Maja Malte Marek Maria Matteo Mila Mina Nadia Nils Nora Olga "
    "Oscar Paula Pavel Petra Rafael Raisa Robin Sanna Selim Sven Tariq Tea Tilda Uma Vera Viggo "
    "Wanda Xenia Yara Yusuf Zora"
)

LAST: Final = _words(
    "Aalto Abel Adler Ahlberg Anand Arendt Bakker Balint Banik Barros Bauer Becker Bellini Berg "
    "Bianchi Bjork Blom Bosko Brandl Caruso Cerny Conti Costa Dahl Demir Dorn Duarte Eder Ekholm "
    "Engel Fabian Falk Ferro Fischer Fontana Forsman Gallo Gomes Graf Gruber Haas Haddad Hagen "
    "Hansson Heller Horvat Ibsen Ivarsson Jansen Jovic Kadlec Kaya Keller Kiss Klein Koch Kovac "
    "Kramer Kruse Lang Larsen Laine Leone Lind Lopes Lund Maier Malik Marin Melo Moreau Moser "
    "Naess Nagy Neri Novik Nyberg Olsen Ortiz Palm Pavlik Perez Pinto Pohl Rask Reiter Renner "
    "Ricci Roos Rossi Roth Sabo Sand Santos Sauer Schmid Seidl Serra Silva Sommer Sorel Stark "
    "Steen Strand Sule Svoboda Tamm Toth Urban Vidal Vogel Wagner Weiss Winter Wolf Yilmaz Zeman"
)

STEMS: Final = _words(
    "Alder Alpin Arden Arvo Baltic Borea Bramble Brenta Calder Canto Castor Cedra Corvo Dalen "
    "Delta Drava Elbe Elma Ferrum Fjord Forge Galena Garda Granit Halle Harbor Helio Hydra Isar "
    "Jura Kalt Kestrel Kobalt Lario Linden Lumen Maren Medway Meridian Mosel Narva Neva Nor Oder "
    "Onyx Orion Osterby Pallas Pinnacle Polar Quarz Raven Rhone Sava Silva Solent Sturm Tauern "
    "Terra Tisza Titan Vega Vesta Vidar Volta Weser Wolfram Zenit"
)

TRADES: Final[tuple[tuple[str, str], ...]] = (
    ("Steel", "Manufacturing"),
    ("Castings", "Manufacturing"),
    ("Pumps", "Manufacturing"),
    ("Paper", "Manufacturing"),
    ("Packaging", "Manufacturing"),
    ("Chemicals", "Chemicals"),
    ("Coatings", "Chemicals"),
    ("Energy", "Energy"),
    ("Hydro", "Energy"),
    ("Foods", "Food and beverage"),
    ("Brewing", "Food and beverage"),
    ("Mining", "Mining"),
    ("Rail", "Transport"),
    ("Logistics", "Transport"),
    ("Water", "Utilities"),
    ("Hospitals", "Healthcare"),
    ("Software", "Software"),
    ("Consulting", "Services"),
)

COUNTRIES: Final[tuple[tuple[str, float], ...]] = (
    ("Germany", 30),
    ("United States", 22),
    ("Sweden", 10),
    ("Italy", 10),
    ("Norway", 8),
    ("Austria", 8),
    ("United Kingdom", 7),
    ("Poland", 5),
)

TITLES: Final[tuple[tuple[str, float], ...]] = (
    ("Maintenance Technician", 16),
    ("Reliability Engineer", 14),
    ("Process Engineer", 10),
    ("Maintenance Manager", 16),
    ("Head of Maintenance", 10),
    ("Plant Manager", 10),
    ("Operations Manager", 8),
    ("VP Operations", 5),
    ("Chief Operating Officer", 3),
    ("Managing Director", 3),
    ("Buyer", 5),
)

OWNERS: Final = (
    ("U01", "Karin Falk", "Europe/Stockholm", True),
    ("U02", "Ben Ashworth", "Europe/London", True),
    ("U03", "Lucia Ferrante", "Europe/Rome", True),
    ("U04", "Jonas Reuter", "Europe/Berlin", True),
    ("U05", "Amelie Vogt", "Europe/Vienna", True),
    ("U06", "Dwight Carver", "America/Chicago", True),
    ("U07", "Renee Holloway", "America/New_York", True),
    ("U08", "Greg Tanner", "Europe/Berlin", False),
)
"""Id, name, time zone, active. Greg has left the company and still owns records."""
