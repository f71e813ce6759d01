"""Notices plain words of a person who may want to die or harm themselves; it judges nothing finer and sees no history.

A small list on purpose: it only keeps the guide from answering such words with documentation. Whole sentences are
listed, about oneself or about somebody near, because single words (`kill`, `die`, `end`) are everyday words of
computing. Where a phrase could be meant either way the person is believed: a warm line too many does no harm. Pure.
"""

import re
from collections.abc import Iterator
from typing import Literal

from palaver.inference.guide.forms import any_of, forms
from palaver.inference.guide.words import fold

Troubled = Literal["en", "sw", "de", "fr", "es"]

_LISTS = {
    # Somebody, not a process: "the worker wants to die" is about a worker process.
    "someone": r"""
        i|i'm|im|he|she|they|we|friend|brother|sister|son|daughter|child
        mother|father|mum|mom|dad|wife|husband|partner""",
    "themself": "(?:my|him|her) ?self|themsel(?:f|ves)",
    "wants": r"""
        (?:wants?|wanted|wish|wishes|would like|'d like|going|about|ready|trying|try|have|need|decided|urge|better) to
        wanna|gonna|plan(?:s|ning)? (?:to|on)|(?:think|thinks|thinking|thought|thoughts) (?:of|about)
        should|might|will|'ll|could|can i|feel like|ways? to|how (?:to|do i|can i|should i)""",
    "no longer": "(?:do not|don't|dont|no longer)(?: (?:really|even))? (?:want to|wanna|wish to)",
    "ever": "any ?more|any longer",
    "tablets": r"(?:all|too many)(?: of)? (?:(?:my|the|these) )?(?:pills|tablets)",
    "slightly": r"""
        (?: (?:just|really|so|badly|actually|honestly|only|literally|also|simply|fucking|to|be|very|much|even))*""",
    "hurt": "(?:hurt|harm|cut|hang|shoot|drown|starv|poison)(?:ting|ing|e)?",
    # "live stream", "live in Kenya": not about being alive.
    "live": r"live(?![ -](?:stream|chat|reload|in|with|on|at|near|off|without|mode|view))",
}

_ENGLISH = r"""
    <someone>(?: \w+)?(?<!not)(?<!n't) ?<wants><slightly> (?:die|be dead|dying)
    ^\W*(?:just )?(?:wanna|want to|ready to) (?:die|be dead)
    i (?:just )?wish (?:that )?i(?:'d| had)? (?:was|were|been|never been|could(?: just)? be) (?:never born|born|dead)
    wish (?:that )?i(?:'d| had)? (?:was |were )?never (?:been )?(?:born|existed|woken)
    kill(?:ing|ed|s)? <themself>
    <wants><slightly> (?:kms|unalive <themself>|off <themself>)
    (?:end|ending|ended|take|taking|took|taken) (?:my|his|her|their)(?: own)? li(?:fe|ves)
    <someone>\b.{0,30}\b<wants><slightly> (?:end|ending) it all
    (?:(?:commit|attempt)(?:t?ing|t?ed)?|considering|contemplating|thinking (?:of|about)) suicide
    suicid(?:e (?:note|plan|methods?)|al (?:thoughts?|ideation|feelings?|urges?))
    (?:i'm|im|i am|i feel|i've been|feeling|he is|he's|she is|she's) (?!not\b)(?:\w+ ){0,2}suicidal
    ^\W*(?:suicide|suicidal|kms|kill me)\W*$
    <wants><slightly> (?:<hurt> <themself>|self[ -]?harm)
    (?:i|i've|i'm|he|she|they)(?: \w+){0,3} (?:self[ -]?harm(?:ing|ed)?|(?:hurting|harming|cutting) <themself>)
    i (?:can't|cant|cannot) (?:bear to )?(?:live|be alive|be here|exist) (?:<ever>|like this|with myself)
    i <no longer> be (?:here|in this world) (?:<ever>)
    i <no longer> (?:<live>|be alive|exist|go on)
    i <no longer> wake up(?! (?:the|my|a|at|early|to|this|that|it))
    i (?:can't|cant|cannot|could not|couldn't) (?:go on|keep going|carry on|take it) (?:living|<ever>)
    (?:i'm|im|i am|i'd be|they'd be|every(?:one|body) would be) better off (?:dead|without me|if i (?:was|were) dead)
    (?:no|any) (?:reason|point) (?:to|in|for|of) (?:living|live|being alive|go on living)
    nothing (?:left )?to live for
    (?:life is|life's)(?: just)? (?:not|no longer) worth living
    (?:tired|sick) of (?:living|being alive|life)
    (?:painless|eas(?:y|iest)|quick(?:est)?|best|peaceful) (?:and \w+ )?ways? (?:to|of) (?:die|dying|end it|suicide)
    (?:i|i'm|i've|i am|i have|she|he) (?:\w+ ){0,3}(?:overdose|overdosed|overdosing)
    (?:i|i've|she|he) (?:(?:\w+ ){0,3}tak(?:en|ing)|took) <tablets>
"""
_SWAHILI = r"""
    (?:na|nina|ana)?(?:taka|tamani|waza|fikiria|fikiri)(?: \w+)? (?:kufa|kujiua|kujinyonga|kujidhuru|kujikata)
    nitajiua|najiua|nijiue|nitajinyonga|kujiua|kujinyonga|kujitoa (?:uhai|roho)
    (?:sitaki|sioni haja ya|sioni sababu ya|nimechoka) (?:na )?(?:kuishi|maisha|kuwa hai|life|hii life)
    (?:bora|afadhali|heri) (?:nife|ningekufa|nifariki)
    (?:nataka|wacha) (?:ni)?(?:jikill|jitoe)
"""
_GERMAN = r"""
    ich (?:will|mochte|wurde|wollte)(?: \w+){0,3} (?:sterben|tot sein)
    (?:will|mochte|kann)(?: \w+){0,2} (?:nicht|nimmer)(?: mehr| langer)? (?:leben|weiterleben)
    kein(?:e|en)? (?:lust|grund|sinn) (?:mehr )?(?:zu leben|am leben)
    (?:mich|sich)(?: \w+){0,2} (?:umbringen|umzubringen|toten|erhangen|ritzen|selbst verletzen)
    bringe? mich um
    (?:mir|sich) das leben (?:zu )?nehmen
    leben (?:ein ende setzen|beenden)
    (?:ich|mir|mich)\b.{0,40}\b(?:selbstmord\w*|suizid\w*)
    wunschte,? ich ware (?:tot|nie geboren)
    lebensmude
"""
_FRENCH = r"""
    (?:je veux|envie de|je voudrais|j'aimerais|je souhaite)(?: \w+)? (?:mourir|crever|etre morte?)
    (?:me|se) (?:suicider|pendre|mutiler|scarifier)
    (?:je vais|je veux|je voudrais|envie de) me tuer
    (?:plus|pas) (?:envie de|la force de|de raison de) vivre
    je (?:ne )?veux plus (?:vivre|etre (?:la|en vie))
    en finir avec (?:la|ma) vie
    mettre fin a (?:mes jours|ma vie)
    me faire du mal
    (?:pensees?|idees?) (?:suicidaires?|de suicide)
    je suis suicidaire
"""
_SPANISH = r"""
    (?:quiero|quisiera|deseo|ganas de|voy a) (?:morir(?:me)?|estar muert[oa]|(?:matar|suicidar|colgar)me|cortarme)
    me (?:quiero|voy a|gustaria) (?:morir|matar|suicidar)
    suicidarme|quitarme la vida|acabar con mi vida
    (?:no|ya no) (?:quiero|puedo|deseo) (?:seguir )?(?:vivir|viviendo|estar viv[oa])(?! (?:sin|con|en))
    sin ganas de vivir|cansad[oa] de vivir
    (?:hacerme|me hago|me hice) dano
    pensamientos suicidas|pienso en (?:el suicidio|suicidarme|matarme)
    (?:estaria|estoy) mejor muert[oa]
"""

_SIGNS: dict[Troubled, re.Pattern[str]] = {
    "en": forms(_ENGLISH, _LISTS),
    "sw": forms(_SWAHILI),
    "de": forms(_GERMAN),
    "fr": forms(_FRENCH),
    "es": forms(_SPANISH),
}

# Said of amusement, shame or hunger, never of despair.
_FIGURES = forms(
    r"""
    <dying> (?:(?:of|from|with|vor|de|d'|por|kwa) )?<cause>
    (?:die|dying) (?:to (?:know|see|try|hear|meet)|on (?:that|this) hill|hard)
    (?:end|ending) (?:my|his|her|their) life (?:savings|insurance)
    (?:laugh\w*|cringe\w*) (?:so (?:hard|much) )?(?:i|that i) [^.!?]{0,20}\b(?:die|dying|kill myself)
    """,
    {
        "dying": "die|dying|dead|kill(?:ing|ed)? myself|sterben|mourir|morir(?:me)?|kufa",
        "cause": """
            laughing|laughter|embarrassment|shame|boredom|curiosity|hunger|thirst|cringe
            lachen|scham|lange?weile|hunger|rire|honte|faim|ennui|soif
            risa|verguenza|hambre|aburrimiento|sed|kucheka|njaa|aibu""",
    },
)

# Without one of these no sign can match. Only what stands around them is read closely, which keeps long pastes cheap.
_STEMS = re.compile(
    r"\b"
    + any_of(r"""
    die|dying|dead|kill(?:ing|ed|s)? (?:my|him|her|them|me)|suicid|kms|unalive|off (?:my|him|her|them)
    li(?:fe|ve|ves)|living|alive|end(?:ing)? it|exist|born|self[ -]?harm|wake up|woken|better off|overdos
    (?:taken|taking|took) (?:all|too)|(?:hurt|harm|cut|hang|shoot|drown|starv|poison)\w* (?:my|him|her|them)
    (?:go(?:ing)? on|keep going|carry on|take it|be here|in this world) (?:any|like|with)
    kufa|kuji|naji|nitaji|niji|kuishi|maisha|nife|ningekufa|nifariki|kuwa hai|jikill|jitoe
    sterben|tot\b|leben|weiterleben|umbringen|umzubringen|toten|erhang|ritzen|selbst|suizid|bringe? mich
    mourir|crever|morte?\b|me tuer|pendre|mutiler|scarifier|vivre|vie\b|du mal|mes jours
    mori|muert|mata|colgar|cortarme|vida|vivi|dano
    """)
)
# The longest sign, in letters, with room: what stands further from a stem cannot belong to its sign.
_REACH = 120


def _around(text: str) -> Iterator[str]:
    """The stretches of a text that hold a stem, overlapping ones joined."""
    begin, end = 0, -1
    for found in _STEMS.finditer(text):
        if found.start() - _REACH > end:
            if end >= 0:
                yield text[begin:end]
            begin = max(0, found.start() - _REACH)
        end = found.end() + _REACH
    if end >= 0:
        yield text[begin:end]


def distress_in(text: str) -> Troubled | None:
    """The language in which a person says that they, or somebody near, may want to die or be hurt; None otherwise."""
    for stretch in _around(" ".join(fold(text).split())):
        plain = _FIGURES.sub(" ", stretch)
        for language, signs in _SIGNS.items():
            if signs.search(plain):
                return language
    return None
