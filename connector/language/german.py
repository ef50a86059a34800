"""German."""

from __future__ import annotations

from typing import Final

from connector.language.vocabulary import Did, Language
from connector.model import Kind

GERMAN: Final = Language(
    code="de",
    did={
        Kind.EMAIL_SENT: Did(named="bekam „{}“", plain="bekam eine E-Mail"),
        Kind.EMAIL_OPENED: Did(named="öffnete „{}“", plain="öffnete eine E-Mail"),
        Kind.EMAIL_CLICKED: Did(named="klickte in „{}“", plain="klickte in einer E-Mail"),
        Kind.EMAIL_REPLIED: Did(named="antwortete auf „{}“", plain="antwortete auf eine E-Mail"),
        Kind.FORM_SUBMITTED: Did(
            named="füllte das Formular „{}“ aus", plain="füllte ein Formular aus"
        ),
        Kind.PAGE_VIEWED: Did(named="sah sich „{}“ an", plain="sah sich die Website an"),
        Kind.CONTENT_DOWNLOADED: Did(named="lud „{}“ herunter", plain="lud etwas herunter"),
        Kind.WEBINAR_REGISTERED: Did(
            named="meldete sich zum Webinar „{}“ an", plain="meldete sich zu einem Webinar an"
        ),
        Kind.WEBINAR_ATTENDED: Did(
            named="nahm am Webinar „{}“ teil", plain="nahm an einem Webinar teil"
        ),
        Kind.EVENT_ATTENDED: Did(named="kam zu „{}“", plain="kam zu einer Veranstaltung"),
        Kind.MEETING_BOOKED: Did(
            named="vereinbarte einen Termin „{}“", plain="vereinbarte einen Termin"
        ),
        Kind.MEETING_HELD: Did(named="traf sich mit uns „{}“", plain="traf sich mit uns"),
        Kind.CALL_HELD: Did(named="telefonierte mit uns „{}“", plain="telefonierte mit uns"),
        Kind.AD_CLICKED: Did(
            named="klickte auf die Anzeige „{}“", plain="klickte auf eine Anzeige"
        ),
        Kind.SOCIAL_ENGAGED: Did(
            named="reagierte in sozialen Medien auf „{}“", plain="reagierte in sozialen Medien"
        ),
        Kind.PRODUCT_USED: Did(named="nutzte das Produkt „{}“", plain="nutzte das Produkt"),
        Kind.LIST_JOINED: Did(
            named="trug sich in die Liste „{}“ ein", plain="trug sich in einen Verteiler ein"
        ),
        Kind.UNSUBSCRIBED: Did(named="meldete sich von „{}“ ab", plain="meldete sich ab"),
        Kind.BOUNCED: Did(
            named="war mit „{}“ nicht erreichbar", plain="war per E-Mail nicht erreichbar"
        ),
        Kind.PURCHASE_MADE: Did(named="kaufte „{}“", plain="kaufte etwas"),
        Kind.COUPON_REDEEMED: Did(
            named="löste den Gutschein „{}“ ein", plain="löste einen Gutschein ein"
        ),
    },
    mailing=" (Mailing „{}“)",
    perhaps=" (vielleicht das Mailprogramm, nicht der Mensch)",
    asked=" - bittet selbst darum",
    why={
        "score": "ist wieder auf der Suche",
        "hand_raise": "bittet um Kontakt",
        "decayed": "das Interesse ließ nach",
        "idle": "wurde still",
        "converted": "eine Verkaufschance wurde angelegt",
        "rejected": "vom Vertrieb abgelehnt",
        "recycled": "vom Vertrieb zurückgegeben",
        "disqualified": "vom Vertrieb ausgeschlossen",
        "ineligible": "nicht mehr im Kreis der Regel",
    },
    phases={
        "awareness": "Aufmerksamkeit",
        "consideration": "Abwägung",
        "conversion": "Entscheidung",
        "acquisition": "Einstieg",
        "advocacy": "Empfehlung",
    },
    personas={
        "executive": "Führungskraft",
        "champion": "Fürsprecher",
        "end_user": "Anwender",
    },
    months=(
        *("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni"),
        *("Juli", "Aug.", "Sep.", "Okt.", "Nov.", "Dez."),
    ),
    day="{day}. {month} {year}",
    moment="{day}, {time}",
    thousands=".",
    decimal=",",
    units={
        "minute": ("Minute", "Minuten"),
        "hour": ("Stunde", "Stunden"),
        "day": ("Tag", "Tage"),
        "month": ("Monat", "Monate"),
        "year": ("Jahr", "Jahre"),
    },
    quiet="Zuvor still: {}",
    never_before="Keine frühere Regung bekannt",
    unknown_time="unbekannte Zeit",
    mail="E-Mail",
    call="Anruf",
    allowed="{} erlaubt",
    forbidden="{} nicht erlaubt",
    not_known="{} unbekannt",
    consent_unknown="Einwilligung unbekannt",
    who="{who} {why}.",
    since="{before}; im Lead-Modus seit {day}.",
    grade="Note {grade}, {score} Punkte.",
    persona="Rolle im Kauf: {}.",
    phase="Phase: {}.",
    happened="Was geschah:",
    next_step="Nächster Schritt:",
    learned="Schon bekannt:",
    not_to_repeat="Nicht noch einmal anbieten:",
    missing="Was fehlt:",
    history="Bisher mit uns:",
    contact="Kontakt: {}",
    times=("einmal", "{}-mal"),
    last="zuletzt {}",
    topics_of="{phase}: {topics}",
    nothing_of="{phase}, noch nichts: {topics}",
    topics_left="außerdem: {}",
    nobody_as="bei {account} niemand bekannt als {personas}",
    account="dieser Firma",
    deal="eine Verkaufschance",
    won="gewonnen: {name}{amount}, {day}",
    lost="verloren: {name}{amount}, {day}",
    open="offen: {name}{amount}, seit {day}",
    talked="letztes Gespräch: {what}, {day}",
    never_talked="kein Gespräch mit uns verzeichnet",
    episode="im Lead-Modus {begin} bis {end}, {handed}; danach: {why}",
    running="im Lead-Modus seit {begin} nach einer anderen Regel, {handed}",
    standing="{quadrant}. Beschäftigung {engagement}, Kaufneigung {propensity}{phase}.",
    quadrants={
        "pursue": "Kauf wahrscheinlich, und sie beschäftigen sich mit uns",
        "warm_up": "Kauf wahrscheinlich, aber sie beschäftigen sich kaum mit uns",
        "qualify": "Sie beschäftigen sich mit uns, Kauf nach dem Bekannten nicht wahrscheinlich",
        "watch": "Weder Kauf wahrscheinlich noch viel Beschäftigung mit uns",
    },
    lacking="Nicht dabei: {personas}",
    quiet_ones="dort bekannt: {names}",
    whole_group="Alle Arten von Käufern sind dabei",
    in_lead_mode="im Lead-Modus seit {day}",
    own_task="hat eine eigene Aufgabe vom {day}",
    handed_off="übergeben",
    not_handed_off="nicht übergeben",
    more="... und {} weitere",
)
