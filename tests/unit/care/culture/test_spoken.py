"""Languages are told apart by sentence and inside one; what is neither is told as unknown."""

import pytest

from palaver.care.culture.reading import letters
from palaver.care.culture.spoken import Segment, Spoken
from palaver.care.culture.words import words_of
from tests.promises import keeps

SPOKEN = Spoken(letters())
ENGLISH = """
I have not slept well since Monday
My mother keeps calling me about the rent
Can you help me write a letter to my landlord?
The bus was late again and I missed the lecture
We are going to the market after church
She said she would come but she never did
I got the job and I start next week
Please explain how vaccines work
It has been raining all day here in Kisumu
He left his phone in the taxi
What should I cook for six people tonight?
I feel alone even when the house is full
They promised to pay us before Friday
My exam is tomorrow and I know nothing
Nobody asked how I was doing
The doctor told me to rest for two weeks
How do I ask my boss for a day off?
I am proud of what we built together
My little brother broke the window
Thank you for listening to me
This song always makes me cry
We moved to a new house last month
I forgot to water the plants
Our team lost but we played well
There is too much work and too little time
""".strip().split("\n")
SWAHILI = """
Sijalala vizuri tangu Jumatatu
Mama ananipigia simu kila siku kuhusu kodi
Naomba unisaidie kuandika barua kwa mwenye nyumba
Basi lilichelewa tena nikakosa kipindi
Tunaenda sokoni baada ya kanisa
Alisema atakuja lakini hakuja
Nimepata kazi na nitaanza wiki ijayo
Tafadhali nieleze chanjo hufanyaje kazi
Mvua imenyesha siku nzima hapa Kisumu
Aliacha simu yake kwenye teksi
Nipike nini kwa watu sita usiku huu?
Najihisi mpweke hata nyumba ikijaa watu
Waliahidi kutulipa kabla ya Ijumaa
Mtihani ni kesho na sijui kitu
Hakuna aliyeniuliza hali yangu
Daktari aliniambia nipumzike wiki mbili
Nitamwombaje bosi ruhusa ya siku moja?
Najivunia tulichojenga pamoja
Mdogo wangu amevunja dirisha
Asante kwa kunisikiliza
Wimbo huu hunifanya nilie
Tulihamia nyumba mpya mwezi uliopita
Nilisahau kumwagilia mimea
Timu yetu ilishindwa lakini tulicheza vizuri
Kuna kazi nyingi na muda mchache
""".strip().split("\n")


def parts(text: str) -> list[tuple[str, str]]:
    return [(one.language, text[one.start : one.end]) for one in segments(text)]


def segments(text: str) -> list[Segment]:
    return SPOKEN.segments(words_of(text), [at for at, sign in enumerate(text) if sign in ".,!?;"])


@keeps("care:culture:languages")
@pytest.mark.parametrize(("language", "sentences"), [("en", ENGLISH), ("sw", SWAHILI)])
def test_the_language_of_a_sentence_is_told_nineteen_times_of_twenty(language: str, sentences: list[str]) -> None:
    right = [text for text in sentences if {one for one, _ in parts(text)} == {language}]
    assert len(right) >= 0.95 * len(sentences), set(sentences) - set(right)


@keeps("care:culture:languages")
def test_a_change_of_language_inside_a_sentence_is_found_where_it_is() -> None:
    assert parts("I told her nitakuja kesho lakini she did not answer") == [
        ("en", "I told her"), ("sw", "nitakuja kesho lakini"), ("en", "she did not answer"),
    ]  # fmt: skip
    assert parts("I am so stressed, siwezi lala usiku") == [("en", "I am so stressed"), ("sw", "siwezi lala usiku")]


@pytest.mark.parametrize(
    "text",
    [
        "Ich weiß nicht mehr weiter und bin sehr müde", "Sinzi icyo nakora, ndumva naniwe cyane", "12 345",
        "Simanyi kya kukola kubanga mpulira nkooye nnyo", "Wuon Otieno ne odhi Kisumu nyoro", "እንዴት ነህ ዛሬ",
        "", "😭 !!!", "ok",
    ],
)  # fmt: skip
def test_what_is_neither_english_nor_swahili_is_not_called_one(text: str) -> None:
    assert {one.language for one in segments(text)} <= {"unknown"}


def test_a_word_of_both_languages_is_known_and_plain_ones_are_not() -> None:
    assert [one for one in ("nimechill", "kustay", "anasnitch", "nimefika", "kuishi", "napenda", "nation") if
            SPOKEN.mixed(one)] == ["nimechill", "kustay", "anasnitch"]  # fmt: skip
